import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { RequestKind } from '../requests/record.ts'
import { containing, isCalled, uuidArray } from '../sql.ts'
import { pageSize } from '../web/paging.ts'
import type { ActivityFilter } from './filter.ts'

export type ActivityRow = {
  id: string
  /** As the database writes it: the sort key. */
  at: string
  verb: string
  details: Record<string, unknown>
  /** Null: the counter itself, or one of the publisher's files. */
  personId: string | null
  personName: string | null
  isStaff: boolean
  /** Of the person it was about, or the address of who is none yet. */
  objectName: string | null
  requestNumber: number | null
  /** What that request is, and who asked for it. */
  requestKind?: RequestKind | null
  requestedBy?: string | null
  /** From where, as far as it is known and was not erased. */
  network: string | null
  customerNumber: string | null
  /** By a command on the server, of no company. */
  isCommand?: boolean
}

/** Where a page begins: after this row. */
export type ActivityKey = [at: string, id: string]

type Asked = {
  filter: ActivityFilter
  /** Of the publisher, which says what a day is. */
  timeZone: string
  after?: ActivityKey | undefined
  size?: number
}

/**
 * What happened in these companies (undefined: in all that the desk sees), latest first, and one row more than a page.
 * `personId`: only what they did.
 */
export async function listActivity(
  tx: Db,
  customerIds: string[] | undefined,
  { filter, timeZone, after, size = pageSize }: Asked,
  personId?: string,
): Promise<ActivityRow[]> {
  const where = [
    customerIds && sql`a.customer_id = any(${uuidArray(customerIds)})`,
    filter.customer &&
      sql`a.customer_id = (select id from customers where customer_number = ${filter.customer})`,
    personId && sql`a.person_id = ${personId}`,
    filter.text && about(filter.text, customerIds ? sql`not p.is_staff` : sql`true`),
    ...common(filter, timeZone, after),
  ].filter((part): part is SQL => Boolean(part))
  return tx.execute<ActivityRow>(sql`
    select a.id, a.at::text, a.verb, a.details, a.person_id as "personId", ${nameOf('p')} as "personName",
      coalesce(p.is_staff, false) as "isStaff",
      coalesce(${nameOf('o')}, n.facts ->> 'email') as "objectName",
      r.number::float8 as "requestNumber", r.kind as "requestKind", r.requested_by as "requestedBy",
      n.facts ->> 'network' as network, c.customer_number as "customerNumber"
    from activity a
    join customers c on c.id = a.customer_id
    left join people p on p.id = a.person_id
    left join people o on o.id = case when a.object_kind = 'person' then a.object_id::uuid end
    left join requests r on r.customer_id = a.customer_id and r.id = a.request_id
    left join activity_particulars n on n.customer_id = a.customer_id and n.activity_id = a.id
    ${where.length > 0 ? sql`where ${sql.join(where, sql` and `)}` : sql``}
    order by a.at desc, a.id desc
    limit ${size + 1}`)
}

/** What a person did to their own account, latest first, and one row more than a page. */
export async function listPersonActivity(
  db: Db,
  personId: string,
  { filter, timeZone, after, size = pageSize }: Asked,
): Promise<ActivityRow[]> {
  if (filter.text) return []
  const where = [sql`a.person_id = ${personId}`, ...common(filter, timeZone, after)]
  return db.execute<ActivityRow>(sql`
    select a.id, a.at::text, a.verb, a.details, a.person_id as "personId", null as "personName",
      false as "isStaff", null as "objectName", null::float8 as "requestNumber",
      nullif(a.network, '') as network, null as "customerNumber"
    from person_activity a
    where ${sql.join(where, sql` and `)}
    order by a.at desc, a.id desc
    limit ${size + 1}`)
}

/**
 * What was done to the counter itself, and at the desk for no company, latest first, and one row more than a page.
 * `details` holds the particulars too. `personId`: only what they did.
 */
export async function listPublisherActivity(
  db: Db,
  { filter, timeZone, after, size = pageSize }: Asked,
  personId?: string,
): Promise<ActivityRow[]> {
  if (filter.customer) return []
  const pattern = containing(filter.text)
  const where = [
    personId && sql`a.person_id = ${personId}`,
    filter.text &&
      sql`(${about(filter.text, sql`true`)} or a.object_id ilike ${pattern} or n.facts ->> 'operator' ilike ${pattern})`,
    ...common(filter, timeZone, after),
  ].filter((part): part is SQL => Boolean(part))
  return db.execute<ActivityRow>(sql`
    select a.id, a.at::text, a.verb, a.details || coalesce(n.facts, '{}') as details, a.person_id as "personId",
      ${nameOf('p')} as "personName", coalesce(p.is_staff, false) as "isStaff",
      coalesce(${nameOf('o')}, a.object_id) as "objectName", null::float8 as "requestNumber",
      n.facts ->> 'network' as network, null as "customerNumber", a.person_id is null as "isCommand"
    from publisher_activity a
    left join people p on p.id = a.person_id
    left join people o on o.id = case when a.object_kind = 'person' then a.object_id::uuid end
    left join publisher_activity_particulars n on n.seq = a.seq
    ${where.length > 0 ? sql`where ${sql.join(where, sql` and `)}` : sql``}
    order by a.at desc, a.id desc
    limit ${size + 1}`)
}

function common(filter: ActivityFilter, timeZone: string, after: ActivityKey | undefined): SQL[] {
  const midnight = (day: string) => sql`(${day}::date)::timestamp at time zone ${timeZone}::text`
  return [
    filter.about && sql`a.verb like ${`${filter.about}.%`}`,
    filter.from && sql`a.at >= ${midnight(filter.from)}`,
    filter.to && sql`a.at < (${filter.to}::date + 1)::timestamp at time zone ${timeZone}::text`,
    after && sql`(a.at, a.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
  ].filter((part): part is SQL => Boolean(part))
}

/** `isNamed`: whose names the reader sees; customers do not find by name who of the desk's people acted. */
function about(typed: string, isNamed: SQL): SQL {
  const pattern = containing(typed)
  return sql`(${isNamed} and (${isCalled(sql`p.name`, typed)} or p.email ilike ${pattern})
    or ${isCalled(sql`o.name`, typed)} or o.email ilike ${pattern} or n.facts ->> 'email' ilike ${pattern})`
}

function nameOf(alias: 'p' | 'o'): SQL {
  const person = sql.raw(alias)
  return sql`coalesce(nullif(${person}.name, ''), ${person}.email)`
}
