import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { type Choice, choiceColumns, choiceDetails } from '../../entitlements/queries.ts'
import { isId } from '../../ids.ts'
import { jsonRows } from '../../sql.ts'
import { decodeCursor, pageOf } from '../../web/paging.ts'
import { touchDraft } from '../drafts.ts'

/** Rows on one page of what may leave a host. A page is one form, so it is larger than those one only reads. */
const rowsOnPage = 100

/** Where a plan takes from, and where it takes it: another host, or the pool (null). */
export type Way = { customerId: string; planId: string; fromHostId: string; toHostId: string | null }

/** What sits on the giving host of one entitlement, with what the plan says of it so far. */
export type Leaving = Choice & {
  held: number
  /** In the plan by this way, and by its other ways away from the host. */
  here: number
  elsewhere: number
  /** Of its product and of the product it extends, on the receiving host: now, and with the plan's other lines. */
  ofProduct: number
  ofBase: number
}

/** A page of what sits on a host, by product. */
export async function listLeaving(
  tx: Db,
  way: Way,
  { today, after }: { today: string; after?: string | undefined },
) {
  const { customerId, planId, fromHostId, toHostId } = way
  const key = keyOf(after)
  const thereOf = (product: ReturnType<typeof sql>) => sql`(
    (select coalesce(sum(r.quantity), 0) from placements r
      join entitlements x on x.customer_id = r.customer_id and x.id = r.entitlement_id
      where r.customer_id = ${customerId} and r.host_id = ${toHostId}::uuid and x.product_id = ${product}) +
    (select coalesce(sum(case when r.to_host_id = ${toHostId}::uuid then r.quantity else -r.quantity end), 0)
      from plan_lines r
      join entitlements x on x.customer_id = r.customer_id and x.id = r.entitlement_id
      where r.customer_id = ${customerId} and r.plan_id = ${planId} and x.product_id = ${product}
        and ${toHostId}::uuid in (r.from_host_id, r.to_host_id)
        and (r.entitlement_id <> e.id or r.from_host_id is distinct from ${fromHostId}::uuid)))::integer`
  const rows = await tx.execute<Leaving>(sql`
    select ${choiceColumns(today)}, l.quantity as held, ${plannedOf(way, true)} as here,
      ${plannedOf(way, false)} as elsewhere,
      ${toHostId === null ? sql`0` : thereOf(sql`p.id`)} as "ofProduct",
      ${toHostId === null ? sql`0` : thereOf(sql`b.id`)} as "ofBase"
    from placements l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    join products p on p.id = e.product_id
    join families f on f.id = p.family_id
    left join products b on b.id = p.extends_product_id
    ${choiceDetails}
    where l.customer_id = ${customerId} and l.host_id = ${fromHostId}::uuid and l.quantity > 0
      ${key ? sql`and (p.name, e.id) > (${key.name}, ${key.id}::uuid)` : sql``}
    order by p.name, e.id
    limit ${rowsOnPage + 1}`)
  return pageOf<Leaving>([...rows], ({ productName, id }) => [productName, id], rowsOnPage)
}

function plannedOf({ customerId, planId, fromHostId, toHostId }: Way, isThisWay: boolean) {
  const is = isThisWay ? sql`is not distinct from` : sql`is distinct from`
  return sql`(
    select coalesce(sum(r.quantity), 0)::integer from plan_lines r
    where r.customer_id = ${customerId} and r.plan_id = ${planId} and r.entitlement_id = e.id
      and r.from_host_id = ${fromHostId}::uuid and r.to_host_id ${is} ${toHostId}::uuid)`
}

function keyOf(after: string | undefined) {
  const [name, id] = decodeCursor(after, 2) ?? []
  return isId(id) ? { name: String(name), id } : undefined
}

/**
 * Sets how much of each entitlement goes this way; 0 takes its line out. Entitlements not named stay as they are in
 * the plan. A handful of statements, however many there are.
 */
export async function setLeaving(
  tx: Db,
  way: Way,
  quantities: readonly { entitlementId: string; quantity: number; id: string }[],
): Promise<void> {
  const { customerId, planId, fromHostId, toHostId } = way
  await touchDraft(tx, way)
  const given = sql`jsonb_to_recordset(${jsonRows(quantities)}) as g ("entitlementId" uuid, "quantity" integer, "id" uuid)`
  const thisWay = sql`l.customer_id = ${customerId} and l.plan_id = ${planId}
    and l.from_host_id = ${fromHostId}::uuid and l.to_host_id is not distinct from ${toHostId}::uuid`
  await tx.execute(sql`
    delete from plan_lines l using ${given}
    where ${thisWay} and l.entitlement_id = g."entitlementId" and g."quantity" = 0`)
  await tx.execute(sql`
    update plan_lines l set quantity = g."quantity" from ${given}
    where ${thisWay} and l.entitlement_id = g."entitlementId" and g."quantity" > 0`)
  await tx.execute(sql`
    insert into plan_lines (customer_id, plan_id, id, entitlement_id, from_host_id, to_host_id, quantity)
    select ${customerId}, ${planId}, g."id", g."entitlementId", ${fromHostId}::uuid, ${toHostId}::uuid, g."quantity"
    from ${given}
    where g."quantity" > 0 and not exists (
      select from plan_lines l where ${thisWay} and l.entitlement_id = g."entitlementId")`)
}
