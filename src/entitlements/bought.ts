import { type SQL, sql } from 'drizzle-orm'
import { containing } from '../sql.ts'

/**
 * IDs of the entitlements one of whose order lines is under such a contract or on such an order, by what was known
 * `before` an instant where one is given: each found along its own key. So who types the number of a contract that was
 * renewed under another, or of one whose term has yet to begin, finds the licenses too.
 */
export function boughtUnder(customerId: string, typed: string, before?: SQL): SQL {
  const like = containing(typed)
  const known = sql`and exists (
    select from terms t
    where t.customer_id = l.customer_id and t.entitlement_id = l.entitlement_id and t.order_id = l.order_id
      and t.line = l.line and t.recorded_at < ${before})`
  return sql`
    select l.entitlement_id as id from contracts c
    join order_lines l on l.customer_id = c.customer_id and l.contract_id = c.id
    where c.customer_id = ${customerId} and c.contract_number ilike ${like} ${before ? known : sql``}
    union all
    select l.entitlement_id from orders o
    join order_lines l on l.customer_id = o.customer_id and l.order_id = o.id
    where o.customer_id = ${customerId} and o.sales_order_number ilike ${like} ${before ? known : sql``}`
}
