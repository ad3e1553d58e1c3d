import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { isId } from '../ids.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'
import { isFound } from './host-search.ts'

export type RetrievalFilter = {
  /** What was typed to find hosts by (host-search.ts). */
  text?: string
  after?: string | undefined
}

export type RetrievableHost = {
  id: string
  label: string
  kind: 'single' | 'triad'
  members: { kind: string; value: string }[]
  /** 0: none yet. */
  issue: number
  /** False: something changed since that issue; retrieving makes the next one. */
  isCurrent: boolean
  /** Of the latest issue, ISO 8601; null where there is none. */
  issuedAt: string | null
  /** Quantity and products placed. */
  placed: number
  products: number
}

/** Hosts of which one request retrieves the packs: what a counter makes, signs and sends at once. */
export const mostAtOnce = 1000

/** Active hosts with their latest pack, by label, a page at a time. */
export async function listRetrievable(
  tx: Db,
  customerId: string,
  { text, after }: RetrievalFilter,
): Promise<{ rows: RetrievableHost[]; next?: string }> {
  const [afterLabel, afterId] = decodeCursor(after, 2) ?? []
  const cursor = typeof afterLabel === 'string' && isId(afterId) ? [afterLabel, afterId] : undefined
  const found = await tx.execute<RetrievableHost>(sql`
    select h.id, h.label, h.kind, h.pack_issue as issue, h.is_pack_current as "isCurrent",
      (select to_json(p.created_at)#>>'{}' from packs p
        where p.customer_id = h.customer_id and p.host_id = h.id and p.issue = h.pack_issue) as "issuedAt",
      coalesce((select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value) order by m.position)
        from host_members m where m.customer_id = h.customer_id and m.host_id = h.id), '[]') as members,
      coalesce(on_it.placed, 0)::int as placed, coalesce(on_it.products, 0)::int as products
    from (
      select * from hosts h where ${isListed(customerId, text)}
        ${cursor ? sql`and (h.label, h.id) > (${cursor[0]}, ${cursor[1]}::uuid)` : sql``}
      order by h.label, h.id
      limit ${pageSize + 1}
    ) h
    left join lateral (
      select sum(l.quantity) as placed, count(distinct e.product_id) as products
      from placements l join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      where l.customer_id = h.customer_id and l.host_id = h.id) on_it on true
    order by h.label, h.id`)
  return pageOf([...found], (row) => [row.label, row.id])
}

/** IDs of the hosts that a filter finds and that have a pack to retrieve: `mostAtOnce` and one more at most. */
export async function listRetrievableIds(
  tx: Db,
  customerId: string,
  { text }: RetrievalFilter,
): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select h.id from hosts h where ${isListed(customerId, text)} and ${hasPack}
    order by h.label, h.id limit ${mostAtOnce + 1}`)
  return rows.map(({ id }) => id)
}

/** A host has a pack to retrieve where licenses are on it, or where one was issued: it may say that none are left. */
export const hasPack = sql`(h.pack_issue > 0 or exists (
  select from placements l where l.customer_id = h.customer_id and l.host_id = h.id))`

function isListed(customerId: string, text: string | undefined): SQL {
  const found = text ? sql`and ${isFound(customerId, text)}` : sql``
  return sql`h.customer_id = ${customerId} and h.status = 'active' ${found}`
}
