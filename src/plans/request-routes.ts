import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { recordActivity } from '../activity/record.ts'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { Conflict, Forbidden } from '../errors.ts'
import { builtInCutter } from '../packs/cutters/built-in.ts'
import { activeKey } from '../packs/keys.ts'
import { numberOf } from '../requests/account/routes.ts'
import { reachRequest } from '../requests/fetch-pack.ts'
import { declineRequest } from '../requests/messages.ts'
import { showRequest } from '../requests/routes.ts'
import { readForm, text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { approveAsColleague } from './decide-plan.ts'
import { planPath } from './open-draft.ts'
import { findPlanOf } from './queries.ts'
import { beginUndo } from './undone.ts'

const WordForm = Type.Object({ words: Type.String({ minLength: 1, maxLength: 4000 }) })

/** What is done about a request that a plan made: a colleague approves or declines it; it is undone. */
export function planRequestRoutes(app: App): void {
  const licensing = requires('licensing')
  const config = { ...licensing, redisplay: showRequest }
  app.post('/c/:customer/requests/:number/approval', { config }, approve)
  app.post('/c/:customer/requests/:number/refusal', { config }, decline)
  app.post('/c/:customer/requests/:number/undo', { config }, undo)
}

function approve(request: FastifyRequest, reply: FastifyReply) {
  const { customer, server } = request
  return actOnce(request, reply, async (tx) => {
    const found = await reach(tx, request)
    const status = await approveAsColleague(tx, {
      customerId: customer.id,
      requestId: found.id,
      by: request.person!.id,
      seen: text((request.body as Record<string, unknown>)['seen']),
      today: server.today(),
      publisher: server.publisher(),
      cut: builtInCutter(activeKey(server.packKeys)),
    })
    request.flash(status === 'completed' ? 'plans.approval.done' : 'plans.approval.toDesk')
    return hrefOf(request, found.number)
  })
}

function decline(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const by = request.person!.id
  return actOnce(request, reply, async (tx) => {
    const found = await reach(tx, request)
    // Locked, so that what a colleague approves at this moment is not declined in the desk's place.
    await tx.execute(sql`
      select id from requests where customer_id = ${customer.id} and id = ${found.id} for no key update`)
    const part = await findPlanOf(tx, customer.id, found.id)
    if (!part?.waitsForColleague) throw new Conflict('requests.settledMeanwhile')
    if (found.requestedBy === by) throw new Forbidden()
    const { words } = readForm(request.body, WordForm)
    await declineRequest(tx, {
      customerId: customer.id,
      request: found,
      by,
      reason: 'other',
      text: words,
    })
    await recordActivity(tx, {
      customerId: customer.id,
      personId: by,
      verb: 'plan.declined',
      objectKind: 'plan',
      objectId: found.planId!,
      requestId: found.id,
      details: { number: found.number, kind: found.kind },
    })
    request.flash('plans.approval.declined')
    return hrefOf(request, found.number)
  })
}

function undo(request: FastifyRequest, reply: FastifyReply) {
  const { customer, server } = request
  return actOnce(request, reply, async (tx) => {
    const found = await reach(tx, request)
    const planId = await beginUndo(tx, {
      customerId: customer.id,
      requestId: found.id,
      personId: request.person!.id,
      undoHours: server.publisher().undoHours,
    })
    return planPath(request, planId)
  })
}

function reach(tx: Db, request: FastifyRequest) {
  const { customer, person } = request
  return reachRequest(tx, customer.id, numberOf(request), { personId: person!.id, holds: customer.holds })
}

function hrefOf({ customer }: FastifyRequest, number: number): string {
  return `${customer.base}/requests/${number}`
}
