import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { fine, refuse } from '../reasons.ts'

const table = 'load_orders'

/**
 * Finds the entitlement of each row that renews: that of the line it renews, be it stored or in the file (also
 * further down, and through several renewals).
 */
export async function resolveRenewals(tx: Db): Promise<void> {
  await tx.execute(sql`create index on load_orders (renews_order, renews_line) where entitlement_id is null`)
  await refuseStored(tx)
  await resolveStored(tx)
  while ((await resolveStaged(tx)) > 0) await refuseOtherProduct(tx)
  await refuseOtherProduct(tx)
  await refuseUnresolved(tx)
}

const waits = sql`${fine()} and r.entitlement_id is null`
const renewed = sql`(
  select o.sales_order_number, o.customer_id, c.customer_number, l.line, l.entitlement_id, l.product_id, p.part_number
  from order_lines l
  join orders o on o.customer_id = l.customer_id and o.id = l.order_id
  join customers c on c.id = o.customer_id
  join products p on p.id = l.product_id) t`
const matches = sql`t.sales_order_number = r.renews_order and t.line = r.renews_line`

async function refuseStored(tx: Db): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.renewsOtherCustomer',
    params: sql`'number', r.renews_order, 'customer', t.customer_number`,
    from: renewed,
    where: sql`${waits} and ${matches} and t.customer_id <> r.customer_id`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.renewsOtherProduct',
    params: sql`'number', r.renews_order, 'line', r.renews_line, 'partNumber', t.part_number`,
    from: renewed,
    where: sql`${waits} and ${matches} and t.product_id <> r.product_id`,
  })
}

async function resolveStored(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_orders r set entitlement_id = t.entitlement_id from ${renewed} where ${waits} and ${matches}`)
}

/** One step of a chain of renewals within the file; gives how many rows found their entitlement. */
async function resolveStaged(tx: Db): Promise<number> {
  const [step] = await tx.execute<{ found: number }>(sql`
    with found as (
      update load_orders r set entitlement_id = t.entitlement_id from load_orders t
      where ${waits} and t.same = r.renews_order || ' ' || r.renews_line and ${fine('t')}
        and t.entitlement_id is not null and t.customer_id = r.customer_id and t.product_id = r.product_id
      returning 1)
    select count(*)::integer as found from found`)
  return step!.found
}

async function refuseOtherProduct(tx: Db): Promise<void> {
  const target = sql`load_orders t`
  const same = sql`t.same = r.renews_order || ' ' || r.renews_line and ${fine('t')}`
  await refuse(tx, {
    table,
    reason: 'imports.renewsOtherCustomer',
    params: sql`'number', r.renews_order, 'customer', t.customer_number`,
    from: target,
    where: sql`${waits} and ${same} and t.customer_id <> r.customer_id`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.renewsOtherProduct',
    params: sql`'number', r.renews_order, 'line', r.renews_line, 'partNumber', t.part_number`,
    from: target,
    where: sql`${waits} and ${same} and t.product_id <> r.product_id`,
  })
}

/** What is left renews nothing, a refused row, or goes round in a circle. */
async function refuseUnresolved(tx: Db): Promise<void> {
  const params = sql`'number', r.renews_order, 'line', r.renews_line`
  await refuse(tx, {
    table,
    reason: 'imports.renewsNothing',
    params,
    where: sql`${waits} and not exists (
      select from load_orders t where t.same = r.renews_order || ' ' || r.renews_line)`,
  })
  for (let refused = -1; ; ) {
    const [count] = await tx.execute<{ refused: number }>(
      sql`select count(*)::integer as refused from load_orders where reasons <> '[]'`,
    )
    if (count!.refused === refused) break
    refused = count!.refused
    await refuse(tx, {
      table,
      reason: 'imports.renewsRefused',
      params: sql`${params}, 'at', t.line`,
      from: sql`(select same, min(line) as line from load_orders group by same having bool_and(reasons <> '[]')) t`,
      where: sql`${waits} and t.same = r.renews_order || ' ' || r.renews_line`,
    })
  }
  await refuse(tx, { table, reason: 'imports.renewsCircle', params, where: waits })
}
