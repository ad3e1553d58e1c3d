import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { LicenseType } from '../licenses/queries.ts'
import { pageSize } from '../web/paging.ts'

/** A quantity of one entitlement on a host. */
export type PlacedRow = {
  entitlement_id: string
  product: string
  part_number: string
  license_type: LicenseType
  contract_number: string | null
  sales_order_number: string | null
  configuration_number: string
  quantity: number
  /** Of the whole entitlement. */
  entitled: number
  placed: number
  starts_on: string | null
  ends_on: string | null
}

export type PlacedKey = { product: string; id: string }

/** A page of what is placed on a host and one row more, by product. */
export async function listPlaced(
  tx: Db,
  customerId: string,
  hostId: string,
  after?: PlacedKey,
): Promise<PlacedRow[]> {
  return tx.execute<PlacedRow>(sql`
    select e.id as entitlement_id, p.name as product, p.part_number, p.license_type, c.contract_number,
      o.sales_order_number, cf.configuration_number, pl.quantity, e.entitled, e.placed, e.starts_on, e.ends_on
    from placements pl
    join entitlements e on e.customer_id = pl.customer_id and e.id = pl.entitlement_id
    join products p on p.id = e.product_id
    join configurations cf on cf.customer_id = pl.customer_id and cf.id = pl.configuration_id
    left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    left join terms t on t.customer_id = e.customer_id and t.id = e.term_id
    left join orders o on o.customer_id = t.customer_id and o.id = t.order_id
    where pl.customer_id = ${customerId} and pl.host_id = ${hostId}::uuid and pl.quantity > 0
      ${after ? sql`and (p.name, e.id) > (${after.product}, ${after.id}::uuid)` : sql``}
    order by p.name, e.id
    limit ${pageSize + 1}`)
}

/** A transfer as one of its hosts sees it. */
export type HostTransfer = {
  id: string
  at: Date
  product: string
  part_number: string
  quantity: number
  is_incoming: boolean
  /** The other end; null: the pool. */
  other: string | null
  other_id: string | null
  /** Null: an opening balance of the publisher's files. */
  request_number: number | null
  person: string | null
}

/** The latest transfers to or from a host, newest first. */
export async function listLatestTransfers(
  tx: Db,
  customerId: string,
  hostId: string,
  limit = 10,
): Promise<HostTransfer[]> {
  const rows = await tx.execute<Omit<HostTransfer, 'at'> & { at: string }>(sql`
    select tr.id, tr.at, p.name as product, p.part_number, tr.quantity, tr.is_incoming, other.label as other,
      other.id as other_id, r.number::float8 as request_number, coalesce(nullif(pe.name, ''), pe.email) as person
    from (
      select *, coalesce(to_host_id = ${hostId}::uuid, false) as is_incoming from transfers
      where customer_id = ${customerId} and (to_host_id = ${hostId}::uuid or from_host_id = ${hostId}::uuid)
      order by at desc, id desc limit ${limit}
    ) tr
    join entitlements e on e.customer_id = tr.customer_id and e.id = tr.entitlement_id
    join products p on p.id = e.product_id
    left join hosts other on other.customer_id = tr.customer_id
      and other.id = case when tr.is_incoming then tr.from_host_id else tr.to_host_id end
    left join requests r on r.customer_id = tr.customer_id and r.id = tr.request_id
    left join people pe on pe.id = tr.person_id
    order by tr.at desc, tr.id desc`)
  return rows.map((row) => ({ ...row, at: new Date(row.at) }))
}
