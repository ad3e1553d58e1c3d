import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'

/**
 * What requests that wait for a decision would take of an entitlement, off a host or (null) out of the pool. They
 * reserve nothing.
 */
export type Asked = {
  entitlementId: string
  fromHostId: string | null
  quantity: number
  requestNumber: number
  others: number
}

/** Key of loadAsked. */
export function askedOf(entitlementId: string, fromHostId: string | null): string {
  return `${entitlementId} ${fromHostId ?? ''}`
}

/** By askedOf(); of several lines that of the oldest request is named, and how many others there are. */
export async function loadAsked(
  tx: Db,
  customerId: string,
  entitlementIds: readonly string[],
): Promise<Map<string, Asked>> {
  if (entitlementIds.length === 0) return new Map()
  const rows = await tx.execute<Asked>(sql`
    select distinct on (l.entitlement_id, l.from_host_id) l.entitlement_id as "entitlementId",
      l.from_host_id as "fromHostId",
      (sum(l.quantity) over w)::integer as quantity, r.number::float8 as "requestNumber",
      (count(*) over w - 1)::integer as others
    from requests r
    join plan_lines l on l.customer_id = r.customer_id and l.plan_id = r.plan_id
    where r.customer_id = ${customerId} and r.status in ('in-review', 'needs-information')
      and (l.entitlement_id in (select unnest(${uuidArray(entitlementIds)}))) is true
    window w as (partition by l.entitlement_id, l.from_host_id)
    order by l.entitlement_id, l.from_host_id, r.number`)
  return new Map(rows.map((row) => [askedOf(row.entitlementId, row.fromHostId), row]))
}
