import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { isFiltered } from '../licenses/filter.ts'
import type { LicenseType } from '../licenses/queries.ts'
import { available, hostKey, lines, noHost, type Report, sourcesOf } from './line-source.ts'

/** A placement of an entitlement, or what is left of it unplaced (then without host), as domain.md section 8 says. */
export type ReportLine = {
  product_id: string
  entitlement_id: string
  host_id: string | null
  is_rest: 0 | 1
  product: string
  part_number: string
  license_type: LicenseType
  family: string
  daemon: string
  /** The host's port, else the family's. */
  port: number
  /** "NAME VERSION" in the publisher's order, `; ` between. */
  features: string | null
  release: string | null
  sales_order_number: string | null
  order_date: string | null
  contract_number: string | null
  maintenance_starts_on: string | null
  maintenance_ends_on: string | null
  starts_on: string | null
  /** Null: perpetual. */
  ends_on: string | null
  entitled: number
  /** Of the whole entitlement; the same on each of its lines. */
  owned: number
  /** Placed of the whole entitlement. */
  all_placed: number
  /** On this line's host; 0 on the line of the rest. */
  placed: number
  /** On the line of the rest; 0 on the others. */
  available: number
  configuration_number: string | null
  host: string | null
  host_kind: 'single' | 'triad' | null
  host_ids: { kind: string; value: string }[] | null
  address_line1: string | null
  postal_code: string | null
  city: string | null
  country: string | null
  contact: string | null
  pack_issue: number | null
  request_number: number | null
}

/** Where a page of the report begins: after this line. */
export type LineKey = [
  product: string,
  productId: string,
  entitlementId: string,
  isRest: number,
  host: string,
  hostId: string,
]

export type ReportTotals = { lines: number; placed: number; available: number }

type Page = { after?: LineKey | undefined; limit?: number | undefined }

/** The report as one statement, by product, entitlement (oldest first) and host, what is left over last. */
export function linesQuery(report: Report, page: Page = {}): SQL {
  const { customerId } = report
  const { after, limit } = page
  const { hosts, issue, contracts, isMade } = sourcesOf(report)
  const wanted = {
    ...{ ...report, isInFull: true },
    from: after && ([after[0], after[1], after[2]] as const),
    // The first of them may have no line beyond where the page begins.
    most: limit && limit + 1,
  }
  return sql`
    select core.product_id, core.entitlement_id, core.host_id, core.is_rest, core.product, core.part_number,
      core.license_type, core.family, core.daemon, coalesce(h.port, core.family_port) as port, core.features,
      l.release, o.sales_order_number, o.order_date, c.contract_number, c.maintenance_starts_on,
      c.maintenance_ends_on, core.starts_on, core.ends_on, core.entitled, core.owned, core.all_placed,
      core.placed, core.available, cf.configuration_number, h.label as host, h.kind as host_kind, members.host_ids,
      h.address_line1, h.postal_code, h.city, h.country, h.pack_issue, r.number as request_number,
      coalesce(keeper.person, ${namedContact(customerId)}, r.person, ${firstContact(customerId)}) as contact
    from (
      select p.product_id, e.entitlement_id, line.host_id, line.is_rest, p.product, p.part_number, p.license_type,
        p.family, p.daemon, p.family_port, p.features, e.contract_id, e.term_id, e.starts_on, e.ends_on, e.entitled,
        e.owned, e.placed as all_placed, line.quantity as placed, ${available} as available,
        line.configuration_id, line.request_id, h.label
      ${lines(wanted)}
      left join lateral (
        select v.label from ${hosts} where h.customer_id = ${customerId} and h.id = line.host_id limit 1
      ) h on true
      where ${after ? beyond(after) : sql`true`}
      order by p.product, p.product_id, e.entitlement_id, line.is_rest, coalesce(h.label, ''), ${hostKey}
      ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ) core
    left join lateral (
      select c.contract_number, m.maintenance_starts_on, m.maintenance_ends_on from ${contracts}
      where c.customer_id = ${customerId} and c.id = core.contract_id limit 1
    ) c on true
    left join lateral (
      select t.order_id, t.line from terms t where t.customer_id = ${customerId} and t.id = core.term_id limit 1
    ) t on true
    left join lateral (
      select o.sales_order_number, o.order_date from orders o
      where o.customer_id = ${customerId} and o.id = t.order_id limit 1
    ) o on true
    left join lateral (
      select l.release from order_lines l
      where l.customer_id = ${customerId} and l.order_id = t.order_id and l.line = t.line limit 1
    ) l on true
    left join lateral (
      select v.label, h.kind, v.port, v.address_line1, v.postal_code, v.city, v.country, ${issue} as pack_issue,
        h.caretaker_id
      from ${hosts} where h.customer_id = ${customerId} and h.id = core.host_id limit 1
    ) h on true
    left join lateral (${person(customerId, sql`h.caretaker_id`)} limit 1) keeper on true
    left join lateral (
      select cf.configuration_number from configurations cf
      where cf.customer_id = ${customerId} and cf.id = core.configuration_id limit 1
    ) cf on true
    left join lateral (
      select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value) order by m.position) as host_ids
      from host_members m where m.customer_id = ${customerId} and m.host_id = core.host_id
    ) members on true
    left join lateral (
      select tr.request_id from transfers tr
      where core.is_rest = 1 and tr.customer_id = ${customerId} and tr.entitlement_id = core.entitlement_id
        and tr.request_id is not null and ${isMade}
      order by tr.at desc, tr.id desc limit 1
    ) latest on true
    left join lateral (
      -- By its key: coalesce would be looked at only after the policy, at each of the company's requests.
      select r.number::float8 as number, (
        select coalesce(nullif(pe.name, ''), pe.email) from people pe
        where pe.id = r.requested_by and pe.deleted_at is null
      ) as person
      from requests r
      where r.customer_id = ${customerId}
        and r.id = case when core.request_id is null then latest.request_id else core.request_id end limit 1
    ) r on true
    order by core.product, core.product_id, core.entitlement_id, core.is_rest, coalesce(core.label, ''),
      coalesce(core.host_id, ${noHost}::uuid)`
}

