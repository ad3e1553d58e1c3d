import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { isId } from '../ids.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'
import { fits, giver, type HeldRow } from './people.ts'
import type { PeopleFilter } from './people-filter.ts'

export type ReviewLine = {
  id: string
  name: string
  email: string
  decision: 'kept' | 'changed' | 'removed' | null
  decidedAt: string | null
  decidedBy: string | null
  /** Of the company still. */
  isMember: boolean
  lastSignedInAt: string | null
  privileges: HeldRow[]
  sortName: string
}

export type ReviewFilter = PeopleFilter & { show: 'open' | 'decided' }

const sortName = sql`lower(coalesce(nullif(p.name, ''), p.email))`

/** People of a review, by name, a page at a time; with what each holds today. */
export async function listReviewLines(
  tx: Db,
  customerId: string,
  requestId: string,
  filter: ReviewFilter,
  today: string,
): Promise<{ rows: ReviewLine[]; next?: string }> {
  const [name, id] = decodeCursor(filter.after, 2) ?? []
  const place =
    typeof name === 'string' && isId(id) ? sql`and (${sortName}, p.id) > (${name}, ${id}::uuid)` : sql``
  const rows = await tx.execute<ReviewLine & Record<string, unknown>>(sql`
    select p.id, p.name, p.email, l.decision, l.decided_at as "decidedAt",
      (select coalesce(nullif(d.name, ''), d.email) from people d where d.id = l.decided_by) as "decidedBy",
      a.person_id is not null as "isMember", p.last_signed_in_at as "lastSignedInAt", ${sortName} as "sortName",
      coalesce((select json_agg(json_build_object('privilege', h.privilege, 'since', h.granted_at, 'until', h.until,
          'isKept', h.is_kept, 'by', ${giver})
          order by array_position(array['supervisor', 'licensing', 'reporting'], h.privilege))
        from privileges h left join people g on g.id = h.granted_by
        where h.customer_id = l.customer_id and h.person_id = l.person_id
          and (h.until is null or h.until >= ${today}::date)), '[]') as privileges
    ${linesOf(customerId, requestId, filter, today)} ${place}
    order by ${sortName}, p.id limit ${pageSize + 1}`)
  return pageOf(rows, (row) => [row.sortName, row.id])
}

/** How many of them there are. */
export async function countReviewLines(
  tx: Db,
  customerId: string,
  requestId: string,
  filter: ReviewFilter,
  today: string,
): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count ${linesOf(customerId, requestId, filter, today)}`)
  return row!.count
}

function linesOf(customerId: string, requestId: string, filter: ReviewFilter, today: string): SQL {
  const which =
    filter.show === 'open'
      ? sql`l.decision is null and a.person_id is not null`
      : sql`(l.decision is not null or a.person_id is null)`
  return sql`
    from review_lines l
    join people p on p.id = l.person_id
    left join associations a on a.customer_id = l.customer_id and a.person_id = l.person_id
    where l.customer_id = ${customerId} and l.request_id = ${requestId} and ${which} ${fits(filter, today)}`
}
