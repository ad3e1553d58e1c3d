import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { inForce } from '../entitlements/in-force.ts'
import { nextTerm } from '../entitlements/next-term.ts'
import type { LicenseType } from '../licenses/queries.ts'
import type { AsOf } from '../web/as-of.ts'
import { pageSize } from '../web/paging.ts'
import { placedThen } from './placed-then.ts'

/** A quantity of one entitlement on a host. */
export type PlacedRow = {
  entitlement_id: string
  product: string
  part_number: string
  license_type: LicenseType
  kind: 'sold' | 'temporary'
  contract_number: string | null
  sales_order_number: string | null
  configuration_number: string | null
  quantity: number
  /** Of the whole entitlement. */
  entitled: number
  placed: number
  starts_on: string | null
  ends_on: string | null
  /** Of the next term, where none is in force; of today only. */
  next_starts_on: string | null
}

export type PlacedKey = { product: string; id: string }

/** A page of what is placed on a host, or was at the end of a day, and one row more, by product. */
export async function listPlaced(
  tx: Db,
  customerId: string,
  hostId: string,
  {
    asOf,
    today,
    after,
    size = pageSize,
  }: { asOf: AsOf | null; today: string; after?: PlacedKey | undefined; size?: number },
): Promise<PlacedRow[]> {
  const placed = asOf ? sql`placed_then` : sql`placements`
  const { from, of, term, contract, terms } = asOf ? then(customerId, asOf) : now(today)
  // First which rows, then what is said of each: in one, it is worked out for all that is on the host.
  return tx.execute<PlacedRow>(sql`
    with ${asOf ? sql`placed_then as materialized (${placedThen(customerId, asOf, hostId)}),` : sql``}
    page as materialized (
      select pl.customer_id, pl.host_id, pl.entitlement_id, pl.quantity, p.name as product, p.part_number,
        p.license_type ${asOf ? sql`` : sql`, pl.configuration_id`}
      from ${placed} pl
      join entitlements e on e.customer_id = pl.customer_id and e.id = pl.entitlement_id
      join products p on p.id = e.product_id
      where pl.customer_id = ${customerId} and pl.host_id = ${hostId}::uuid and pl.quantity > 0
        ${after ? sql`and (p.name, e.id) > (${after.product}, ${after.id}::uuid)` : sql``}
      order by p.name, e.id limit ${size + 1}
    ) ${terms}
    select e.id as entitlement_id, pl.product, pl.part_number, pl.license_type, e.kind, c.contract_number,
      o.sales_order_number, ${of}, pl.quantity::int
    from page pl
    join entitlements e on e.customer_id = ${customerId} and e.id = pl.entitlement_id
    ${from}
    left join contracts c on c.customer_id = ${customerId} and c.id = ${contract}
    left join terms t on t.customer_id = ${customerId} and t.id = ${term}
    left join orders o on o.customer_id = ${customerId} and o.id = t.order_id
    order by pl.product, e.id`)
}

const now = (today: string) => ({
  terms: sql``,
  from: sql`join configurations cf on cf.customer_id = pl.customer_id and cf.id = pl.configuration_id`,
  of: sql`cf.configuration_number, e.entitled, e.placed, e.starts_on, e.ends_on,
    ${nextTerm(today)} as next_starts_on`,
  term: sql`e.term_id`,
  contract: sql`e.contract_id`,
})

/** Terms as they were known by then, and their contracts; of a temporary license, which has none, what was placed. */
function then(customerId: string, asOf: AsOf) {
  const { day, end } = asOf
  const which = sql`e.customer_id = ${customerId} and e.id in (select entitlement_id from page)`
  return {
    terms: sql`, ${inForce({ which, day, before: end })}`,
    from: sql`
      left join chosen ch on ch.entitlement_id = e.id and e.kind = 'sold'
      left join lateral (
        select coalesce(sum(case when tr.to_host_id is null then tr.quantity
          when tr.from_host_id is null then -tr.quantity else 0 end), 0)::int as back
        from transfers tr
        where tr.customer_id = e.customer_id and tr.entitlement_id = e.id and tr.at >= ${end}
      ) later on true
      left join order_lines bought
        on bought.customer_id = e.customer_id and bought.order_id = ch.order_id and bought.line = ch.line
      left join lateral (
        select g.configuration_number
        from transfers tr join configurations g on g.customer_id = tr.customer_id and g.id = tr.configuration_id
        where tr.customer_id = e.customer_id and tr.entitlement_id = e.id and tr.to_host_id = pl.host_id
          and tr.at < ${end}
        order by tr.at desc, tr.id desc limit 1
      ) cf on true`,
    of: sql`cf.configuration_number, case e.kind when 'sold' then coalesce(ch.entitled, 0)
        else e.placed + later.back end as entitled,
      e.placed + later.back as placed,
      case e.kind when 'sold' then ch.starts_on else e.starts_on end as starts_on,
      case e.kind when 'sold' then ch.ends_on else e.ends_on end as ends_on, null::date as next_starts_on`,
    term: sql`case e.kind when 'sold' then ch.id else e.term_id end`,
    contract: sql`case when ch.id is null then e.contract_id else bought.contract_id end`,
  }
}
