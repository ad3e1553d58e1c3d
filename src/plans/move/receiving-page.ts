import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../../errors.ts'
import { text } from '../../web/forms.ts'
import { sayProblem } from '../../web/say-problem.ts'
import { idsOf, planPath } from '../open-draft.ts'
import { problem } from '../problems.ts'
import { findActiveLabel } from '../queries.ts'
import { listSoFar } from '../so-far.ts'
import { listPlannedTargets, listTargets, type Target } from '../targets.ts'
import { toolFrame } from '../tool-frame.ts'

/** Second question of Move licenses: to which host. What each license asks of it is said on the page of quantities. */
export async function chooseReceiving(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, t, server } = request
  const { host: from } = idsOf(request)
  const given = request.query as Record<string, unknown>
  const filter = { text: text(given['text']).slice(0, 100), after: text(given['after']) || undefined }
  const of = {
    customerId: customer.id,
    planId: plan.id,
    product: { productId: null, baseProductId: null },
  }
  const [label, planned, known, soFar] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      findActiveLabel(tx, customer.id, from),
      filter.after ? [] : listPlannedTargets(tx, of),
      listTargets(tx, of, filter),
      listSoFar(tx, customer.id, plan.id),
    ]),
  )
  if (label === undefined) throw new NotFound()
  const back = `${planPath(request, plan.id)}/from`
  const path = `${back}/${from}/to`
  const shown = (target: Target) => {
    const reason = target.id === from ? problem('sameHost', { host: label }) : undefined
    return {
      ...target,
      reason: reason && sayProblem(request, reason),
      href: reason ? null : `${path}/${target.id}`,
    }
  }
  const at = (after: string | undefined) => {
    const query = new URLSearchParams({ ...(filter.text && { text: filter.text }), ...(after && { after }) })
    return query.size ? `${path}?${query}` : path
  }
  return reply.page('plans/choose-host', {
    ...toolFrame(request, [{ step: 'from', href: back }]),
    step: 'to',
    title: t('plans.receiving.title', { from: label }),
    hosts: [...planned, ...known.rows].map(shown),
    filter,
    path,
    newHost: `${back}/${from}/new-host`,
    next: known.next ? at(known.next) : null,
    first: filter.after ? at(undefined) : null,
    soFar,
  })
}
