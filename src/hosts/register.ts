import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { AsOf } from '../web/as-of.ts'
import { pageSize } from '../web/paging.ts'
import type { HostFilter } from './filter.ts'
import { matching } from './matching.ts'
import { placedThen } from './placed-then.ts'

type MemberId = { kind: string; value: string }

export type HostRow = {
  id: string
  label: string
  kind: 'single' | 'triad'
  status: 'active' | 'retired'
  city: string
  country: string
  host_ids: MemberId[]
  /** Licenses placed here. */
  placed: number
  /** 0: none yet. */
  pack_issue: number
  is_pack_current: boolean
  /** Hosts are listed by the label they have now. */
  sort_label: string
}

export type HostKey = { label: string; id: string }
export type HostTotals = { hosts: number; placed: number }

type Options = { asOf: AsOf | null; after?: HostKey | undefined; size?: number }

/**
 * A page of a company's hosts and one row more, by label, as they are or as they were at the end of a day; and how many
 * hosts fit in all, with what is placed on them. Hosts that stand in a draft plan only are not listed.
 */
export async function listHosts(
  tx: Db,
  customerId: string,
  filter: HostFilter,
  { asOf, after, size = pageSize }: Options,
): Promise<{ rows: HostRow[]; totals: HostTotals }> {
  const { given, from, placed, placedOn, isRetired, issue, where } = source(customerId, filter, asOf)
  const beyond = after ? sql`where (f.sort_label, f.id) > (${after.label}, ${after.id}::uuid)` : sql``
  const found = await tx.execute<HostTotals & { row: HostRow | null }>(sql`
    with ${given} found as materialized (
      select h.id, h.label as sort_label, v.label, v.city, v.country, ${isRetired} as is_retired
      ${from}
      where ${where}
    ), total as (
      select count(*)::float8 as hosts, coalesce(sum(on_it.placed), 0)::float8 as placed
      from found f
      left join ${placedOn} on_it on on_it.host_id = f.id
    ), page as (
      select f.* from found f ${beyond} order by f.sort_label, f.id limit ${size + 1}
    )
    select total.hosts, total.placed, to_json(shown) as row
    from total
    left join lateral (
      select h.id, f.label, h.kind, case when f.is_retired then 'retired' else 'active' end as status, f.city, f.country,
        ${issue} as pack_issue, ${asOf ? sql`true` : sql`h.is_pack_current`} as is_pack_current, f.sort_label,
        ${memberIds} as host_ids, ${placed} as placed
      from page f join hosts h on h.customer_id = ${customerId} and h.id = f.id
    ) shown on true
    order by shown.sort_label, shown.id`)
  const { hosts, placed: allPlaced } = found[0]!
  return {
    rows: found.flatMap(({ row }) => row ?? []),
    totals: { hosts, placed: allPlaced },
  }
}

/** What the statements read: hosts `h`, with label and place `v` as they are or as they were. */
function source(customerId: string, filter: HostFilter, asOf: AsOf | null) {
  if (!asOf) {
    const isRetired = sql`(h.status = 'retired')`
    const placed = sql`coalesce((
      select sum(pl.quantity) from placements pl where pl.customer_id = h.customer_id and pl.host_id = h.id
    ), 0)::float8`
    const relation = sql`placements`
    const where = matching({ customerId, filter, placed: relation, isRetired })
    const from = sql`from hosts h cross join lateral (select h.label, h.address_line1, h.postal_code, h.city, h.country) v`
    const placedOn = sql`(
      select host_id, sum(quantity) as placed from placements where customer_id = ${customerId} group by host_id)`
    return { given: sql``, from, placed, placedOn, isRetired, issue: sql`h.pack_issue`, where }
  }
  const { end } = asOf
  const isRetired = retiredThen(end)
  const relation = sql`placed_then`
  const where = sql`h.created_at < ${end} and ${matching({ customerId, filter, placed: relation, isRetired })}`
  return {
    given: sql`placed_then as materialized (${placedThen(customerId, asOf)}), placed_on as materialized (
      select host_id, sum(quantity)::float8 as placed from placed_then group by host_id),`,
    from: sql`from hosts h ${versionThen(end)}`,
    placed: sql`coalesce((select o.placed from placed_on o where o.host_id = h.id), 0)`,
    placedOn: sql`placed_on`,
    isRetired,
    issue: issueThen(end),
    where,
  }
}

/** Label, port and place of hosts `h` at an instant, as `v`; as they are now where nothing was kept. */
export function versionThen(end: SQL): SQL {
  const was = (column: string) =>
    sql.raw(`case when kept.id is null then h.${column} else kept.${column} end as ${column}`)
  const columns = ['label', 'port', 'address_line1', 'postal_code', 'city', 'country']
  return sql`
    left join lateral (
      select * from host_versions kept
      where kept.customer_id = h.customer_id and kept.host_id = h.id and kept.recorded_at < ${end}
      order by kept.recorded_at desc, kept.id desc limit 1
    ) kept on true
    cross join lateral (select ${sql.join(columns.map(was), sql`, `)}) v`
}

/** Whether hosts `h` were out of service at an instant. */
export function retiredThen(end: SQL): SQL {
  return sql`(coalesce(h.retired_at < ${end} and h.status = 'retired', false) or exists (
    select from host_retirements r where r.customer_id = h.customer_id and r.host_id = h.id
      and r.retired_at < ${end} and r.returned_at >= ${end}))`
}

/** The issue of the pack of hosts `h` at an instant; 0: none yet. */
export function issueThen(end: SQL): SQL {
  return sql`coalesce((
    select max(k.issue) from packs k
    where k.customer_id = h.customer_id and k.host_id = h.id and k.created_at < ${end}
  ), 0)`
}

const memberIds = sql`coalesce((
  select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value) order by m.position)
  from host_members m where m.customer_id = h.customer_id and m.host_id = h.id
), '[]'::json)`
