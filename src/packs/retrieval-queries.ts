import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { parseHostId } from '../hosts/host-id.ts'
import { isId } from '../ids.ts'
import { containing } from '../sql.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'

export type RetrievalFilter = {
  /** Part of a host's label or ID, of a product, order, contract or configuration ID. */
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
  /** Quantity and products placed: nothing placed, nothing to retrieve. */
  placed: number
  products: number
}

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
    from hosts h
    left join lateral (
      select sum(l.quantity) as placed, count(distinct e.product_id) as products
      from placements l join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      where l.customer_id = h.customer_id and l.host_id = h.id) on_it on true
    where h.customer_id = ${customerId} and h.status = 'active'
      ${text ? sql`and ${mentions(text)}` : sql``}
      ${cursor ? sql`and (h.label, h.id) > (${cursor[0]}, ${cursor[1]}::uuid)` : sql``}
    order by h.label, h.id
    limit ${pageSize + 1}`)
  return pageOf([...found], (row) => [row.label, row.id])
}

function mentions(text: string): SQL {
  const like = containing(text)
  const read = parseHostId(text, { allowAny: true })
  const hostId = 'value' in read ? read.value : null
  return sql`(h.label ilike ${like}
    or exists (select from host_members m where m.customer_id = h.customer_id and m.host_id = h.id
      and (m.id_value = ${hostId} or m.id_value ilike ${like} or m.server_name ilike ${like}))
    or exists (
      select from placements l
      join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      join products p on p.id = e.product_id
      join configurations g on g.customer_id = l.customer_id and g.id = l.configuration_id
      left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
      where l.customer_id = h.customer_id and l.host_id = h.id
        and (p.name ilike ${like} or p.part_number ilike ${like} or c.contract_number ilike ${like}
          or g.configuration_number ilike ${like}
          or exists (select from order_lines r
            join orders o on o.customer_id = r.customer_id and o.id = r.order_id
            where r.customer_id = e.customer_id and r.entitlement_id = e.id
              and o.sales_order_number ilike ${like}))))`
}
