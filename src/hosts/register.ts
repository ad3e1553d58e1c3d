import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { all, contains } from '../licenses/filter.ts'
import { pageSize } from '../web/paging.ts'

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
}

export type HostFilter = {
  /** Part of a label, a city, a server name or a host ID in any spelling; '' for any. */
  text: string
  /** Part number of a product placed there; '' for any. */
  product: string
}

export type HostKey = { label: string; id: string }
export type HostTotals = { hosts: number; placed: number }

/** A page of a company's hosts and one row more, by label. Hosts that stand in a draft plan only are not listed. */
export async function listHosts(
  tx: Db,
  customerId: string,
  filter: HostFilter,
  after?: HostKey,
): Promise<HostRow[]> {
  const beyond = after && sql`(h.label, h.id) > (${after.label}, ${after.id}::uuid)`
  return tx.execute<HostRow>(sql`
    select h.id, h.label, h.kind, h.status, h.city, h.country, h.pack_issue, h.is_pack_current,
      ${memberIds} as host_ids, ${placedHere} as placed
    from hosts h
    where ${all([...matching(customerId, filter), beyond])}
    order by h.label, h.id
    limit ${pageSize + 1}`)
}

export async function sumHosts(tx: Db, customerId: string, filter: HostFilter): Promise<HostTotals> {
  const rows = await tx.execute<HostTotals>(sql`
    select count(*)::float8 as hosts, coalesce(sum(${placedHere}), 0)::float8 as placed
    from hosts h where ${all(matching(customerId, filter))}`)
  return rows[0]!
}

export type Host = Omit<HostRow, 'host_ids' | 'placed'> & {
  port: number | null
  address_line1: string
  postal_code: string
  members: { position: number; kind: string; value: string; serverName: string }[]
  replaces: string | null
  replaces_id: string | null
  /** When the current pack was cut. */
  pack_at: Date | null
}

/** One host of a company; NotFound where there is none, or only in a draft plan. */
export async function findHost(tx: Db, customerId: string, hostId: string): Promise<Host> {
  const rows = await tx.execute<Omit<Host, 'pack_at'> & { pack_at: string | null }>(sql`
    select h.id, h.label, h.kind, h.status, h.city, h.country, h.pack_issue, h.is_pack_current, h.port,
      h.address_line1, h.postal_code, former.label as replaces, former.id as replaces_id, k.created_at as pack_at,
      coalesce((
        select json_agg(json_build_object(
          'position', m.position, 'kind', m.id_kind, 'value', m.id_value, 'serverName', m.server_name
        ) order by m.position)
        from host_members m where m.customer_id = h.customer_id and m.host_id = h.id
      ), '[]'::json) as members
    from hosts h
    left join hosts former on former.customer_id = h.customer_id and former.id = h.replaces_host_id
    left join packs k on k.customer_id = h.customer_id and k.host_id = h.id and k.issue = h.pack_issue
    where h.customer_id = ${customerId} and h.id = ${hostId}::uuid and h.status <> 'planned'`)
  if (!rows[0]) throw new NotFound()
  return { ...rows[0], pack_at: rows[0].pack_at === null ? null : new Date(rows[0].pack_at) }
}

const memberIds = sql`coalesce((
  select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value) order by m.position)
  from host_members m where m.customer_id = h.customer_id and m.host_id = h.id
), '[]'::json)`

const placedHere = sql`coalesce((
  select sum(pl.quantity) from placements pl where pl.customer_id = h.customer_id and pl.host_id = h.id
), 0)::float8`

function matching(customerId: string, { text, product }: HostFilter): (SQL | undefined)[] {
  return [
    sql`h.customer_id = ${customerId}`,
    sql`h.status <> 'planned'`,
    text === '' ? undefined : hasText(text),
    product === '' ? undefined : holdsProduct(product),
  ]
}

function hasText(typed: string): SQL {
  const digits = typed.replace(/^HOSTID=/i, '').replace(/[\s:.-]/g, '')
  const hasId = contains(sql`replace(replace(m.id_value, '-', ''), '.', '')`, digits || typed)
  return sql`(${contains(sql`h.label`, typed)} or ${contains(sql`h.city`, typed)} or exists (
    select from host_members m where m.customer_id = h.customer_id and m.host_id = h.id
      and (${contains(sql`m.server_name`, typed)} or ${hasId})
  ))`
}

function holdsProduct(partNumber: string): SQL {
  return sql`exists (
    select from placements pl
    join entitlements e on e.customer_id = pl.customer_id and e.id = pl.entitlement_id
    join products p on p.id = e.product_id
    where pl.customer_id = h.customer_id and pl.host_id = h.id and pl.quantity > 0
      and p.part_number = ${partNumber.toUpperCase()}
  )`
}
