import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Conflict, NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { formatRequestNumber } from '../requests/number.ts'
import { planLines, plans } from '../schema.ts'
import { findPlan, type Tool } from './queries.ts'
import { dropTemporary } from './temporary.ts'

type OfPlan = { customerId: string; planId: string }
type LineEnds = { entitlementId: string; fromHostId: string | null; toHostId: string | null }

/** Begins a plan; it is a draft until it is submitted, and changes nothing before. Returns its ID. */
export async function createPlan(
  tx: Db,
  { customerId, tool, personId }: { customerId: string; tool: Tool; personId: string },
): Promise<string> {
  const id = newId()
  await tx.insert(plans).values({ customerId, id, tool, createdBy: personId })
  return id
}

/**
 * Sets how much goes from where to where. The same ends again set the quantity, they do not add to it, so that a
 * second tab or the back button does no harm. Returns the line's ID.
 */
export async function setLine(
  tx: Db,
  {
    customerId,
    planId,
    entitlementId,
    fromHostId,
    toHostId,
    quantity,
  }: OfPlan & LineEnds & { quantity: number },
): Promise<string> {
  await touchDraft(tx, { customerId, planId })
  const [changed] = await tx
    .update(planLines)
    .set({ quantity })
    .where(
      and(
        ofPlan({ customerId, planId }),
        eq(planLines.entitlementId, entitlementId),
        sql`${planLines.fromHostId} is not distinct from ${fromHostId}::uuid`,
        sql`${planLines.toHostId} is not distinct from ${toHostId}::uuid`,
      ),
    )
    .returning({ id: planLines.id })
  if (changed) return changed.id
  const id = newId()
  await tx.insert(planLines).values({ customerId, planId, id, entitlementId, fromHostId, toHostId, quantity })
  return id
}

/** Takes a line out; one that is gone already (another tab) is no error. A host planned for it stays on offer. */
export async function removeLine(tx: Db, { customerId, planId, lineId }: OfPlan & { lineId: string }) {
  await touchDraft(tx, { customerId, planId })
  await tx.delete(planLines).where(and(ofPlan({ customerId, planId }), eq(planLines.id, lineId)))
  await dropTemporary(tx, { customerId, planId })
}

/** The name by which a draft is found again. */
export async function namePlan(
  tx: Db,
  { customerId, planId, name }: OfPlan & { name: string },
): Promise<void> {
  await touchDraft(tx, { customerId, planId })
  await tx
    .update(plans)
    .set({ name })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
}

/** Ends a draft without effect. The hosts that were planned in it are removed. */
export async function discardPlan(tx: Db, { customerId, planId }: OfPlan): Promise<void> {
  await touchDraft(tx, { customerId, planId })
  await tx
    .update(plans)
    .set({ status: 'discarded' })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
  await tx.delete(planLines).where(ofPlan({ customerId, planId }))
  await dropTemporary(tx, { customerId, planId })
  await tx.execute(sql`
    delete from hosts where customer_id = ${customerId} and plan_id = ${planId} and status = 'planned'`)
}

/**
 * Every change of a draft passes here: it locks the plan, so that none meets a submission half-way. Throws NotFound,
 * or Conflict where the plan is no longer a draft.
 */
export async function touchDraft(tx: Db, { customerId, planId }: OfPlan): Promise<void> {
  const [plan] = await tx
    .select({ status: plans.status })
    .from(plans)
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
    .for('update')
  if (!plan) throw new NotFound()
  if (plan.status === 'submitted') {
    const { requestNumber } = await findPlan(tx, customerId, planId)
    throw new Conflict('plans.alreadySubmitted', { number: formatRequestNumber(requestNumber!) })
  }
  if (plan.status === 'discarded') throw new Conflict('plans.alreadyDiscarded')
  await tx
    .update(plans)
    .set({ updatedAt: sql`now()` })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
}

function ofPlan({ customerId, planId }: OfPlan) {
  return and(eq(planLines.customerId, customerId), eq(planLines.planId, planId))
}
