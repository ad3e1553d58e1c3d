import { type SQL, sql } from 'drizzle-orm'

/**
 * The lines of a replacement as they are at this moment: all that sits on the host goes to its planned successor, and
 * what has expired back to the pool, since it can be placed nowhere. No row where no successor is planned.
 */
export function replacementLines({ customerId, planId }: { customerId: string; planId: string }): SQL {
  return sql`
    select l.entitlement_id, l.host_id as from_host_id, case when e.entitled > 0 then s.id end as to_host_id, l.quantity
    from hosts s
    join placements l on l.customer_id = s.customer_id and l.host_id = s.replaces_host_id and l.quantity > 0
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    where s.customer_id = ${customerId} and s.plan_id = ${planId} and s.status = 'planned'`
}
