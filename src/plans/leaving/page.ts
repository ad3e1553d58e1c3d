import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../db.ts'
import { Invalid, NotFound } from '../../errors.ts'
import { newId } from '../../ids.ts'
import type { Problem } from '../../web/forms.ts'
import { text } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { loadMoves } from '../load-use.ts'
import { idsOf, planPath } from '../open-draft.ts'
import { refuseAmounts } from '../quantity.ts'
import { findActiveLabel } from '../queries.ts'
import { listSoFar } from '../so-far.ts'
import { findTarget, type Target } from '../targets.ts'
import { toolFrame } from '../tool-frame.ts'
import { fieldOf, readQuantities } from './quantities.ts'
import { listLeaving, setLeaving, type Way } from './queries.ts'
import { leavingLine, whyItCannotGo } from './view.ts'

/** How much of what sits on the giving host goes: to another host, or back to the pool. */
export async function showLeaving(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, plan, t, server } = request
  const today = server.today()
  const { after, fill } = readQuery(request)
  const { from, to, rows, next, moved, soFar } = await server.database.readCustomer(
    customer.id,
    async (tx) => {
      const { way, from, to } = await findWay(tx, request)
      const { rows, next } = await listLeaving(tx, way, { today, after })
      const ids = rows.map(({ id }) => id)
      const [moved, soFar] = await Promise.all([
        loadMoves(tx, customer.id, ids, { today, timeZone: server.publisher().timeZone }),
        listSoFar(tx, customer.id, plan.id),
      ])
      return { from, to, rows, next, moved, soFar }
    },
  )
  const path = pathOf(request)
  const giving = `${planPath(request, plan.id)}/from`
  const back = to ? `${giving}/${paramsOf(request).host}/to` : giving
  const lines = rows.map((row) => leavingLine(request, { row, to, moved: moved.get(row.id) ?? 0, fill }))
  return reply.page('plans/leaving', {
    ...toolFrame(request, [{ step: 'from', href: giving }, ...(to ? [{ step: 'to', href: back }] : [])]),
    title: to
      ? t('plans.leaving.title.move', { from, to: to.label })
      : t('plans.leaving.title.return', { from }),
    problems,
    // A field that was left empty stays so, although the plan has a quantity for it.
    lines: lines.map((line) => ({ ...line, quantity: values[line.field] ?? line.quantity })),
    isMove: to !== null,
    // Nothing to type in then, and nothing to add: only the ways out.
    allStay: to !== null && lines.length > 0 && !next && !after && lines.every(({ reason }) => reason),
    to: to?.label,
    giving,
    returning: `${customer.base}/return?from=${paramsOf(request).host}`,
    action: path,
    after: after ?? '',
    nextAfter: next ?? '',
    first: after ? addressOf(path, undefined, fill) : null,
    back,
    soFar,
  })
}

/**
 * Sets the lines of this way to what was typed on the page. The buttons that fill the page in change nothing: they
 * show it again, with each field at all that is held, or empty.
 */
export async function setQuantities(request: FastifyRequest, reply: FastifyReply) {
  const { plan, server } = request
  const body = (request.body ?? {}) as Record<string, unknown>
  const [after, fill] = [text(body['after']) || undefined, readFill(body['fill'])]
  if (fill) return reply.redirect(addressOf(pathOf(request), after, fill), 303)
  return actOnce(request, reply, async (tx) => {
    const { way, to } = await findWay(tx, request)
    const { rows } = await listLeaving(tx, way, { today: server.today(), after })
    const movable = rows.filter((row) => !whyItCannotGo(row, to, server.today()))
    const quantities = readQuantities(
      body,
      movable.map(({ id }) => id),
    )
    refuseNothing(movable, quantities)
    const given = [...quantities].map(([entitlementId, quantity]) => ({
      entitlementId,
      quantity,
      id: newId(),
    }))
    await setLeaving(tx, way, given)
    await refuseAmounts(tx, request, amounts, ({ fromHostId, toHostId, entitlementId }) =>
      fromHostId === way.fromHostId && toHostId === way.toHostId ? fieldOf(entitlementId) : undefined,
    )
    if (body['goOn'] === undefined) return planPath(request, plan.id)
    return addressOf(pathOf(request), text(body['nextAfter']) || undefined, undefined)
  })
}

function refuseNothing(
  movable: readonly { id: string; here: number }[],
  quantities: Map<string, number>,
): void {
  const [first] = movable
  const isNothing = [...quantities.values()].every((quantity) => quantity === 0)
  if (first && isNothing && movable.every(({ here }) => here === 0))
    throw new Invalid([{ field: fieldOf(first.id), key: 'plans.leaving.nothing' }])
}

const amounts = ['notHeld', 'nodeLockedOnce', 'nodeLockedTriad']

/** Throws NotFound where the giving host is none in service, or the receiving one none that this plan reaches. */
async function findWay(
  tx: Db,
  request: FastifyRequest,
): Promise<{ way: Way; from: string; to: Target | null }> {
  const { customer, plan } = request
  const { host, receiver } = paramsOf(request)
  const of = {
    customerId: customer.id,
    planId: plan.id,
    product: { productId: null, baseProductId: null },
  }
  const from = await findActiveLabel(tx, customer.id, host)
  if (from === undefined || receiver === host) throw new NotFound()
  const to = receiver === undefined ? null : await findTarget(tx, of, receiver)
  const way = { customerId: customer.id, planId: plan.id, fromHostId: host, toHostId: receiver ?? null }
  return { way, from, to }
}

function paramsOf(request: FastifyRequest): { host: string; receiver: string | undefined } {
  return idsOf(request)
}

function pathOf(request: FastifyRequest): string {
  const { host, receiver } = paramsOf(request)
  const from = `${planPath(request, request.plan.id)}/from/${host}`
  return receiver === undefined ? `${from}/pool` : `${from}/to/${receiver}`
}

type Fill = 'all' | 'none' | undefined

function readFill(given: unknown): Fill {
  const fill = text(given)
  return fill === 'all' || fill === 'none' ? fill : undefined
}

function readQuery(request: FastifyRequest) {
  const query = request.query as Record<string, unknown>
  const body = (request.body ?? {}) as Record<string, unknown>
  return { after: text(body['after'] ?? query['after']) || undefined, fill: readFill(query['fill']) }
}

function addressOf(path: string, after: string | undefined, fill: Fill): string {
  const query = new URLSearchParams({ ...(after && { after }), ...(fill && { fill }) })
  return query.size ? `${path}?${query}` : path
}