export function keyOf(line: ReportLine): LineKey {
  const { product, product_id, entitlement_id, is_rest, host, host_id } = line
  return [product, product_id, entitlement_id, is_rest, host ?? '', host_id ?? noHost]
}

/** Up to `limit` lines. */
export async function listLines(
  tx: Db,
  report: Report,
  page: { after?: LineKey | undefined; limit: number },
): Promise<ReportLine[]> {
  return tx.execute<ReportLine>(linesQuery(report, page))
}

/** How many lines the report has in all, and their sums. */
export async function sumLines(tx: Db, report: Report): Promise<ReportTotals> {
  if (!report.asOf && !isFiltered(report.filter)) return sumAll(tx, report.customerId)
  const rows = await tx.execute<ReportTotals>(sql`
    select count(*)::float8 as lines, coalesce(sum(line.quantity), 0)::float8 as placed,
      coalesce(sum(${available}), 0)::float8 as available
    ${lines(report)}`)
  return rows[0]!
}

/** The same of the whole company, without going from each entitlement to its placements. */
async function sumAll(tx: Db, customerId: string): Promise<ReportTotals> {
  const rows = await tx.execute<ReportTotals>(sql`
    select (on_hosts.lines + rest.lines)::float8 as lines, on_hosts.placed::float8 as placed,
      rest.available::float8 as available
    from (
      select count(*) as lines, coalesce(sum(quantity), 0) as placed
      from placements where customer_id = ${customerId} and quantity > 0
    ) on_hosts, (
      select count(*) as lines, coalesce(sum(owned - placed), 0) as available
      from entitlements
      where customer_id = ${customerId} and kind = 'sold' and (owned > placed or placed = 0)
    ) rest`)
  return rows[0]!
}

function beyond([product, productId, entitlementId, isRest, host, hostId]: LineKey): SQL {
  return sql`(p.product, p.product_id, e.entitlement_id, line.is_rest, coalesce(h.label, ''), ${hostKey}) >
    (${product}, ${productId}::uuid, ${entitlementId}::uuid, ${isRest}::int, ${host}, ${hostId}::uuid)`
}

/** A person of the company by ID; none where they are of it no longer. */
function person(customerId: string, id: SQL): SQL {
  return sql`
    select coalesce(nullif(pe.name, ''), pe.email) as person from associations a join people pe on pe.id = a.person_id
    where a.customer_id = ${customerId} and a.person_id = ${id} and pe.deleted_at is null`
}

/** Whom to ask where nobody looks after the host: the contact that the company has named. */
function namedContact(customerId: string): SQL {
  const id = sql`(select cu.contact_id from customers cu where cu.id = ${customerId})`
  return sql`(${person(customerId, id)})`
}

/** Whom to ask where no person has placed it here either: the company's first contact, primary ones before others. */
function firstContact(customerId: string): SQL {
  return sql`(
    select coalesce(nullif(pe.name, ''), pe.email) from associations a join people pe on pe.id = a.person_id
    where a.customer_id = ${customerId} and pe.deleted_at is null
    order by pe.primary_customer_id is distinct from a.customer_id, a.created_at, a.person_id limit 1
  )`
}
