import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { containing, isCalled } from '../sql.ts'

/** Things named of each kind; the lists have the rest. */
export const named = 6

export type Found<T> = { rows: T[]; count: number }

export type FoundOrder = { number: string; date: string }

export async function findOrders(tx: Db, customerId: string, typed: string): Promise<Found<FoundOrder>> {
  return first<FoundOrder>(
    tx,
    sql`select o.sales_order_number as number, o.order_date as date, o.sales_order_number as place from orders o
      where o.customer_id = ${customerId} and o.sales_order_number ilike ${containing(typed)}`,
  )
}

export type FoundContract = { number: string; starts_on: string | null; ends_on: string | null }

export async function findContracts(
  tx: Db,
  customerId: string,
  typed: string,
): Promise<Found<FoundContract>> {
  return first<FoundContract>(
    tx,
    sql`select c.contract_number as number, c.maintenance_starts_on as starts_on, c.maintenance_ends_on as ends_on,
        c.contract_number as place from contracts c
      where c.customer_id = ${customerId} and c.contract_number ilike ${containing(typed)}`,
  )
}

export type FoundConfiguration = { number: string; family: string; host: string; host_id: string }

export async function findConfigurations(
  tx: Db,
  customerId: string,
  typed: string,
): Promise<Found<FoundConfiguration>> {
  return first<FoundConfiguration>(
    tx,
    sql`select g.configuration_number as number, f.name as family, h.label as host, h.id as host_id,
        g.configuration_number as place
      from configurations g
      join families f on f.id = g.family_id
      join hosts h on h.customer_id = g.customer_id and h.id = g.host_id and h.status <> 'planned'
      where g.customer_id = ${customerId} and g.configuration_number ilike ${containing(typed)}`,
  )
}

export type FoundPerson = { id: string; name: string; email: string; looks_after: number }

/**
 * Contacts of the company by name or address: all of them for a supervisor, who manages them; for others those whose
 * name the register shows, since they look after a host.
 */
export async function findPeople(
  tx: Db,
  customerId: string,
  typed: string,
  isSupervisor: boolean,
): Promise<Found<FoundPerson>> {
  const like = containing(typed)
  return first<FoundPerson>(
    tx,
    sql`select p.id, coalesce(nullif(p.name, ''), p.email) as name, p.email, coalesce(cared.hosts, 0) as looks_after,
        lower(coalesce(nullif(p.name, ''), p.email)) as place
      from associations a
      join people p on p.id = a.person_id
      left join (
        select h.caretaker_id, count(*)::int as hosts from hosts h
        where h.customer_id = ${customerId} and h.caretaker_id is not null and h.status <> 'planned'
        group by h.caretaker_id) cared on cared.caretaker_id = p.id
      where a.customer_id = ${customerId} and p.deleted_at is null
        and (${isCalled(sql`p.name`, typed)} or p.email ilike ${like})
        and (${isSupervisor}::boolean or cared.hosts > 0)`,
  )
}

/** The first few by `place`, and how many there are. */
async function first<T extends Record<string, unknown>>(tx: Db, found: SQL): Promise<Found<T>> {
  const rows = await tx.execute<T & { count: number }>(sql`
    select *, count(*) over ()::int as count from (${found}) found order by place limit ${named}`)
  return { rows: [...rows] as T[], count: rows[0]?.count ?? 0 }
}
