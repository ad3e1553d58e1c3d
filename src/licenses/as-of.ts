import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { inForce } from '../entitlements/in-force.ts'
import type { AsOf } from '../web/as-of.ts'
import { pageSize } from '../web/paging.ts'
import { all, type LicenseFilter } from './filter.ts'
import { familyJoin, hasText, type SummaryKey, type SummaryRow, shown, type Totals } from './queries.ts'

/**
 * License summary at the end of a past day: a page of it and one row more, and the sums over all pages. Worked out from
 * the terms recorded by then and the transfers made since; products and the contracts they
 * were bought under are named as they are now.
 */
export async function listSummaryAsOf(
  tx: Db,
  customerId: string,
  filter: LicenseFilter,
  asOf: AsOf,
  after?: SummaryKey,
): Promise<{ rows: SummaryRow[]; totals: Totals }> {
  const { day, end } = asOf
  // Most entitlements have one term, of which nothing needs to be chosen: only the others are sorted out.
  const which = sql`e.customer_id = ${customerId} and e.kind = 'sold' and e.id in (select entitlement_id from several)`
  const counted = sql`
    with several as materialized (
      select entitlement_id from terms where customer_id = ${customerId} group by entitlement_id having count(*) > 1
    ), ${inForce({ which, day, before: end })}, known as (
      select entitlement_id, entitled, ends_on from chosen where id is not null
      union all
      select entitlement_id, case when starts_on <= ${day}::date and coalesce(ends_on >= ${day}::date, true)
        then quantity else 0 end, ends_on
      from terms
      where customer_id = ${customerId} and recorded_at < ${end}
        and entitlement_id not in (select entitlement_id from several)
    ), moved as (
      -- What was known and what was moved since, put together and not joined: neither is short, and the planner
      -- would go through one for each row of the other.
      select entitlement_id, sum(entitled) as entitled, max(ends_on) as ends_on, sum(back) as back
      from (
        select entitlement_id, entitled, ends_on, 0 as back, true as is_known from known
        union all
        select entitlement_id, 0, null, case when to_host_id is null then quantity when from_host_id is null
          then -quantity else 0 end, false
        from transfers where customer_id = ${customerId} and at >= ${end}
      ) each
      group by entitlement_id having bool_or(is_known)
    ), each as (
      select e.product_id, m.entitled, m.ends_on, e.placed + m.back as placed
      from moved m
      join entitlements e on e.customer_id = ${customerId} and e.id = m.entitlement_id and e.kind = 'sold'
    ), sums as materialized (
      select product_id, count(*) as entitlements, sum(greatest(entitled, placed)) as owned, sum(placed) as placed,
        min(ends_on) filter (where ends_on >= ${day}::date) as next_end_on,
        max(ends_on) filter (where ends_on < ${day}::date) as last_expired_on,
        count(*) filter (where ends_on < ${day}::date) as expired,
        count(*) filter (where placed > entitled and (ends_on is null or ends_on >= ${day}::date)) as over_placed
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
        coalesce(now.contracts, '') as contracts, coalesce(now.contract_count, 0) as contract_count
      from s
      left join license_sums now on now.customer_id = ${customerId} and now.product_id = s.product_id
      where ${after ? sql`(s.name, s.product_id) > (${after.name}, ${after.id}::uuid)` : sql`true`}
      order by s.name, s.product_id
      limit ${pageSize + 1}
    ) page on true
    order by page.name, page.product_id`)
  return { rows: rows.filter((row) => row.product_id !== null), totals: rows[0]!.sums }
}

function matching(customerId: string, filter: LicenseFilter, day: string): (SQL | undefined)[] {
  return [
    filter.family === '' ? undefined : sql`f.name = ${filter.family}`,
    filter.text === '' ? undefined : hasText(customerId, filter.text),
    shown(filter, day),
  ]
}
