import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { AccountRequestKind } from '../requests/account/record.ts'
import type { RequestKind, RequestStatus } from '../requests/record.ts'
import { requestKinds } from '../requests/status.ts'
import { text } from '../web/forms.ts'
import { pageOf, pageSize, placeIn } from '../web/paging.ts'

/** `desk`: waits for us; `others`: open, and waits for somebody else; `settled`: a person's, decided; `all`. */
export const queueStates = ['desk', 'others', 'settled', 'all'] as const
export const queueAges = [1, 3, 7, 30] as const
export const queueKinds: (RequestKind | AccountRequestKind)[] = [
  'upgrade',
  'name-supervisor',
  ...requestKinds,
]

export type QueueFilter = {
  state: (typeof queueStates)[number]
  kind: RequestKind | AccountRequestKind | undefined
  status: RequestStatus | undefined
  /** At least so many days old. */
  days: number | undefined
  after: string
}

export type QueueRow = {
  id: string
  number: number
  kind: RequestKind | AccountRequestKind
  status: RequestStatus
  createdAt: Date
  /** Since when it waits for the desk. */
  deskSince: Date | null
  personName: string
  email: string
  customerNumber: string | null
  customerName: string | null
  /** What an upgrade asks for, as typed. */
  typed: string | null
}

/** The queue's filter as an address says it; what it does not know counts as not said. */
export function readQueueFilter(query: unknown): QueueFilter {
  const given = query as Record<string, unknown>
  return {
    state: queueStates.find((state) => state === given['state']) ?? 'desk',
    kind: queueKinds.find((kind) => kind === given['kind']),
    status: statuses.find((status) => status === given['status']),
    days: queueAges.find((days) => String(days) === given['days']),
    after: text(given['after']),
  }
}

const statuses: RequestStatus[] = ['in-review', 'needs-information', 'completed', 'declined', 'cancelled']
export const queueStatuses = statuses

/** The address of the same queue, with or without the place where it goes on. */
export function queueHref(filter: QueueFilter, after?: string): string {
  const query = new URLSearchParams()
  if (filter.state !== 'desk') query.set('state', filter.state)
  if (filter.kind) query.set('kind', filter.kind)
  if (filter.status) query.set('status', filter.status)
  if (filter.days) query.set('days', String(filter.days))
  if (after) query.set('after', after)
  return query.size > 0 ? `/desk?${query}` : '/desk'
}

type Stored = Omit<QueueRow, 'number' | 'createdAt' | 'deskSince'> & {
  number: string
  createdAt: string
  deskSince: string | null
  at: string
}

/**
 * What people asked for, across all customers, a page at a time: what waits for the desk longest first, else latest
 * first. For the desk (forDesk).
 */
export async function listQueue(
  tx: Db,
  filter: QueueFilter,
  size = pageSize,
): Promise<{ rows: QueueRow[]; next?: string }> {
  const rows = await tx.execute<Stored>(sql`
    select q.id, q.number::text as number, q.kind, q.status, q."createdAt"::text as "createdAt",
      q."deskSince"::text as "deskSince", q."personName", q.email, q."customerNumber", q."customerName", q.typed,
      q.at::text as at
    from (${branch(filter, 'account', size)} union all ${branch(filter, 'company', size)}) q
    order by q.at ${direction(filter)}, q.id ${direction(filter)} limit ${size + 1}`)
  const page = pageOf([...rows], (row) => [row.at, row.id], size)
  const asRow = ({ at: _, ...row }: Stored): QueueRow => ({
    ...row,
    number: Number(row.number),
    createdAt: new Date(row.createdAt),
    deskSince: row.deskSince === null ? null : new Date(row.deskSince),
  })
  return { ...page, rows: page.rows.map(asRow) }
}

function direction({ state }: QueueFilter): SQL {
  return state === 'desk' ? sql`asc` : sql`desc`
}

/** Requests before any customer, or those of companies: each sorted and cut by itself, so that indexes serve. */
function branch(filter: QueueFilter, origin: 'account' | 'company', size: number): SQL {
  const isAccount = origin === 'account'
  const at = filter.state === 'desk' ? sql`r.desk_since` : sql`r.created_at`
  const table = isAccount ? sql`account_requests` : sql`requests`
  const person = isAccount ? sql`r.person_id` : sql`r.requested_by`
  const typed = isAccount ? sql`r.details ->> 'customerNumber'` : sql`null::text`
  return sql`(
    select r.id, r.number, r.kind, r.status, r.created_at as "createdAt", r.desk_since as "deskSince", coalesce(nullif(p.name, ''), p.email) as "personName", p.email,
      c.customer_number as "customerNumber", c.name as "customerName", ${typed} as typed, ${at} as at
    from ${table} r
    join people p on p.id = ${person}
    left join customers c on c.id = r.customer_id
    where ${sql.join(conditions(filter, origin, at), sql` and `)}
    order by ${at} ${direction(filter)}, r.id ${direction(filter)} limit ${size + 1})`
}

const isOpen = sql`r.status in ('submitted', 'in-review', 'needs-information')`

function conditions(filter: QueueFilter, origin: 'account' | 'company', at: SQL): SQL[] {
  const { state, kind, status, days } = filter
  const cursor = placeIn(filter.after)
  const inState: Record<QueueFilter['state'], SQL> = {
    desk: sql`r.desk_since is not null`,
    others: sql`r.desk_since is null and ${isOpen}`,
    settled: origin === 'account' ? sql`not ${isOpen}` : sql`false`,
    // What companies' tools did by themselves is found by its number.
    all: origin === 'account' ? sql`true` : sql`(r.desk_since is not null or ${isOpen})`,
  }
  return [
    inState[state],
    ...(kind ? [sql`r.kind = ${kind}`] : []),
    ...(status ? [sql`r.status = ${status}`] : []),
    ...(days ? [sql`${at} <= now() - make_interval(days => ${days}::int)`] : []),
    ...(cursor
      ? [
          sql`(${at}, r.id) ${state === 'desk' ? sql`>` : sql`<`} (${cursor[0]}::timestamptz, ${cursor[1]}::uuid)`,
        ]
      : []),
  ]
}

/** How many requests wait for the desk. */
export async function countQueue(tx: Db): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select ((select count(*) from account_requests where desk_since is not null)
          + (select count(*) from requests where desk_since is not null))::int as count`)
  return row!.count
}
