import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { jsonRows, uuidArray } from '../sql.ts'
import type { PlanLine } from './load-plan.ts'

type OfPlan = { customerId: string; planId: string }

/**
 * The temporary license of a product that a draft is to make, with its quantity; the draft has one of each product. It
 * stands outside the owned totals and has no days before the plan is done. Returns the entitlement's ID.
 */
export async function draftTemporary(
  tx: Db,
  { customerId, planId, productId, quantity }: OfPlan & { productId: string; quantity: number },
): Promise<string> {
  const [changed] = await tx.execute<{ id: string }>(sql`
    update temporary_licenses set quantity = ${quantity}
    where customer_id = ${customerId} and plan_id = ${planId} and product_id = ${productId} and starts_on is null
    returning entitlement_id as id`)
  if (changed) return changed.id
  const id = newId()
  await tx.execute(sql`
    insert into entitlements (customer_id, id, product_id, kind)
    values (${customerId}, ${id}, ${productId}, 'temporary')`)
  await tx.execute(sql`
    insert into temporary_licenses (customer_id, entitlement_id, plan_id, product_id, quantity)
    values (${customerId}, ${id}, ${planId}, ${productId}, ${quantity})`)
  return id
}

/** Removes what a draft was to make and has no line for any more. */
export async function dropTemporary(tx: Db, { customerId, planId }: OfPlan): Promise<void> {
  const dropped = await tx.execute<{ id: string }>(sql`
    delete from temporary_licenses
    where customer_id = ${customerId} and plan_id = ${planId} and starts_on is null
      and not exists (
        select from plan_lines l
        where l.customer_id = ${customerId} and l.plan_id = ${planId}
          and l.entitlement_id = temporary_licenses.entitlement_id)
    returning entitlement_id as id`)
  if (dropped.length === 0) return
  await tx.execute(sql`
    delete from entitlements where customer_id = ${customerId} and kind = 'temporary'
      and id = any(${uuidArray(dropped.map(({ id }) => id))})`)
}

/** The last day of a temporary license that begins on a day, both included: 'YYYY-MM-DD'. */
export function lastDay(begins: string, days: number): string {
  return new Date(Date.parse(begins) + (days - 1) * 86_400_000).toISOString().slice(0, 10)
}

/** Lets the temporary licenses of a plan begin today; `days` includes today. */
export async function beginTemporary(
  tx: Db,
  { customerId, planId, today, days }: OfPlan & { today: string; days: number },
): Promise<void> {
  await tx.execute(sql`
    with begun as (
      update temporary_licenses set starts_on = ${today}::date, ends_on = ${today}::date + ${days - 1}::int
      where customer_id = ${customerId} and plan_id = ${planId} and starts_on is null
      returning entitlement_id, quantity, starts_on, ends_on
    )
    update entitlements e
    set entitled = b.quantity, owned = b.quantity, starts_on = b.starts_on, ends_on = b.ends_on
    from begun b where e.customer_id = ${customerId} and e.id = b.entitlement_id`)
}

/** What went back to the pool of a temporary license is over: it cannot be placed a second time. */
export async function endReturned(tx: Db, customerId: string, lines: readonly PlanLine[]): Promise<void> {
  const returned = lines.filter(({ kind, toHostId }) => kind === 'temporary' && toHostId === null)
  if (returned.length === 0) return
  await endTemporary(
    tx,
    customerId,
    returned.map(({ entitlementId }) => entitlementId),
  )
}

/** What an undo brings back of a temporary license that was returned: it goes on to the last day it had. */
export async function resumeReturned(
  tx: Db,
  { customerId, today, lines }: { customerId: string; today: string; lines: readonly PlanLine[] },
): Promise<void> {
  const back = lines
    .filter((line) => line.kind === 'temporary' && line.fromHostId === null)
    .map(({ entitlementId, quantity }) => ({ entitlementId, quantity }))
  if (back.length === 0) return
  await tx.execute(sql`
    with back as (
      select b."entitlementId" as id, sum(b.quantity)::integer as quantity
      from jsonb_to_recordset(${jsonRows(back)}) as b ("entitlementId" uuid, quantity integer) group by 1
    ), resumed as (
      update temporary_licenses t set ended_at = null from back b
      where t.customer_id = ${customerId} and t.entitlement_id = b.id and t.ends_on >= ${today}::date
      returning b.id, b.quantity
    )
    update entitlements e set entitled = e.placed + r.quantity, owned = e.placed + r.quantity
    from resumed r where e.customer_id = ${customerId} and e.id = r.id`)
}

/**
 * Nothing is left of these temporary licenses but what is placed: those of which nothing is are over. What was returned
 * is not owned, and can be placed nowhere.
 */
export async function endTemporary(
  tx: Db,
  customerId: string,
  entitlementIds: readonly string[],
): Promise<void> {
  const ids = uuidArray(entitlementIds)
  await tx.execute(sql`
    with left_over as (
      update entitlements e set entitled = e.placed, owned = e.placed
      where e.customer_id = ${customerId} and e.id = any(${ids}) and e.kind = 'temporary'
      returning e.id, e.placed
    )
    update temporary_licenses t set ended_at = now()
    from left_over l
    where t.customer_id = ${customerId} and t.entitlement_id = l.id and l.placed = 0 and t.ended_at is null`)
}
