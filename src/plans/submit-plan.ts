import { and, eq, sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict, NotFound } from '../errors.ts'
import type { RequestStatus } from '../requests/record.ts'
import { plans, requests } from '../schema.ts'
import { checkAndLock, type ExecuteOptions, executePlan, refuseUnlessDoable } from './execute-plan.ts'
import { fileHeld } from './hold-plan.ts'
import { kindOf } from './kinds.ts'
import { refillReplacement } from './replacement.ts'
import { refuseUnlessUndoable } from './undone.ts'

export type SubmitOptions = ExecuteOptions & {
  person: { id: string }
  publisher: ExecuteOptions['publisher'] & { undoHours: number }
}

export type Submitted = { requestId: string; requestNumber: number; status: RequestStatus }

/**
 * Files what a plan says under a request number and does it, in the transaction `tx`: request, transfers, placements,
 * the next issue of each touched host's pack, activity and mail, or nothing of it. What a person has to decide is
 * only filed, and waits (hold-plan.ts). A plan that was submitted answers its request again.
 *
 * Locks in one order: plan, customer, entitlements by ID, hosts by ID, sums by product. So of two who ask for the
 * last license at once one gets it, and the other's check sees what is left.
 * Throws Invalid where a line cannot be done (the check page says which and why), NotFound, Conflict (discarded).
 */
export async function submitPlan(tx: Db, options: SubmitOptions): Promise<Submitted> {
  const { customerId, planId, person } = options
  const plan = await lockPlan(tx, customerId, planId)
  if (plan.status === 'submitted') return findRequestOf(tx, customerId, plan.requestId!)
  if (plan.status === 'discarded') throw new Conflict('plans.alreadyDiscarded')
  if (plan.tool === 'replace') await refillReplacement(tx, { customerId, planId })
  const { undoes } = plan.details
  if (undoes) await refuseUnlessUndoable(tx, { customerId, requestId: undoes }, options.publisher.undoHours)
  const checked = await checkAndLock(tx, options)
  refuseUnlessDoable(checked)
  const kind = kindOf(plan.tool, checked.lines)
  const isHeld = checked.holds.length > 0
  const request = isHeld
    ? await fileHeld(tx, { customerId, planId, person, kind, checked })
    : await executePlan(tx, options, checked, { personId: person.id, kind })
  await tx
    .update(plans)
    .set({ status: 'submitted', requestId: request.id, updatedAt: sql`now()` })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
  await recordActivity(tx, {
    customerId,
    personId: person.id,
    verb: 'plan.submitted',
    objectKind: 'plan',
    objectId: planId,
    requestId: request.id,
    details: {
      tool: plan.tool,
      lines: checked.lines.length,
      number: request.number,
      ...(isHeld ? { held: true } : {}),
    },
  })
  return {
    requestId: request.id,
    requestNumber: request.number,
    status: isHeld ? 'in-review' : 'completed',
  }
}

async function lockPlan(tx: Db, customerId: string, planId: string) {
  const [plan] = await tx
    .select({ tool: plans.tool, status: plans.status, requestId: plans.requestId, details: plans.details })
    .from(plans)
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
    .for('update')
  if (!plan) throw new NotFound()
  return plan
}

async function findRequestOf(tx: Db, customerId: string, requestId: string): Promise<Submitted> {
  const [request] = await tx
    .select({ requestId: requests.id, requestNumber: requests.number, status: requests.status })
    .from(requests)
    .where(and(eq(requests.customerId, customerId), eq(requests.id, requestId)))
  return request!
}
