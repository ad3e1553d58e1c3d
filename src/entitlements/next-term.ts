import { type SQL, sql } from 'drizzle-orm'

/** The day the next term of entitlement `e` begins, where none is in force and one is to come. */
export function nextTerm(today: string): SQL {
  return sql`case when e.entitled = 0 then (
    select min(n.starts_on) from terms n
    where n.customer_id = e.customer_id and n.entitlement_id = e.id and n.starts_on > ${today}::date
      and n.quantity > 0 and ${isLatest(sql`n`)}
  ) end`
}

/** Whether a term is the latest revision of its order line: those before it do not count any more. */
export function isLatest(term: SQL): SQL {
  return sql`not exists (
    select from terms later
    where later.customer_id = ${term}.customer_id and later.entitlement_id = ${term}.entitlement_id
      and later.order_id = ${term}.order_id and later.line = ${term}.line and later.revision > ${term}.revision)`
}
