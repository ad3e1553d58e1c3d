import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { jsonRows, uuidArray } from '../../sql.ts'
import type { FileRow } from './read-file.ts'

export type BulkHost = { id: string; label: string }
export type BulkEntitlement = {
  id: string
  product: string
  partNumber: string
  contract: string
  /** As the company has it, zeros at its front included. */
  order: string
}

/** What a file's rows name of the company, as it is now. */
export type Facts = {
  /** By label as it was typed. */
  hosts: ReadonlyMap<string, BulkHost>
  /** By orderLine(): several where orders differ in the zeros at the front of their numbers only. */
  entitlements: ReadonlyMap<string, readonly BulkEntitlement[]>
  /** By placedOn(). */
  placed: ReadonlyMap<string, number>
}

/** Key of Facts.entitlements. A spreadsheet takes the zeros from the front of a number. */
export function orderLine(order: string, line: string): string {
  return `${withoutZeros(order)} ${line.replace(/^0+(?=\d)/, '')}`
}

function withoutZeros(order: string): string {
  return order.toUpperCase().replace(/^0+(?=\d+$)/, '')
}

/** Key of Facts.placed. */
export function placedOn(hostId: string, entitlementId: string): string {
  return `${hostId} ${entitlementId}`
}

/** Reads what the rows name, in three statements. A label is found whatever its case; only active hosts are. */
export async function loadFacts(tx: Db, customerId: string, rows: readonly FileRow[]): Promise<Facts> {
  const [hosts, owned] = await Promise.all([loadHosts(tx, customerId, rows), loadOwned(tx, customerId, rows)])
  const placed = await loadPlaced(
    tx,
    customerId,
    hosts.map(({ id }) => id),
    owned.map(({ id }) => id),
  )
  return {
    hosts: new Map(hosts.map(({ typed, ...host }) => [typed, host])),
    entitlements: Map.groupBy(owned, ({ order, line }) => orderLine(order, String(line))),
    placed,
  }
}

function texts(values: Iterable<string>) {
  return sql`jsonb_array_elements_text(${JSON.stringify([...new Set(values)])}::text::jsonb)`
}

function loadHosts(tx: Db, customerId: string, rows: readonly FileRow[]) {
  return tx.execute<BulkHost & { typed: string }>(sql`
    select v.typed, h.id, h.label
    from ${texts(rows.map(({ cells }) => cells.host))} as v (typed)
    join hosts h on h.customer_id = ${customerId} and lower(h.label) = lower(v.typed) and h.status = 'active'`)
}

function loadOwned(tx: Db, customerId: string, rows: readonly FileRow[]) {
  const orders = rows.map(({ cells }) => cells.order.toUpperCase())
  return tx.execute<BulkEntitlement & { line: number }>(sql`
    select o.sales_order_number as "order", l.line, e.id, p.name as product, p.part_number as "partNumber",
      coalesce(c.contract_number, '') as contract
    from orders o
    join order_lines l on l.customer_id = o.customer_id and l.order_id = o.id
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    join products p on p.id = e.product_id
    left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    where o.customer_id = ${customerId} and (
      o.sales_order_number in (select * from ${texts(orders)})
      or (o.sales_order_number ~ '^[0-9]+$'
        and coalesce(nullif(ltrim(o.sales_order_number, '0'), ''), '0')
          in (select * from ${texts(orders.map(withoutZeros))})))
    order by o.sales_order_number`)
}

/** What is placed of these entitlements on these hosts. */
export async function loadPlaced(
  tx: Db,
  customerId: string,
  hostIds: readonly string[],
  entitlementIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await tx.execute<{ hostId: string; entitlementId: string; quantity: number }>(sql`
    select host_id as "hostId", entitlement_id as "entitlementId", quantity from placements
    where customer_id = ${customerId} and host_id = any(${uuidArray(hostIds)})
      and entitlement_id = any(${uuidArray(entitlementIds)})`)
  return new Map(
    rows.map(({ hostId, entitlementId, quantity }) => [placedOn(hostId, entitlementId), quantity]),
  )
}

export type LastChange = { hostId: string; entitlementId: string; by: string; request: number; at: string }

/** Who last changed what is placed of an entitlement on a host, under which request. */
export async function loadLastChanges(
  tx: Db,
  customerId: string,
  pairs: readonly { hostId: string; entitlementId: string }[],
): Promise<Map<string, LastChange>> {
  if (pairs.length === 0) return new Map()
  const rows = await tx.execute<LastChange>(sql`
    select p."hostId", p."entitlementId", t.by, t.request, t.at
    from jsonb_to_recordset(${jsonRows(pairs)}) as p ("hostId" uuid, "entitlementId" uuid)
    cross join lateral (
      select coalesce(nullif(w.name, ''), w.email) as by, r.number::float8 as request, t.at::text as at
      from transfers t
      join requests r on r.customer_id = t.customer_id and r.id = t.request_id
      join people w on w.id = r.requested_by
      where t.customer_id = ${customerId} and t.entitlement_id = p."entitlementId"
        and (t.from_host_id = p."hostId" or t.to_host_id = p."hostId")
      order by t.at desc, t.id desc limit 1) t`)
  return new Map(rows.map((row) => [placedOn(row.hostId, row.entitlementId), row]))
}
