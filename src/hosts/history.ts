import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { pageOf, pageSize, placeIn } from '../web/paging.ts'

/** Which entries to show; the first is the default. */
export const onlies = ['all', 'transfers', 'packs', 'host'] as const
export type Only = (typeof onlies)[number]

export type HistoryKind =
  | 'incoming'
  | 'outgoing'
  | 'pack'
  | 'made'
  | 'changed'
  | 'retired'
  | 'returned'
  | 'replaced'

type Place = Record<
  'label' | 'port' | 'address_line1' | 'postal_code' | 'city' | 'country',
  string | number | null
> & { server1?: string; server2?: string; server3?: string }

/** What happened to a host, as one of its two ends sees it. */
export type HistoryEntry = {
  id: string
  at: Date
  kind: HistoryKind
  /** Transfers. */
  quantity: number | null
  product: string | null
  part_number: string | null
  /** The other end, or the successor; null: the pool. */
  other: string | null
  other_id: string | null
  /** Packs. */
  issue: number | null
  /** A change of label, port or place: what it was and what it became. */
  before: Place | null
  after: Place | null
  request_number: number | null
  /** Null: the publisher's files, or the counter. */
  person: string | null
}

/**
 * What happened to a host, the latest first, a page at a time: transfers, packs, what was made of it. Each kind is read
 * along its own key, so that a page costs the same however long the history.
 */
export async function listHistory(
  tx: Db,
  customerId: string,
  hostId: string,
  { only = 'all', after, size = pageSize }: { only?: Only; after?: string | undefined; size?: number },
): Promise<{ rows: HistoryEntry[]; next?: string }> {
  const place = placeIn(after)
  const limit = size + 1
  const host = { customerId, hostId }
  const parts = [
    ...(only === 'all' || only === 'transfers'
      ? [transfersOf(host, 'to_host_id'), transfersOf(host, 'from_host_id')]
      : []),
    ...(only === 'all' || only === 'packs' ? [packsOf(host)] : []),
    ...(only === 'all' || only === 'host' ? [versionsOf(host), retirementsOf(host), successorsOf(host)] : []),
  ].map(
    (part) => sql`(select * from (${part}) part ${beyond(place)} order by at desc, id desc limit ${limit})`,
  )
  const found = await tx.execute<Omit<HistoryEntry, 'at'> & { at: string; key: string }>(sql`
    select x.id, to_json(x.at)#>>'{}' as at, x.at::text as key, x.kind, x.quantity, p.name as product, p.part_number,
      other.label as other, other.id as other_id, x.issue, x.before, x.after, r.number::float8 as request_number,
      coalesce(nullif(pe.name, ''), pe.email) as person
    from (
      select * from (${sql.join(parts, sql` union all `)}) every order by at desc, id desc limit ${limit}
    ) x
    left join entitlements e on e.customer_id = ${customerId} and e.id = x.entitlement_id
    left join products p on p.id = e.product_id
    left join hosts other on other.customer_id = ${customerId} and other.id = x.other_id
    left join requests r on r.customer_id = ${customerId} and r.id = x.request_id
    left join people pe on pe.id = coalesce(x.person_id, r.requested_by)
    order by x.at desc, x.id desc`)
  const page = pageOf([...found], (row) => [row.key, row.id], size)
  return { ...page, rows: page.rows.map(({ key: _key, ...row }) => ({ ...row, at: new Date(row.at) })) }
}

type Of = { customerId: string; hostId: string }

function beyond(place: readonly [string, string] | undefined): SQL {
  return place ? sql`where (at, id) < (${place[0]}::timestamptz, ${place[1]}::uuid)` : sql``
}

/** The columns of an entry; what a kind does not have is null. */
function entry(kind: SQL, given: Record<string, SQL>): SQL {
  const value = (name: string, type: string) =>
    sql`${given[name] ?? sql`null`}::${sql.raw(type)} as ${sql.raw(name)}`
  return sql`${kind}::text as kind, ${value('id', 'uuid')}, ${value('at', 'timestamptz')}, ${value('quantity', 'int')},
    ${value('entitlement_id', 'uuid')}, ${value('other_id', 'uuid')}, ${value('issue', 'int')}, ${value('before', 'json')},
    ${value('after', 'json')}, ${value('request_id', 'uuid')}, ${value('person_id', 'uuid')}`
}

