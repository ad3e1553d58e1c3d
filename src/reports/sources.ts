import { type SQL, sql } from 'drizzle-orm'
import { termInForce } from '../entitlements/in-force.ts'
import { placedThen } from '../hosts/placed-then.ts'
import { issueThen, versionThen } from '../hosts/register.ts'
import type { AsOf } from '../web/as-of.ts'

/** What the report's statements read of a company: as it is, or as it was. */
export type Sources = {
  /** Select of a product's (`p`) entitlements: ID, `entitled`, `owned`, `placed`, days, contract and term. */
  entitlements: SQL
  /** Select of where an entitlement `e` sits: host, configuration, quantity and the request that last touched it. */
  placements: SQL
  /** The same for sums: configuration and request are null. */
  quantities: SQL
  /** All placements of the company, to be read once. */
  allPlacements: SQL
  /** Hosts `h` with label, port and place `v`. */
  hosts: SQL
  /** The issue of the pack of hosts `h`. */
  issue: SQL
  /** Contracts `c` with the days of maintenance `m`. */
  contracts: SQL
  /** Whether a transfer `tr` was made by then. */
  isMade: SQL
}

/** A temporary license is there while it is placed: before it stands in a draft only, after it is over. */
export function sourcesNow(customerId: string): Sources {
  return {
    entitlements: sql`
      select e.id as entitlement_id, e.entitled, e.owned, e.placed, e.starts_on, e.ends_on, e.contract_id, e.term_id
      from entitlements e
      where e.customer_id = ${customerId} and e.product_id = p.product_id and (e.kind = 'sold' or e.placed > 0)`,
    placements: sql`
      select pl.host_id, pl.configuration_id, pl.quantity, pl.request_id from placements pl
      where pl.customer_id = ${customerId} and pl.entitlement_id = e.entitlement_id and pl.quantity > 0`,
    quantities: sql`
      select pl.host_id, null::uuid as configuration_id, pl.quantity, null::uuid as request_id from placements pl
      where pl.customer_id = ${customerId} and pl.entitlement_id = e.entitlement_id and pl.quantity > 0`,
    allPlacements: sql`placements`,
    hosts: sql`hosts h cross join lateral (
      select h.label, h.port, h.address_line1, h.postal_code, h.city, h.country) v`,
    issue: sql`h.pack_issue`,
    contracts: sql`contracts c cross join lateral (select c.maintenance_starts_on, c.maintenance_ends_on) m`,
    isMade: sql`true`,
  }
}

/**
 * The same at an instant: terms recorded by then, what sits where now with every later transfer taken back, and the
 * versions of hosts and contracts. What has no versions (products, orders, who looks after a host) is as it is now.
 */
export function sourcesThen(customerId: string, asOf: AsOf): Sources {
  const { day, end } = asOf
  const moved = sql`tr.customer_id = ${customerId} and tr.entitlement_id = e.entitlement_id`
  const sat = sql`
    select part.host_id, sum(part.quantity)::int as quantity
    from (
      select pl.host_id, pl.quantity from placements pl
      where pl.customer_id = ${customerId} and pl.entitlement_id = e.entitlement_id
      union all
      select tr.to_host_id, -tr.quantity from transfers tr
      where ${moved} and tr.at >= ${end} and tr.to_host_id is not null
      union all
      select tr.from_host_id, tr.quantity from transfers tr
      where ${moved} and tr.at >= ${end} and tr.from_host_id is not null
    ) part
    group by part.host_id having sum(part.quantity) > 0`
  return {
    entitlements: sql`
      select e.id as entitlement_id, given.entitled, greatest(given.entitled, was.placed) as owned, was.placed,
        case e.kind when 'sold' then term.starts_on else e.starts_on end as starts_on,
        case e.kind when 'sold' then term.ends_on else e.ends_on end as ends_on,
        case when term.id is null then e.contract_id else line.contract_id end as contract_id, term.id as term_id
      from entitlements e
      left join lateral (
        ${termInForce({ customerId, entitlementId: sql`e.id`, day, before: end })}
      ) term on e.kind = 'sold'
      left join order_lines line
        on line.customer_id = ${customerId} and line.order_id = term.order_id and line.line = term.line
      cross join lateral (
        select (e.placed + coalesce(sum(case when tr.to_host_id is null then tr.quantity
          when tr.from_host_id is null then -tr.quantity else 0 end), 0))::int as placed
        from transfers tr
        where tr.customer_id = ${customerId} and tr.entitlement_id = e.id and tr.at >= ${end}
      ) was
      cross join lateral (
        select case e.kind when 'sold' then coalesce(term.entitled, 0) else was.placed end as entitled
      ) given
      where e.customer_id = ${customerId} and e.product_id = p.product_id and (term.id is not null or was.placed > 0)`,
    placements: sql`
      select sat.host_id, came.configuration_id, sat.quantity, last.request_id
      from (${sat}) sat
      left join lateral (
        select tr.configuration_id from transfers tr
        where ${moved} and tr.at < ${end} and tr.to_host_id = sat.host_id order by tr.at desc, tr.id desc limit 1
      ) came on true
      left join lateral (
        select tr.request_id from transfers tr
        where ${moved} and tr.at < ${end} and (tr.to_host_id = sat.host_id or tr.from_host_id = sat.host_id)
        order by tr.at desc, tr.id desc limit 1
      ) last on true`,
    quantities: sql`
      select sat.host_id, null::uuid as configuration_id, sat.quantity, null::uuid as request_id from (${sat}) sat`,
    allPlacements: sql`(${placedThen(customerId, asOf)})`,
    hosts: sql`hosts h ${versionThen(end)}`,
    issue: issueThen(end),
    contracts: sql`contracts c left join lateral (
      select * from contract_versions kept
      where kept.customer_id = c.customer_id and kept.contract_id = c.id and kept.recorded_at < ${end}
      order by kept.recorded_at desc, kept.id desc limit 1
    ) kept on true
    cross join lateral (
      select case when kept.id is null then c.maintenance_starts_on else kept.maintenance_starts_on end
          as maintenance_starts_on,
        case when kept.id is null then c.maintenance_ends_on else kept.maintenance_ends_on end as maintenance_ends_on
    ) m`,
    isMade: sql`tr.at < ${end}`,
  }
}
