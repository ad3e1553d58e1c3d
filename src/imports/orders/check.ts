import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { fine, refuse, refuseDuplicates, refuseUnknownCustomers } from '../reasons.ts'
import type { Context } from '../stage.ts'

const table = 'load_orders'

/** Checks the rows of orders.csv against each other and the database, short of renewals. */
export async function checkOrders(tx: Db, { today }: Context): Promise<void> {
  await resolve(tx)
  await refuseDuplicates(tx, table)
  await refuseUnknownCustomers(tx, table)
  await refuse(tx, {
    table,
    reason: 'imports.noProduct',
    params: sql`'partNumber', r.part_number`,
    where: sql`r.product_id is null and r.part_number is not null`,
  })
  await checkOwners(tx, 'order', sql`sales_order_number`)
  await checkOwners(tx, 'contract', sql`contract_number`)
  await checkDates(tx)
  await lockKnown(tx)
  await checkCorrections(tx, today)
}

/** Finds what each row speaks of: once for all, since the rows are many. Its own entitlement where it renews none. */
async function resolve(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_orders r set customer_id = t.customer_id, product_id = t.product_id, order_id = t.order_id,
      is_known = t.is_known, entitlement_id = t.entitlement_id
    from (
      select s.line, c.id as customer_id, p.id as product_id, o.id as order_id, l.line is not null as is_known,
        coalesce(l.entitlement_id, case when s.renews_order = '' then s.id end) as entitlement_id
      from load_orders s
      left join customers c on c.customer_number = s.customer_number
      left join products p on p.part_number = s.part_number
      left join orders o on o.customer_id = c.id and o.sales_order_number = s.sales_order_number
      left join order_lines l on l.customer_id = o.customer_id and l.order_id = o.id and l.line = s.order_line
    ) t
    where t.line = r.line`)
  await tx.execute(sql`analyze load_orders`)
}

/** Order and contract numbers are unique for the publisher: each is one company's. */
async function checkOwners(tx: Db, kind: 'order' | 'contract', column: SQL): Promise<void> {
  const registry = sql.raw(kind === 'order' ? 'order_numbers' : 'contract_numbers')
  const key = sql.raw(kind === 'order' ? 'sales_order_number' : 'contract_number')
  await refuse(tx, {
    table,
    reason: `imports.${kind}Elsewhere`,
    params: sql`'number', r.${column}, 'customer', o.customer_number`,
    from: sql`(select n.${key} as number, c.id, c.customer_number
               from ${registry} n join customers c on c.id = n.customer_id) o`,
    where: sql`o.number = r.${column} and o.id <> r.customer_id`,
  })
  await refuse(tx, {
    table,
    reason: `imports.${kind}Twice`,
    params: sql`'number', r.${column}, 'customer', f.customer_number, 'line', f.line`,
    from: sql`(select distinct on (${column}) ${column} as number, customer_id, customer_number, line
               from load_orders where customer_id is not null and ${column} is not null
               order by ${column}, line) f`,
    where: sql`f.number = r.${column} and f.customer_id <> r.customer_id
               and not exists (select from ${registry} n where n.${key} = r.${column})`,
  })
}

async function checkDates(tx: Db): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.orderDate',
    params: sql`'number', r.sales_order_number, 'day', f.order_date::text, 'line', f.line`,
    from: sql`(select distinct on (sales_order_number) sales_order_number, order_date, line from load_orders
               where ${fine('load_orders')} order by sales_order_number, line) f`,
    where: sql`f.sales_order_number = r.sales_order_number and f.order_date <> r.order_date`,
  })
}

/** The entitlements of lines loaded again are locked, so that nobody places while this is decided. */
async function lockKnown(tx: Db): Promise<void> {
  await tx.execute(sql`
    select count(*) from (
      select from customers where id in (select customer_id from load_orders where is_known)
      order by id for no key update) c`)
  await tx.execute(sql`
    select count(*) from (
      select from entitlements e
      where (e.customer_id, e.id) in (select customer_id, entitlement_id from load_orders where is_known)
      order by e.customer_id, e.id for no key update) e`)
}

async function checkCorrections(tx: Db, today: string): Promise<void> {
  const line = sql`order_lines l join products p on p.id = l.product_id`
  const same = sql`r.is_known and l.customer_id = r.customer_id and l.order_id = r.order_id
    and l.line = r.order_line`
  await refuse(tx, {
    table,
    reason: 'imports.productChanged',
    params: sql`'partNumber', p.part_number`,
    from: line,
    where: sql`${same} and r.product_id <> l.product_id`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.renewsChanged',
    params: sql`'renews', case when l.renews_order = '' then 'none' else l.renews_order || ' / ' || l.renews_line end`,
    from: line,
    where: sql`${same} and (l.renews_order, l.renews_line) is distinct from (r.renews_order, r.renews_line)`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.belowPlaced',
    params: sql`'placed', e.placed, 'quantity', r.quantity`,
    from: sql`order_lines l join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id`,
    where: sql`${same} and r.quantity < l.quantity and r.quantity < e.placed and ${inForce(today)}`,
  })
}

/** The line's term is the one that counts today: no later-starting line of its entitlement covers the day. */
function inForce(today: string): SQL {
  const covers = sql`${today}::date between o.starts_on and coalesce(o.ends_on, 'infinity')`
  return sql`${today}::date between l.starts_on and coalesce(l.ends_on, 'infinity') and not exists (
    select from order_lines o
    where o.customer_id = l.customer_id and o.entitlement_id = l.entitlement_id
      and ${covers} and o.starts_on > l.starts_on)`
}
