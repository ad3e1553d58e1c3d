import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { NotFound } from '../errors.ts'
import { builtInCutter } from '../packs/cutters/built-in.ts'
import { activeKey } from '../packs/keys.ts'
import { formatRequestNumber } from '../requests/number.ts'
import type { Problem } from '../web/forms.ts'
import { readForm } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { loadAsked } from './asked.ts'
import { partOf } from './check-parts.ts'
import { checkPlan } from './check-plan.ts'
import { checkView, hasFixedLines } from './check-view.ts'
import { discardPlan, namePlan, removeLine } from './drafts.ts'
import { idsOf, onlyDrafts, planPath, showClosed } from './open-draft.ts'
import { previewPlan } from './preview-plan.ts'
import { submitPlan } from './submit-plan.ts'
import { toolPages } from './tool-pages.ts'
import { undoneNumber } from './undone.ts'

/** The whole plan before anything happens: its lines, what cannot be done and why, each host before and after. */
export async function showCheck(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  if (!request.plan) await onlyDrafts(request, reply)
  if (request.plan.status !== 'draft') return showClosed(request, reply)
  const { customer, plan, server } = request
  const options = {
    customerId: customer.id,
    planId: plan.id,
    today: server.today(),
    publisher: server.publisher(),
    isAhead: plan.tool === 'replace',
  }
  const { checked, hosts, asked, undoes } = await server.database.readCustomer(customer.id, async (tx) => {
    const checked = await checkPlan(tx, options)
    const wanted = new Set(checked.lines.map(({ entitlementId }) => entitlementId))
    const [hosts, asked, undoes] = await Promise.all([
      previewPlan(tx, checked, options, partOf(request, 'hosts', checked.hosts.length)),
      loadAsked(tx, customer.id, [...wanted]),
      undoneNumber(tx, customer.id, plan.details),
    ])
    return { checked, hosts, asked, undoes }
  })
  return reply.page('plans/check', {
    title: request.t('plans.check.title'),
    problems,
    values: { name: plan.name, ...values },
    undoes,
    ...checkView(request, checked, hosts, asked),
  })
}

export async function submission(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person, server } = request
  const { plan: planId } = idsOf(request)
  return actOnce(request, reply, async (tx) => {
    const { requestNumber, status } = await submitPlan(tx, {
      customerId: customer.id,
      planId,
      person: person!,
      today: server.today(),
      publisher: server.publisher(),
      cut: builtInCutter(activeKey(server.packKeys)),
    })
    request.flash(status === 'completed' ? 'plans.submitted' : 'plans.held', {
      number: formatRequestNumber(requestNumber),
    })
    return `${customer.base}/requests/${requestNumber}`
  })
}

export async function removal(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const { plan: planId, line: lineId } = idsOf(request)
  if (hasFixedLines(request.plan.tool)) throw new NotFound()
  return actOnce(request, reply, async (tx) => {
    await removeLine(tx, { customerId: customer.id, planId, lineId })
    request.flash('plans.lineRemoved')
    return planPath(request, planId)
  })
}

const NameField = Type.Object({ name: Type.String({ maxLength: 100 }) })

/** Everything is kept as it is typed; leaving gives the draft a name by which it is found again. */
export async function name(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan } = request
  const { name } = readForm(request.body, NameField)
  return actOnce(request, reply, async (tx) => {
    await namePlan(tx, { customerId: customer.id, planId: plan.id, name })
    request.flash('plans.saved')
    return toolPages(request, plan).toolHref
  })
}

export async function discard(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan } = request
  return actOnce(request, reply, async (tx) => {
    await discardPlan(tx, { customerId: customer.id, planId: plan.id })
    request.flash('plans.discarded')
    return toolPages(request, plan).toolHref
  })
}
