import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Invalid } from '../../errors.ts'
import type { PlanDetails } from '../../schema.ts'
import type { Problem } from '../../web/forms.ts'
import { readForm } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { idsOf, planPath } from '../open-draft.ts'
import { toolFrame } from '../tool-frame.ts'
import { findFormer, sayWhyNotReplace } from './former.ts'
import { findReplacement } from './queries.ts'
import { nameReason } from './reason.ts'

const reasons = ['upgrade', 'failed', 'lost', 'stolen'] as const

/**
 * Second question of Replace hardware: why. Of a machine that is lost or stolen a declaration is asked. A host that
 * has nothing to replace says so instead, and what to do.
 */
export async function showReason(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  typed: Record<string, unknown> = {},
) {
  const { customer, plan, t } = request
  const { host } = idsOf(request)
  const [found, replacement] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      findFormer(tx, customer.id, host),
      findReplacement(tx, { customerId: customer.id, planId: plan.id }),
    ]),
  )
  const refusal = sayWhyNotReplace(request, found)
  const { former, reason, declaration } = replacement
  const from = `${planPath(request, plan.id)}/from`
  return reply.page('plans/replace/reason', {
    ...toolFrame(request, [{ step: 'from', href: from }]),
    title: t(refusal ? 'plans.replace.refused' : 'plans.replace.reason.title', { host: found.label }),
    refusal,
    problems,
    values: { ...(former === host ? { cause: reason, declaration } : {}), ...typed },
    reasons: reasons.map((value) => ({
      value,
      text: t(`plans.reason.${value}`),
      hint: t(`plans.replace.reason.${value}`),
    })),
    action: `${from}/${host}/reason`,
    back: from,
  })
}

const ReasonFields = Type.Object({
  cause: Type.String({ maxLength: 20 }),
  declaration: Type.String({ maxLength: 2000 }),
})

export async function setReason(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan } = request
  const { host } = idsOf(request)
  const typed = readForm(request.body, ReasonFields)
  const reason = reasons.find((one) => one === typed.cause)
  if (!reason) throw new Invalid([{ field: 'cause', key: 'plans.replace.reason.missing' }])
  const declaration = isDeclared(reason) ? typed.declaration : ''
  if (isDeclared(reason) && declaration === '')
    throw new Invalid([{ field: 'declaration', key: 'plans.replace.declaration.missing' }])
  return actOnce(request, reply, async (tx) => {
    await nameReason(tx, { customerId: customer.id, planId: plan.id, former: host, reason, declaration })
    return `${planPath(request, plan.id)}/from/${host}/successor`
  })
}

function isDeclared(reason: PlanDetails['reason']): boolean {
  return reason === 'lost' || reason === 'stolen'
}
