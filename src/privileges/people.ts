import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { containing, isCalled } from '../sql.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'
import type { Privilege } from './list.ts'
import type { PeopleFilter } from './people-filter.ts'
import { isUsable } from './usable.ts'

export type HeldRow = {
  privilege: Privilege
  since: string
  until: string | null
  isKept: boolean
  /** Who gave it; null: the publisher, or nobody (kept from before). */
  by: string | null
}

export type PersonRow = {
  id: string
  name: string
  email: string
  isUsable: boolean
  /** Since when they are of the company. */
  joinedAt: string
  lastSignedInAt: string | null
  privileges: HeldRow[]
  sortName: string
}

/** Who gave it (alias `g` of people); null: the publisher. Customers read no name of the desk's people. */
export const giver = sql`case when not g.is_staff then coalesce(nullif(g.name, ''), g.email) end`

/** What `today` a person (alias `p`) holds in the company of the association `a`. */
const privilegesOf = (today: string) => sql`coalesce((
  select json_agg(json_build_object('privilege', h.privilege, 'since', h.granted_at, 'until', h.until,
    'isKept', h.is_kept, 'by', ${giver})
    order by array_position(array['supervisor', 'licensing', 'reporting'], h.privilege))
  from privileges h left join people g on g.id = h.granted_by
  where h.customer_id = a.customer_id and h.person_id = a.person_id and ${inEffect(today)}), '[]')`

const inEffect = (today: string) => sql`(h.until is null or h.until >= ${today}::date)`
const sortName = sql`lower(coalesce(nullif(p.name, ''), p.email))`

const columns = (today: string) => sql`
  p.id, p.name, p.email, ${isUsable} as "isUsable", a.created_at as "joinedAt",
  p.last_signed_in_at as "lastSignedInAt", ${privilegesOf(today)} as privileges, ${sortName} as "sortName"`

/** People of a company that fit, by name, a page at a time (or all of them where `size` says so). */
export async function listPeople(
  tx: Db,
  customerId: string,
  filter: PeopleFilter,
  today: string,
  size = pageSize,
): Promise<{ rows: PersonRow[]; next?: string }> {
  const [name, id] = decodeCursor(filter.after, 2) ?? []
  const after =
    typeof name === 'string' && isId(id) ? sql`and (${sortName}, p.id) > (${name}, ${id}::uuid)` : sql``
  const rows = await tx.execute<PersonRow & Record<string, unknown>>(sql`
    select ${columns(today)}
    from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} ${fits(filter, today)} ${after}
    order by ${sortName}, p.id limit ${size + 1}`)
  return pageOf(rows, (row) => [row.sortName, row.id], size)
}

/** IDs of everyone who fits, up to a limit. */
export async function listIds(
  tx: Db,
  customerId: string,
  filter: PeopleFilter,
  today: string,
  limit: number,
) {
  const rows = await tx.execute<{ id: string }>(sql`
    select p.id from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} ${fits(filter, today)} order by ${sortName}, p.id limit ${limit}`)
  return rows.map(({ id }) => id)
}

/** One person of the company; throws NotFound. */
export async function findPerson(
  tx: Db,
  customerId: string,
  personId: string,
  today: string,
): Promise<PersonRow> {
  if (!isId(personId)) throw new NotFound()
  const [row] = await tx.execute<PersonRow & Record<string, unknown>>(sql`
    select ${columns(today)} from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} and a.person_id = ${personId}`)
  if (!row) throw new NotFound()
  return row
}

export type PeopleCounts = { everyone: number; fitting: number; supervisors: number }

/** How many are of the company, how many fit, and how many supervisors can sign in (R5). */
export async function countPeople(
  tx: Db,
  customerId: string,
  filter: PeopleFilter,
  today: string,
): Promise<PeopleCounts> {
  const [row] = await tx.execute<PeopleCounts>(sql`
    select count(*)::int as everyone, count(*) filter (where true ${fits(filter, today)})::int as fitting,
      count(*) filter (where ${isUsable} and exists (select from privileges h where h.customer_id = a.customer_id
        and h.person_id = a.person_id and h.privilege = 'supervisor'))::int as supervisors
    from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId}`)
  return row!
}

/** The filter as conditions on the aliases `a` (associations) and `p` (people). */
export function fits({ text, privilege, signedIn }: PeopleFilter, today: string): SQL {
  const like = containing(text)
  const held = sql`select from privileges h where h.customer_id = a.customer_id and h.person_id = a.person_id
    and ${inEffect(today)}`
  const conditions = [
    text && sql`and (${isCalled(sql`p.name`, text)} or p.email ilike ${like})`,
    privilege === 'none' && sql`and not exists (${held})`,
    privilege && privilege !== 'none' && sql`and exists (${held} and h.privilege = ${privilege})`,
    signedIn === 'never' && sql`and p.last_signed_in_at is null`,
    Number(signedIn) > 0 &&
      sql`and coalesce(p.last_signed_in_at, '-infinity') < now() - make_interval(days => ${Number(signedIn)}::int)`,
  ]
  return sql.join(
    conditions.filter((one) => typeof one === 'object'),
    sql` `,
  )
}

/** Drafts of plans that a person has begun in the company and nobody has submitted. */
export async function countDrafts(tx: Db, customerId: string, personId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from plans
    where customer_id = ${customerId} and created_by = ${personId} and status = 'draft'`)
  return row!.count
}

/** Names by ID, of people who have an account; others are not in the map. */
export async function listNames(tx: Db, personIds: readonly string[]): Promise<Map<string, string>> {
  if (personIds.length === 0) return new Map()
  const rows = await tx.execute<{ id: string; name: string }>(sql`
    select id, case when deleted_at is null then coalesce(nullif(name, ''), email) else '' end as name from people
    where id = any(${`{${personIds.join(',')}}`}::uuid[])`)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
