import type { FastifyReply, FastifyRequest } from 'fastify'
import { findChoice } from '../entitlements/queries.ts'
import { text } from '../web/forms.ts'
import { sayProblem } from '../web/say-problem.ts'
import { idsOf, planPath } from './open-draft.ts'
import { listSoFar } from './so-far.ts'
import { listPlannedTargets, listTargets, type Target, whyNotHere } from './targets.ts'

/** Second question: on which host. One that cannot take the license is shown with its reason. */
export async function chooseHost(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, t } = request
  const { entitlement } = idsOf(request)
  const given = request.query as Record<string, unknown>
  const filter = { text: text(given['text']).slice(0, 100), after: text(given['after']) || undefined }
  const [choice, planned, known, soFar] = await request.server.database.readCustomer(
    customer.id,
    async (tx) => {
      const choice = await findChoice(tx, customer.id, entitlement, request.server.today())
      const of = { customerId: customer.id, planId: plan.id, product: choice }
      return Promise.all([
        choice,
        filter.after ? [] : listPlannedTargets(tx, of),
        listTargets(tx, of, filter),
        listSoFar(tx, customer.id, plan.id),
      ])
    },
  )
  const path = `${planPath(request, plan.id)}/entitlement/${choice.id}/host`
  const shown = (target: Target) => {
    const reason = whyNotHere(target, choice)
    const lacksBase = choice.baseProductId !== null && target.ofBase === 0
    return {
      ...target,
      reason: reason && sayProblem(request, reason),
      remark: lacksBase ? t('plans.host.lacksBase', { base: choice.baseName, host: target.label }) : null,
      href: reason ? null : `${path}/${target.id}`,
    }
  }
  const at = (after: string | undefined) => {
    const query = new URLSearchParams({ ...(filter.text && { text: filter.text }), ...(after && { after }) })
    return query.size ? `${path}?${query}` : path
  }
  return reply.page('plans/host', {
    title: t('plans.host.title', { product: choice.productName }),
    choice,
    targets: [...planned, ...known.rows].map(shown),
    filter,
    path,
    newHost: `${planPath(request, plan.id)}/entitlement/${choice.id}/new-host`,
    next: known.next ? at(known.next) : null,
    first: filter.after ? at(undefined) : null,
    soFar,
    plan: planPath(request, plan.id),
  })
}
