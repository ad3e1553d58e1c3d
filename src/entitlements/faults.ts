import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

export type Fault = {
  what: 'placements' | 'placed' | 'owned' | 'sums' | 'pack'
  /** What it is of: an entitlement, a product or a host. */
  id: string
}

/**
 * What of a company's records contradicts itself (domain.md section 3, Invariants): placements that are not the sum of
 * transfers, quantities of entitlements and sums of products that are not those of their parts, and hosts whose pack
 * counts as current though none was cut since something was placed. Empty where all is well.
 */
export async function findFaults(tx: Db, customerId: string): Promise<Fault[]> {
  return tx.execute<Fault>(sql`
    with net as (
      select entitlement_id, host_id, sum(quantity)::bigint as quantity from (
        select entitlement_id, to_host_id as host_id, quantity from transfers
        where customer_id = ${customerId} and to_host_id is not null
        union all
        select entitlement_id, from_host_id, -quantity from transfers
        where customer_id = ${customerId} and from_host_id is not null
      ) part group by 1, 2 having sum(quantity) <> 0
    ), placed as (
      select entitlement_id, host_id, quantity::bigint as quantity from placements where customer_id = ${customerId}
    ), of_entitlement as (
      select entitlement_id, sum(quantity) as quantity from placed group by 1
    ), of_product as (
      select product_id, sum(owned) as owned, sum(placed) as placed
      from entitlements where customer_id = ${customerId} and kind = 'sold' group by 1
    )
    select distinct 'placements' as what, entitlement_id as id
    from ((table net except table placed) union all (table placed except table net)) wrong
    union all
    select 'placed', e.id from entitlements e
    left join of_entitlement p on p.entitlement_id = e.id
    where e.customer_id = ${customerId} and e.placed <> coalesce(p.quantity, 0)
    union all
    select 'owned', e.id from entitlements e
    where e.customer_id = ${customerId} and e.owned <> greatest(e.entitled, e.placed)
    union all
    select 'sums', s.product_id from license_sums s
    left join of_product p on p.product_id = s.product_id
    where s.customer_id = ${customerId} and (s.owned, s.placed) is distinct from (p.owned, p.placed)
    union all
    select 'pack', h.id from hosts h
    where h.customer_id = ${customerId} and h.is_pack_current and (
      h.pack_issue = 0 or not exists (
        select from packs k where k.customer_id = h.customer_id and k.host_id = h.id and k.issue = h.pack_issue)
      or exists (
        select from transfers t join packs k
          on k.customer_id = h.customer_id and k.host_id = h.id and k.issue = h.pack_issue
        where t.customer_id = h.customer_id and h.id in (t.from_host_id, t.to_host_id) and t.at > k.created_at))
    order by 1, 2`)
}
