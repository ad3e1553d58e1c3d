import { sql } from 'drizzle-orm'
import type { Database, Db } from '../db.ts'
import { type Holds, holdsNothing, type Privilege } from '../privileges/list.ts'

/** Who is asking. */
export interface Person {
  id: string
  name: string
  email: string
  language: string | null
  timeZone: string | null
  isStaff: boolean
  isConfirmed: boolean
}

/** A company as one of its people reaches it. */
export interface Reached {
  id: string
  number: string
  name: string
  base: string
  firstSupervisedAt: string | null
  countedOn: string | null
  /** Associated at once on an upgrade, and not yet confirmed by another contact (R8). */
  awaitsConfirmation: boolean
  privileges: Privilege[]
}

export type CustomerRef = { id: string; number: string; name: string; base: string }

/** request.customer: the company in the address and what the person may do there. */
export type Customer = Reached & { holds: Holds; isOpen: boolean }

/**
 * R9: while a company never had a supervisor, each confirmed contact holds what opens the license tools; not who was
 * upgraded at once and awaits the confirmation of another (R8).
 */
export function holdsOf(
  reached: Pick<Reached, 'privileges' | 'firstSupervisedAt' | 'awaitsConfirmation'>,
  person: Pick<Person, 'isConfirmed'>,
  publisher: { openUntilSupervised: boolean },
): { holds: Holds; isOpen: boolean } {
  const isOpen =
    !reached.firstSupervisedAt &&
    publisher.openUntilSupervised &&
    person.isConfirmed &&
    !reached.awaitsConfirmation
  const holds = { ...holdsNothing }
  for (const privilege of reached.privileges) holds[privilege] = true
  if (isOpen) Object.assign(holds, { licensing: true, reporting: true })
  return { holds, isOpen }
}

/** The columns of a Reached, of aliases `c` (customers), `a` (associations) and `p` (people); needs `today`. */
export const reachedColumns = (today: string) => sql`
  c.id, c.customer_number as number, c.name, c.first_supervised_at as "firstSupervisedAt",
  c.counted_on::text as "countedOn", a.awaits_confirmation as "awaitsConfirmation",
  array(select h.privilege from privileges h
        where h.customer_id = c.id and h.person_id = p.id and (h.until is null or h.until >= ${today}::date)
       ) as privileges`

/** The company with that number if the person is associated with it; undefined else. `today` in the publisher's zone. */
export async function findCustomerOf(
  database: Database,
  personId: string,
  number: string,
  today: string,
): Promise<Reached | undefined> {
  if (!/^[A-Z0-9-]{1,20}$/.test(number)) return undefined
  const query = sql`
    select ${reachedColumns(today)}
    from people p
    join associations a on a.person_id = p.id
    join customers c on c.id = a.customer_id
    where p.id = ${personId} and c.customer_number = ${number}`
  const read = (tx: Db) => tx.execute<Omit<Reached, 'base'> & Record<string, unknown>>(query)
  const [row] = await database.forPerson(personId, read, { atOnce: true })
  return row && { ...row, base: baseOf(row.number) }
}

export function baseOf(number: string): string {
  return `/c/${number}`
}

/** All companies of a person by number; Within forPerson. */
export async function listAssociations(
  tx: Db,
  personId: string,
): Promise<(CustomerRef & { isPrimary: boolean })[]> {
  const rows = await tx.execute<{ id: string; number: string; name: string; isPrimary: boolean }>(sql`
    select c.id, c.customer_number as number, c.name,
           c.id is not distinct from p.primary_customer_id as "isPrimary"
    from people p
    join associations a on a.person_id = p.id
    join customers c on c.id = a.customer_id
    where p.id = ${personId}
    order by c.customer_number`)
  return rows.map((row) => ({ ...row, base: baseOf(row.number) }))
}
