import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { nextTerm } from '../entitlements/next-term.ts'
import { NotFound } from '../errors.ts'
import { pageSize } from '../web/paging.ts'
import type { LicenseType } from './queries.ts'

export type Product = {
  id: string
  name: string
  part_number: string
  license_type: LicenseType
  family: string
  daemon: string
  port: number
  /** The product this one extends. */
  base_name: string | null
  base_part_number: string | null
  features: { name: string; version: string }[]
  entitlements: number
  owned: number
  placed: number
}

type PlacedOn = { host_id: string; label: string; quantity: number }

export type EntitlementRow = {
  id: string
  kind: 'sold' | 'temporary'
  entitled: number
  owned: number
  placed: number
  starts_on: string | null
  ends_on: string | null
  /** Of the next term, where none is in force. */
  next_starts_on: string | null
  contract_number: string | null
  maintenance_starts_on: string | null
  maintenance_ends_on: string | null
  sales_order_number: string | null
  line: number | null
  release: string | null
  /** The first hosts it is placed on, by label; `hosts` says how many there are. */
  placed_on: PlacedOn[]
  hosts: number
}

/** Hosts named beside an entitlement; the host list has the rest. */
export const hostsShown = 8

/** A product the company has entitlements of, by its part number; NotFound otherwise. */
export async function findProduct(tx: Db, customerId: string, partNumber: string): Promise<Product> {
  const rows = await tx.execute<Product>(sql`
    select p.id, p.name, p.part_number, p.license_type, f.name as family, f.daemon, f.port,
      base.name as base_name, base.part_number as base_part_number, s.entitlements, s.owned, s.placed,
      coalesce((
        select json_agg(json_build_object('name', pf.name, 'version', pf.version) order by pf.position)
        from product_features pf where pf.product_id = p.id
      ), '[]'::json) as features
    from products p
    join families f on f.id = p.family_id
    join license_sums s on s.customer_id = ${customerId} and s.product_id = p.id
    left join products base on base.id = p.extends_product_id
    where p.part_number = ${partNumber.toUpperCase()}`)
  if (!rows[0]) throw new NotFound()
  return rows[0]
}

/** A page of a company's entitlements of one product and one row more, oldest first. */
export async function listEntitlements(
  tx: Db,
  customerId: string,
  partNumber: string,
  { today, afterId }: { today: string; afterId?: string | undefined },
): Promise<EntitlementRow[]> {
  // First which rows, by their key, then what is said of each: in one, it is worked out for all of the product.
  return tx.execute<EntitlementRow>(sql`
    with page as materialized (
      select * from entitlements
      where customer_id = ${customerId}
        and product_id = (select id from products where part_number = ${partNumber.toUpperCase()})
        and (kind = 'sold' or entitled > 0 or placed > 0)
        ${afterId === undefined ? sql`` : sql`and id > ${afterId}::uuid`}
      order by id limit ${pageSize + 1}
    )
    select e.id, e.kind, e.entitled, e.owned, e.placed, e.starts_on, e.ends_on, ${nextTerm(today)} as next_starts_on,
      c.contract_number, c.maintenance_starts_on, c.maintenance_ends_on, o.sales_order_number, t.line, l.release,
      coalesce(on_hosts.first, '[]'::json) as placed_on, coalesce(on_hosts.hosts, 0)::int as hosts
    from page e
    left join contracts c on c.customer_id = ${customerId} and c.id = e.contract_id
    left join terms t on t.customer_id = ${customerId} and t.id = e.term_id
    left join orders o on o.customer_id = ${customerId} and o.id = t.order_id
    left join order_lines l on l.customer_id = ${customerId} and l.order_id = t.order_id and l.line = t.line
    left join lateral (
      select count(*) as hosts, json_agg(json_build_object(
        'host_id', placed.host_id, 'label', placed.label, 'quantity', placed.quantity
      ) order by placed.place) filter (where placed.place <= ${hostsShown}) as first
      from (
        select h.id as host_id, h.label, pl.quantity, row_number() over (order by h.label, h.id) as place
        from placements pl join hosts h on h.customer_id = pl.customer_id and h.id = pl.host_id
        where pl.customer_id = ${customerId} and pl.entitlement_id = e.id and pl.quantity > 0
      ) placed
    ) on_hosts on true
    order by e.id`)
}
