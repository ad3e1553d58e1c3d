import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { contractsNamed } from '../entitlements/count.ts'
import { inForce } from '../entitlements/in-force.ts'
import type { AsOf } from '../web/as-of.ts'
import { pageSize } from '../web/paging.ts'
import { all, type LicenseFilter } from './filter.ts'
import { familyJoin, hasText, type SummaryKey, type SummaryRow, shown, type Totals } from './queries.ts'

/**
 * License summary at the end of a past day: a page of it and one row more, and the sums over all pages. Worked out from
 * the terms recorded by then and the transfers made since; products are described as they are now.
 */
export async function listSummaryAsOf(
  tx: Db,
  customerId: string,
  filter: LicenseFilter,
  asOf: AsOf,
  after?: SummaryKey,
): Promise<{ rows: SummaryRow[]; totals: Totals }> {
  const { day, end } = asOf
  const which = sql`e.customer_id = ${customerId} and e.kind = 'sold'`
  const counted = sql`
    with ${inForce({ which, day, before: end })}, later as (
      select entitlement_id, sum(case when to_host_id is null then quantity when from_host_id is null then -quantity
        else 0 end) as back
      from transfers where customer_id = ${customerId} and at >= ${end} group by entitlement_id
    ), each as (
      select e.product_id, e.contract_id, c.entitled, c.ends_on, e.placed + coalesce(l.back, 0) as placed
      from chosen c
      join entitlements e on e.customer_id = c.customer_id and e.id = c.entitlement_id
      left join later l on l.entitlement_id = e.id
      where c.id is not null
    ), sums as materialized (
      select product_id, count(*) as entitlements, sum(greatest(entitled, placed)) as owned, sum(placed) as placed,
        min(ends_on) filter (where ends_on >= ${day}::date) as next_end_on,
        max(ends_on) filter (where ends_on < ${day}::date) as last_expired_on,
        count(*) filter (where ends_on < ${day}::date) as expired,
        count(*) filter (where placed > entitled and (ends_on is null or ends_on >= ${day}::date)) as over_placed,
        array_agg(distinct contract_id) as contract_ids
      from each group by product_id
    ), s as materialized (
      select s.*, ${customerId}::uuid as customer_id, p.name, p.part_number, p.license_type
      from sums s
      join products p on p.id = s.product_id
      ${familyJoin(filter)}
      where ${all(matching(customerId, filter, day))}
    )`
  const rows = await tx.execute<SummaryRow & { sums: Totals }>(sql`
    ${counted}
    select page.*, total.sums
    from (
      select json_build_object('products', count(*), 'entitlements', coalesce(sum(entitlements), 0),
        'owned', coalesce(sum(owned), 0), 'placed', coalesce(sum(placed), 0)) as sums
      from s
    ) total
    left join lateral (
      select s.product_id, s.name, s.part_number, s.license_type, s.entitlements::int, s.expired::int,
        s.over_placed::int, s.owned::float8, s.placed::float8, s.next_end_on::text, s.last_expired_on::text,
        ${contractsOf(customerId)}
      from s
      where ${after ? sql`(s.name, s.product_id) > (${after.name}, ${after.id}::uuid)` : sql`true`}
      order by s.name, s.product_id
      limit ${pageSize + 1}
    ) page on true
    order by page.name, page.product_id`)
  return { rows: rows.filter((row) => row.product_id !== null), totals: rows[0]!.sums }
}

/** The first few contracts of a product by number, and how many there are. */
function contractsOf(customerId: string): SQL {
  return sql`
    coalesce((select string_agg(named.number, ' ' order by named.number) from (
      select c.contract_number as number from contracts c
      where c.customer_id = ${customerId} and c.id = any(s.contract_ids)
      order by c.contract_number limit ${contractsNamed}
    ) named), '') as contracts,
    cardinality(array_remove(s.contract_ids, null)) as contract_count`
}

function matching(customerId: string, filter: LicenseFilter, day: string): (SQL | undefined)[] {
  return [
    filter.family === '' ? undefined : sql`f.name = ${filter.family}`,
    filter.text === '' ? undefined : hasText(customerId, filter.text),
    shown(filter, day),
  ]
}
