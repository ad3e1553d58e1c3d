import { and, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { prepared } from '../database/prepared.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { people, requests } from '../schema.ts'
import { containing, isCalled } from '../sql.ts'
import { pageOf, pageSize, placeIn } from '../web/paging.ts'
import type { RequestKind, RequestStatus } from './record.ts'
import { isVisible, type Scope } from './scope.ts'

export type RequestFilter = {
  scope: Scope
  /** Only the person's own. */
  mine?: boolean
  kind?: RequestKind | undefined
  status?: RequestStatus | undefined
  /** Part of a number, of a host's label, of a product or of the name of who asked. */
  text?: string
  /** Where the page before ended. */
  after?: string | undefined
  size?: number
}

/** What a request is about, for a line of a list: licenses, and the hosts they sit on or whose packs it gives. */
type Subject = { quantity: number; hosts: number; label: string | null }

export type RequestRow = {
  id: string
  number: number
  kind: RequestKind
  status: RequestStatus
  createdAt: Date
  requestedBy: string
  personName: string
  subject: Subject
}

/** Requests the person may see, latest first, a page at a time (`next` is the cursor of the page that follows). */
export async function listRequests(
  tx: Db,
  customerId: string,
  filter: RequestFilter,
): Promise<{ rows: RequestRow[]; next?: string }> {
  const size = filter.size ?? pageSize
  const found = await tx
    .select({ ...columns, subject, at: sql<string>`${requests.createdAt}::text` })
    .from(requests)
    .innerJoin(people, eq(people.id, requests.requestedBy))
    .where(and(eq(requests.customerId, customerId), ...conditions(customerId, filter)))
    .orderBy(desc(requests.createdAt), desc(requests.id))
    .limit(size + 1)
  return pageOf(found, (row) => [row.at, row.id], size)
}

/** How many requests the person may see that fit. */
export async function countRequests(tx: Db, customerId: string, filter: RequestFilter): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(requests)
    .innerJoin(people, eq(people.id, requests.requestedBy))
    .where(and(eq(requests.customerId, customerId), ...conditions(customerId, filter)))
  return row!.count
}

/** Throws NotFound where the company has no request of that number. */
export async function findRequest(tx: Db, customerId: string, number: number) {
  const [request] = await selectRequest(tx, { customerId, number })
  if (!request) throw new NotFound()
  return request
}

export type FoundRequest = Awaited<ReturnType<typeof findRequest>>

/** Which of these companies has the request of that number: their IDs (a number is of one at most). */
export async function listOwners(tx: Db, customerIds: string[], number: number): Promise<string[]> {
  const found = await tx
    .select({ customerId: requests.customerId })
    .from(requests)
    .where(and(inArray(requests.customerId, customerIds), eq(requests.number, number)))
    .orderBy(asc(requests.customerId))
  return found.map((row) => row.customerId)
}

const columns = {
  id: requests.id,
  number: requests.number,
  kind: requests.kind,
  status: requests.status,
  createdAt: requests.createdAt,
  requestedBy: requests.requestedBy,
  personName: sql<string>`coalesce(nullif(${people.name}, ''), ${people.email})`,
}

const selectRequest = prepared(['customerId', 'number'], (db, value) =>
  db
    .select({
      ...columns,
      planId: requests.planId,
      details: requests.details,
      completedAt: requests.completedAt,
    })
    .from(requests)
    .innerJoin(people, eq(people.id, requests.requestedBy))
    .where(and(eq(requests.customerId, value.customerId), eq(requests.number, value.number)))
    .prepare(''),
)

/** The host that a request without a plan is about. */
const aboutHost = sql`(case when ${requests.kind} in ('decommission', 'recommission', 'update-contacts')
  then (${requests.details} ->> 'hostId')::uuid end)`

/** A return without a plan: the end of temporary licenses. */
const tookBack = sql`(${requests.kind} = 'return' and ${requests.planId} is null)`

const subject = sql<Subject>`(
  select json_build_object('quantity', coalesce(sum(touched.quantity), 0), 'hosts', count(distinct touched.host_id),
    'label', min(hosts.label))
  from (
    select quantity, coalesce(to_host_id, from_host_id) as host_id from plan_lines
    where customer_id = ${requests.customerId} and plan_id = ${requests.planId}
    union all
    select 0, ${aboutHost} where ${aboutHost} is not null and ${requests.planId} is null
    union all
    select 0, host_id from request_packs
    where customer_id = ${requests.customerId} and request_id = ${requests.id} and ${requests.planId} is null
  ) touched
  left join hosts on hosts.customer_id = ${requests.customerId} and hosts.id = touched.host_id)`

function conditions(
  customerId: string,
  { scope, mine, kind, status, text, after }: RequestFilter,
): (SQL | undefined)[] {
  const cursor = placeIn(after)
  return [
    mine ? eq(requests.requestedBy, scope.personId) : isVisible(scope),
    kind && eq(requests.kind, kind),
    status && eq(requests.status, status),
    text ? mentions(customerId, text) : undefined,
    cursor && sql`(${requests.createdAt}, ${requests.id}) < (${cursor[0]}::timestamptz, ${cursor[1]}::uuid)`,
  ]
}

// What it is about is worked out once for the company and not for each request. `is true` has the planner look each
// one up in the list of what was found.
function mentions(customerId: string, text: string): SQL {
  const like = containing(text)
  const digits = text.replace(/[\s\-.]/g, '')
  const part = /^\d+$/.test(digits) ? `%${digits}%` : null
  const called = sql`select h.id from hosts h where h.customer_id = ${customerId} and ${isCalled(sql`h.label`, text)}`
  const product = sql`
    select e.id from products p join entitlements e on e.customer_id = ${customerId} and e.product_id = p.id
    where ${isCalled(sql`p.name`, text)} or p.part_number ilike ${like}`
  return sql`(${isCalled(people.name, text)} or ${people.email} ilike ${like}
    or ${requests.number}::text like ${part}
    or (${requests.planId} in (
      select l.plan_id from plan_lines l
      where l.customer_id = ${customerId} and (
        (l.entitlement_id in (${product})) is true
        or (l.from_host_id in (${called})) is true or (l.to_host_id in (${called})) is true))) is true
    or (${requests.id} in (
      select r.request_id from request_packs r
      where r.customer_id = ${customerId} and (r.host_id in (${called})) is true)) is true
    or (${aboutHost} in (${called})) is true
    or ${tookBack} and exists (
      select from transfers t
      where t.customer_id = ${customerId} and t.request_id = ${requests.id} and t.entitlement_id in (${product})))`
}
