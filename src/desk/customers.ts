import { sql } from 'drizzle-orm'
import { numberLike } from '../customers/queries.ts'
import type { Db } from '../db.ts'
import { isUsable } from '../privileges/usable.ts'
import { containing, isCalled } from '../sql.ts'
import { text } from '../web/forms.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'

/** `none`: nobody manages privileges; `one`: R5 advises several. */
export const supervisorFilters = ['none', 'one'] as const

export type CustomerFilter = {
  text: string
  supervisors: (typeof supervisorFilters)[number] | undefined
  after: string
}

export type DeskCustomer = {
  id: string
  number: string
  name: string
  city: string
  country: string
  contacts: number
  supervisors: number
  /** False: it never had one, and is open to its contacts where the publisher lets it (R9). */
  wasSupervised: boolean
}

export function readCustomerFilter(query: unknown): CustomerFilter {
  const given = query as Record<string, unknown>
  return {
    text: text(given['q']).slice(0, 100),
    supervisors: supervisorFilters.find((one) => one === given['supervisors']),
    after: text(given['after']),
  }
}

export function customersHref({ text: q, supervisors }: CustomerFilter, after?: string): string {
  const query = new URLSearchParams()
  if (q) query.set('q', q)
  if (supervisors) query.set('supervisors', supervisors)
  if (after) query.set('after', after)
  return query.size > 0 ? `/desk/customers?${query}` : '/desk/customers'
}

const columns = sql`
  c.id, c.customer_number as number, c.name, c.city, c.country, c.first_supervised_at is not null as "wasSupervised",
  (select count(*)::int from associations a where a.customer_id = c.id) as contacts,
  s.supervisors`

// Those who can sign in: others manage nothing. Each is looked up by their key: joined, everyone would be read for each
// company.
const supervisors = sql`(
  select count(*)::int as supervisors from privileges h
  where h.customer_id = c.id and h.privilege = 'supervisor'
    and (select ${isUsable} from people p where p.id = h.person_id)) s`

/** Customers by number, a page at a time. For the desk. */
export async function listDeskCustomers(tx: Db, filter: CustomerFilter, size = pageSize) {
  const [after] = decodeCursor(filter.after, 1) ?? []
  const wanted = filter.supervisors && (filter.supervisors === 'none' ? 0 : 1)
  const rows = await tx.execute<DeskCustomer>(sql`
    select ${columns} from customers c cross join lateral ${supervisors}
    where (${filter.text} = '' or c.customer_number ilike ${numberLike(filter.text)} or ${isCalled(sql`c.name`, filter.text)})
      and (${wanted ?? null}::int is null or s.supervisors = ${wanted ?? null}::int)
      and c.customer_number > ${String(after ?? '')}
    order by c.customer_number limit ${size + 1}`)
  return pageOf([...rows], (row) => [row.number], size)
}

/** The customer of that number. For the desk; undefined where there is none. */
export async function findDeskCustomer(tx: Db, number: string): Promise<DeskCustomer | undefined> {
  if (!/^[A-Z0-9-]{1,20}$/i.test(number)) return undefined
  const [row] = await tx.execute<DeskCustomer>(sql`
    select ${columns} from customers c cross join lateral ${supervisors}
    where c.customer_number = ${number.toUpperCase()}`)
  return row
}

/**
 * Entitlements of which more is placed than owned. For the desk, once it acts for that company: what a company owns is
 * none of what the desk sees of all at once.
 */
export async function countOverPlaced(tx: Db, customerId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select coalesce(sum(over_placed), 0)::int as count from license_sums where customer_id = ${customerId}`)
  return row!.count
}

export type DeskContact = {
  id: string
  name: string
  email: string
  isConfirmed: boolean
  awaitsConfirmation: boolean
  privileges: string[]
}

/** Contacts of a company: its supervisors first, then by name; as many as a page holds. For the desk. */
export async function listDeskContacts(
  tx: Db,
  customerId: string,
  find: string,
  today: string,
  size = pageSize,
): Promise<DeskContact[]> {
  const like = containing(find)
  return await tx.execute<DeskContact>(sql`
    select p.id, p.name, p.email, p.confirmed_at is not null as "isConfirmed",
      a.awaits_confirmation as "awaitsConfirmation",
      array(select h.privilege from privileges h where h.customer_id = a.customer_id and h.person_id = p.id
        and (h.until is null or h.until >= ${today}::date) order by h.privilege) as privileges
    from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} and (${find} = '' or ${isCalled(sql`p.name`, find)} or p.email ilike ${like})
    order by exists (select from privileges h where h.customer_id = a.customer_id and h.person_id = p.id
      and h.privilege = 'supervisor') desc, p.name, p.email limit ${size}`)
}
