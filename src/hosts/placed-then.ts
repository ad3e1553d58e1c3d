import { type SQL, sql } from 'drizzle-orm'
import type { AsOf } from '../web/as-of.ts'

/**
 * What sat on a company's hosts (or on one of them) at the end of a day, as a select of customer_id, entitlement_id,
 * host_id and quantity: what sits there now, and every later transfer taken back. So a day not long past costs little,
 * however long the history.
 */
export function placedThen(customerId: string, { end }: AsOf, hostId?: string): SQL {
  const on = (column: string) =>
    hostId ? sql`and ${sql.raw(column)} = ${hostId}::uuid` : sql`and ${sql.raw(column)} is not null`
  return sql`
    select ${customerId}::uuid as customer_id, moved.entitlement_id, moved.host_id, sum(moved.quantity) as quantity
    from (
      select entitlement_id, host_id, quantity from placements
      where customer_id = ${customerId} ${on('host_id')}
      union all
      select entitlement_id, to_host_id, -quantity from transfers
      where customer_id = ${customerId} and at >= ${end} ${on('to_host_id')}
      union all
      select entitlement_id, from_host_id, quantity from transfers
      where customer_id = ${customerId} and at >= ${end} ${on('from_host_id')}
    ) moved
    group by moved.entitlement_id, moved.host_id
    having sum(moved.quantity) > 0`
}