function transfersOf({ customerId, hostId }: Of, end: 'to_host_id' | 'from_host_id'): SQL {
  const [kind, other] = end === 'to_host_id' ? ['incoming', 'from_host_id'] : ['outgoing', 'to_host_id']
  const columns = ['id', 'at', 'quantity', 'entitlement_id', 'request_id', 'person_id']
  const given = Object.fromEntries(columns.map((name) => [name, sql.raw(`t.${name}`)]))
  return sql`select ${entry(sql`${kind}`, { ...given, other_id: sql.raw(`t.${other}`) })} from transfers t
    where t.customer_id = ${customerId} and ${sql.raw(`t.${end}`)} = ${hostId}::uuid`
}

/** A pack has no ID of its own: its place in the order of one instant comes from the host's and its number. */
function packsOf({ customerId, hostId }: Of): SQL {
  const id = sql`(left(k.host_id::text, 24) || lpad(to_hex(k.issue), 12, '0'))`
  return sql`select ${entry(sql`'pack'`, {
    ...{ id, at: sql`k.created_at`, issue: sql`k.issue`, request_id: sql`k.request_id` },
  })} from packs k where k.customer_id = ${customerId} and k.host_id = ${hostId}::uuid`
}

const place = (alias: string) =>
  sql.raw(
    `json_build_object(${['label', 'port', 'address_line1', 'postal_code', 'city', 'country']
      .map((column) => `'${column}', ${alias}.${column}`)
      .join(', ')})`,
  )

/** The first version is the host's beginning. Server names have no versions: the request says which were changed. */
function versionsOf({ customerId, hostId }: Of): SQL {
  return sql`select ${entry(sql`case when v.former is null then 'made' else 'changed' end`, {
    ...{
      id: sql`v.id`,
      at: sql`v.recorded_at`,
      before: sql`(v.former::jsonb || coalesce(s.was, '{}'))::json`,
      after: sql`(${place('v')}::jsonb || coalesce(s.now, '{}'))::json`,
      request_id: sql`v.request_id`,
    },
  })} from (
    select w.*, lag(${place('w')}) over (order by w.recorded_at, w.id) as former from host_versions w
    where w.customer_id = ${customerId} and w.host_id = ${hostId}::uuid
  ) v
  left join lateral (
    select jsonb_object_agg(l.field, l.before) as was, jsonb_object_agg(l.field, l.after) as now
    from requests q, jsonb_to_recordset(q.details -> 'lines') as l (field text, before text, after text)
    where q.customer_id = ${customerId} and q.id = v.request_id and q.kind = 'update-contacts'
      and l.field like 'server_'
  ) s on true`
}

function retirementsOf({ customerId, hostId }: Of): SQL {
  const past = (kind: string, at: string, request: string) => sql`
    select ${entry(sql`${kind}`, { id: sql`r.id`, at: sql.raw(`r.${at}`), request_id: sql.raw(`r.${request}`) })}
    from host_retirements r where r.customer_id = ${customerId} and r.host_id = ${hostId}::uuid`
  return sql`
    ${past('retired', 'retired_at', 'retired_request_id')}
    union all ${past('returned', 'returned_at', 'returned_request_id')}
    union all
    select ${entry(sql`'retired'`, { id: sql`h.id`, at: sql`h.retired_at`, request_id: sql`h.retired_request_id` })}
    from hosts h where h.customer_id = ${customerId} and h.id = ${hostId}::uuid and h.status = 'retired'
      and h.retired_at is not null`
}

function successorsOf({ customerId, hostId }: Of): SQL {
  return sql`select ${entry(sql`'replaced'`, { id: sql`s.id`, at: sql`s.created_at`, other_id: sql`s.id` })}
    from hosts s where s.customer_id = ${customerId} and s.replaces_host_id = ${hostId}::uuid and s.status <> 'planned'`
}
