import type { FastifyReply, FastifyRequest } from 'fastify'
import { planHost } from '../../hosts/plan-host.ts'
import type { Problem } from '../../web/forms.ts'
import { readForm, text } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { sayProblem } from '../../web/say-problem.ts'
import { newHostForm } from '../new-host-form.ts'
import { HostFields } from '../new-host-page.ts'
import { idsOf, planPath } from '../open-draft.ts'
import { listSoFar } from '../so-far.ts'
import { listPlannedTargets, listTargets, type Target, whyNotHere } from '../targets.ts'
import { toolFrame } from '../tool-frame.ts'
import { findLent } from './queries.ts'

/** Second question: on which host. One that cannot take the license is shown with its reason. */
export async function chooseBorrower(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, t, server } = request
  const { product: productId } = idsOf(request)
  const given = request.query as Record<string, unknown>
  const filter = { text: text(given['text']).slice(0, 100), after: text(given['after']) || undefined }
  const { product, planned, known, soFar } = await server.database.readCustomer(customer.id, async (tx) => {
    const product = await findLent(tx, customer.id, productId)
    const of = { customerId: customer.id, planId: plan.id, product }
    const [planned, known, soFar] = await Promise.all([
      filter.after ? [] : listPlannedTargets(tx, of),
      listTargets(tx, of, filter),
      listSoFar(tx, customer.id, plan.id),
    ])
    return { product, planned, known, soFar }
  })
  const back = `${planPath(request, plan.id)}/product`
  const path = `${back}/${productId}/host`
  const shown = (target: Target) => {
    const reason = whyNotHere(target, product)
    const lacksBase = product.baseProductId !== null && target.ofBase === 0
    return {
      ...target,
      reason: reason && sayProblem(request, reason),
      remark: lacksBase ? t('plans.host.lacksBase', { base: product.baseName, host: target.label }) : null,
      href: reason ? null : `${path}/${target.id}`,
    }
  }
  const at = (after: string | undefined) => {
    const query = new URLSearchParams({ ...(filter.text && { text: filter.text }), ...(after && { after }) })
    return query.size ? `${path}?${query}` : path
  }
  return reply.page('plans/choose-host', {
    ...toolFrame(request, [{ step: 'product', href: back }]),
    step: 'host',
    title: t('plans.temporary.host.title', { product: product.productName }),
    hosts: [...planned, ...known.rows].map(shown),
    filter,
    path,
    newHost: `${back}/${productId}/new-host`,
    next: known.next ? at(known.next) : null,
    first: filter.after ? at(undefined) : null,
    soFar,
  })
}

/** A host that is not known yet. */
export async function showNewBorrower(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  typed: Record<string, unknown> = {},
) {
  const { customer, plan, t } = request
  const { product: productId } = idsOf(request)
  const { licenseType } = await request.server.database.readCustomer(customer.id, (tx) =>
    findLent(tx, customer.id, productId),
  )
  const isCounted = licenseType !== 'node-locked'
  const from = `${planPath(request, plan.id)}/product`
  const back = `${from}/${productId}/host`
  return reply.page('plans/new-host', {
    ...newHostForm(request, {
      ...{ problems, typed, isCounted, mayBeTriad: isCounted },
      ...{ path: `${from}/${productId}/new-host`, back },
    }),
    ...toolFrame(request, [
      { step: 'product', href: from },
      { step: 'host', href: back },
    ]),
    kindsReason: isCounted ? null : t('plans.newHost.onlySingle'),
  })
}

export async function addBorrower(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, server } = request
  const { product: productId } = idsOf(request)
  const values = readForm(request.body, HostFields)
  return actOnce(request, reply, async (tx) => {
    const { licenseType } = await findLent(tx, customer.id, productId)
    const hostId = await planHost(tx, {
      customerId: customer.id,
      planId: plan.id,
      values,
      publisher: server.publisher(),
      needsServerNames: licenseType !== 'node-locked',
    })
    return `${planPath(request, plan.id)}/product/${productId}/host/${hostId}`
  })
}
