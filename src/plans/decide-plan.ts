import { and, eq, sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict, Forbidden, Invalid, NotFound } from '../errors.ts'
import { recordEvent } from '../requests/record.ts'
import { plans, requests } from '../schema.ts'
import { checkAndLock, type ExecuteOptions, executePlan, refuseUnlessDoable } from './execute-plan.ts'
import { waitFor } from './hold-plan.ts'
import { kindOf } from './kinds.ts'
import type { PlanProblem } from './problems.ts'
import { findPlanOf } from './queries.ts'
import { markOfLines } from './replace/since-filed.ts'
import { refillReplacement } from './replacement.ts'

type Decide = Omit<ExecuteOptions, 'planId'> & {
  requestId: string
  /** Who approves. */
  by: string
  /** What the page that approves a replacement showed (held-now.ts): where that has changed, it is shown first. */
  seen?: string
}

/**
 * A colleague with Licensing approves a plan that waits for one: it is done, or, where the desk has to decide too, goes
 * on to wait for the desk. The checker of this moment decides; throws Invalid with what cannot be done any more, or
 * where something else would be done than was seen, Forbidden for who asked for it, Conflict where it does not wait for
 * a colleague.
 */
export async function approveAsColleague(tx: Db, options: Decide): Promise<'completed' | 'in-review'> {
  const held = await lockHeld(tx, options)
  if (held.requestedBy === options.by) throw new Forbidden()
  if (!held.waitsForColleague) throw new Conflict('requests.settledMeanwhile')
  const approved = await check(tx, options, held)
  const rest = approved.holds.filter(({ waitsFor }) => waitsFor === 'desk')
  await noteApproval(tx, options, held)
  if (rest.length === 0) return complete(tx, options, held, approved)
  await letWait(tx, options, held, rest)
  return 'in-review'
}

/**
 * The desk approves a plan that waits for it: it is done, under the checker of this moment. Where the company has come
 * to want a second person's approval since the plan was filed, that comes first: the plan waits for a colleague, and
 * for the desk after that (domain.md section 3, Held plans). Throws as above.
 */
export async function approveForDesk(tx: Db, options: Decide): Promise<'completed' | 'to-colleague'> {
  const held = await lockHeld(tx, options)
  if (held.requestedBy === options.by) throw new Conflict('desk.ownRequest')
  if (held.waitsForColleague) throw new Conflict('desk.waitsForColleague')
  const checked = await check(tx, options, held)
  const plan = await findPlanOf(tx, options.customerId, held.id)
  if (plan?.wantsColleague) {
    await holdAnew(tx, options, held, checked.holds)
    return 'to-colleague'
  }
  await noteApproval(tx, options, held)
  return complete(tx, options, held, checked)
}

type Held = Awaited<ReturnType<typeof lockHeld>>

async function check(tx: Db, options: Decide, { planId, tool }: Held) {
  const plan = { customerId: options.customerId, planId }
  if (tool === 'replace') await refillReplacement(tx, plan)
  const checked = await checkAndLock(tx, { ...options, planId })
  refuseUnlessDoable(checked)
  if (tool === 'replace' && options.seen !== undefined && options.seen !== markOfLines(checked.lines))
    throw new Invalid([{ key: 'plans.since.look' }])
  return checked
}

async function complete(
  tx: Db,
  options: Decide,
  held: Held,
  checked: Awaited<ReturnType<typeof check>>,
): Promise<'completed'> {
  const { customerId } = options
  const kind = kindOf(held.tool, checked.lines)
  await tx
    .update(requests)
    .set({ status: 'completed', completedAt: new Date(), deskSince: null, colleagueSince: null })
    .where(and(eq(requests.customerId, customerId), eq(requests.id, held.id)))
  await executePlan(tx, { ...options, planId: held.planId }, checked, {
    personId: held.requestedBy,
    kind,
    request: held,
  })
  await recordEvent(tx, { customerId, requestId: held.id, personId: null, kind: 'completed' })
  return 'completed'
}

/** Plan first, then request: as whoever submits it. A request that is settled, or has no plan, is a Conflict. */
async function lockHeld(tx: Db, { customerId, requestId }: Pick<Decide, 'customerId' | 'requestId'>) {
  const [plan] = await tx
    .select({ planId: plans.id, tool: plans.tool })
    .from(plans)
    .where(and(eq(plans.customerId, customerId), eq(plans.requestId, requestId)))
    .for('update')
  const [request] = await tx
    .select({
      id: requests.id,
      number: requests.number,
      kind: requests.kind,
      status: requests.status,
      requestedBy: requests.requestedBy,
      waitsForColleague: sql<boolean>`${requests.colleagueSince} is not null`,
    })
    .from(requests)
    .where(and(eq(requests.customerId, customerId), eq(requests.id, requestId)))
    .for('update')
  if (!request) throw new NotFound()
  const isOpen = request.status === 'in-review' || request.status === 'needs-information'
  if (!plan || !isOpen) throw new Conflict('requests.settledMeanwhile')
  return { ...plan, ...request }
}

/** Says in the timeline that it is held for more than it was. */
async function holdAnew(tx: Db, options: Decide, held: Held, holds: PlanProblem[]): Promise<void> {
  const { customerId } = options
  await recordEvent(tx, { customerId, requestId: held.id, personId: null, kind: 'held', details: { holds } })
  await letWait(tx, options, held, holds)
}

async function letWait(tx: Db, options: Decide, held: Held, holds: PlanProblem[]): Promise<void> {
  const { customerId } = options
  await keepHolds(tx, options, holds)
  await waitFor(tx, { customerId, request: held, personId: held.requestedBy, holds })
}

async function keepHolds(tx: Db, { customerId, requestId }: Decide, holds: PlanProblem[]): Promise<void> {
  await tx
    .update(requests)
    .set({ status: 'in-review', details: sql`details || ${JSON.stringify({ holds })}::jsonb` })
    .where(and(eq(requests.customerId, customerId), eq(requests.id, requestId)))
}

async function noteApproval(tx: Db, { customerId, by }: Decide, held: Held): Promise<void> {
  await recordEvent(tx, { customerId, requestId: held.id, personId: by, kind: 'approved' })
  await recordActivity(tx, {
    customerId,
    personId: by,
    verb: 'plan.approved',
    objectKind: 'plan',
    objectId: held.planId,
    requestId: held.id,
    details: { number: held.number, kind: held.kind },
  })
}
