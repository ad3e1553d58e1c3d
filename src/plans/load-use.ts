import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'

// How the entitlements of a plan are used so far, which its rules and pages ask of.

/** Where an entitlement sits: the host with most of it, and how much is on how many others. */
export type Seat = {
  entitlementId: string
  host: string
  quantity: number
  others: number
  elsewhere: number
}

export async function loadSeats(
  tx: Db,
  customerId: string,
  entitlementIds: readonly string[],
): Promise<Map<string, Seat>> {
  const rows = await tx.execute<Seat>(sql`
    select distinct on (l.entitlement_id) l.entitlement_id as "entitlementId", h.label as host, l.quantity,
      (count(*) over w - 1)::integer as others, (sum(l.quantity) over w - l.quantity)::integer as elsewhere
    from placements l
    join hosts h on h.customer_id = l.customer_id and h.id = l.host_id
    where l.customer_id = ${customerId} and l.entitlement_id = any(${uuidArray(entitlementIds)}) and l.quantity > 0
    window w as (partition by l.entitlement_id)
    order by l.entitlement_id, l.quantity desc, h.label`)
  return new Map(rows.map((row) => [row.entitlementId, row]))
}

/** The instant at which the rolling year that ends with a day begins: midnight in the publisher's zone. */
function yearBegins({ today, timeZone }: YearTo) {
  return sql`(((${today}::date - interval '1 year')::date + 1)::timestamp at time zone ${timeZone}::text)`
}

type YearTo = { today: string; timeZone: string }

/**
 * What left a host, by any tool, in the year that ends today: moves are counted against movesPerYear times the owned
 * quantity (domain.md section 3, Policies). Opening balances are no moves, nor is what an undo gave
 * back; one that waits for a decision has given nothing back yet.
 */
export async function loadMoves(
  tx: Db,
  customerId: string,
  entitlementIds: readonly string[],
  year: YearTo,
): Promise<Map<string, number>> {
  const rows = await tx.execute<{ id: string; moved: number }>(sql`
    select entitlement_id as id, sum(quantity)::integer as moved
    from transfers
    where customer_id = ${customerId} and entitlement_id = any(${uuidArray(entitlementIds)})
      and from_host_id is not null and request_id is not null and at >= ${yearBegins(year)}
      and request_id not in (
        select unnest(array[u.id, u.undoes_id]) from requests u
        where u.customer_id = ${customerId} and u.undoes_id is not null and u.status = 'completed' and u.gives_moves_back)
    group by entitlement_id`)
  return new Map(rows.map(({ id, moved }) => [id, moved]))
}

/** Of a product: what is owned of it, and how its temporary licenses stand. */
export type TemporaryUse = { owned: number; open: number; inYear: number }

/** By product; those of a plan that is yet to be done do not count. */
export async function loadTemporaryUse(
  tx: Db,
  customerId: string,
  productIds: readonly string[],
  today: string,
): Promise<Map<string, TemporaryUse>> {
  const rows = await tx.execute<TemporaryUse & { id: string }>(sql`
    select p.id, coalesce((
        select sum(e.entitled) from entitlements e
        where e.customer_id = ${customerId} and e.product_id = p.id and e.kind = 'sold'), 0)::integer as owned,
      (select count(*) from temporary_licenses t
        where t.customer_id = ${customerId} and t.product_id = p.id and t.starts_on is not null
          and t.ended_at is null and t.ends_on >= ${today}::date)::integer as open,
      (select count(*) from temporary_licenses t
        where t.customer_id = ${customerId} and t.product_id = p.id
          and t.starts_on > ${today}::date - interval '1 year')::integer as "inYear"
    from unnest(${uuidArray(productIds)}) as p (id)`)
  return new Map(rows.map(({ id, ...use }) => [id, use]))
}
