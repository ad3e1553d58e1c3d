import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict } from '../errors.ts'
import { queueMail } from '../mail/outbox.ts'
import { recordEvent, recordRequest } from '../requests/record.ts'
import { jsonRows, uuidArray } from '../sql.ts'
import { listAbleSupervisors } from './asked.ts'
import type { StoredChange } from './change.ts'
import { lockCompany } from './members.ts'

type Opening = { customerId: string /** Null: the counter itself, once a year. */; by: string | null }

/**
 * Opens the yearly review: a line for everyone of the company, and a mail to each supervisor. One is open at a time:
 * asked for again it is the same. Undefined where the company has no supervisor who could do it.
 */
export async function openReview(tx: Db, { customerId, by }: Opening): Promise<number | undefined> {
  await lockCompany(tx, customerId)
  const open = await findOpenReview(tx, customerId)
  if (open) return open.number
  const supervisors = await listAbleSupervisors(tx, customerId)
  const personId = by ?? supervisors[0]
  if (!personId) return undefined
  const details = { opened: by ? 'supervisor' : 'counter', reminded: 0 }
  const kind = 'yearly-review'
  const request = await recordRequest(tx, { customerId, kind, status: 'submitted', personId, details })
  await tx.execute(sql`
    insert into review_lines (customer_id, request_id, person_id)
    select customer_id, ${request.id}::uuid, person_id from associations where customer_id = ${customerId}`)
  await recordActivity(tx, {
    customerId,
    personId: by,
    verb: 'review.opened',
    objectKind: 'request',
    objectId: request.id,
    requestId: request.id,
  })
  for (const supervisor of supervisors) {
    const params = { number: request.number, reminder: 0 }
    await queueMail(tx, { customerId, personId: supervisor, template: 'review-open', params })
  }
  return request.number
}

export type Review = { id: string; number: number; createdAt: string; reminded: number }

export async function findOpenReview(tx: Db, customerId: string): Promise<Review | undefined> {
  const [open] = await tx.execute<Omit<Review, 'number'> & { number: string }>(sql`
    select id, number, created_at as "createdAt", coalesce((details ->> 'reminded')::int, 0) as reminded
    from requests where customer_id = ${customerId} and kind = 'yearly-review'
      and status in ('submitted', 'in-review', 'needs-information')
    order by id limit 1`)
  return open && { ...open, number: Number(open.number) }
}

type Reviewing = { customerId: string; by: string; changes: StoredChange[] }

/** Whoever is changed or removed while a review is open has been looked at. */
export async function markReviewed(tx: Db, { customerId, by, changes }: Reviewing): Promise<void> {
  const open = await findOpenReview(tx, customerId)
  if (!open) return
  const rows = changes.map(({ personId, after }) => ({ personId, decision: after ? 'changed' : 'removed' }))
  await tx.execute(sql`
    update review_lines l set decision = g.decision, decided_by = ${by}::uuid, decided_at = now()
    from jsonb_to_recordset(${jsonRows(rows)}) as g ("personId" uuid, decision text)
    where l.customer_id = ${customerId} and l.request_id = ${open.id} and l.person_id = g."personId"`)
}

type Keeping = { customerId: string; requestId: string; by: string; personIds: string[] }

/** Confirms that these people keep what they hold. Those decided before stay as they were. */
export async function keepAsIs(tx: Db, { customerId, requestId, by, personIds }: Keeping): Promise<number> {
  const kept = await tx.execute(sql`
    update review_lines l set decision = 'kept', decided_by = ${by}::uuid, decided_at = now()
    where l.customer_id = ${customerId} and l.request_id = ${requestId} and l.decision is null
      and l.person_id = any(${uuidArray(personIds)})
      and exists (select from requests r where r.customer_id = ${customerId} and r.id = ${requestId}
        and r.status in ('submitted', 'in-review', 'needs-information'))
    returning l.person_id`)
  return kept.length
}

/** How many lines of a review are still to be decided; people who have left meanwhile are not. */
export async function countUndecided(tx: Db, customerId: string, requestId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from review_lines l
    join associations a on a.customer_id = l.customer_id and a.person_id = l.person_id
    where l.customer_id = ${customerId} and l.request_id = ${requestId} and l.decision is null`)
  return row!.count
}

/** Ends a review of which every line is decided; Conflict where one is not, or it has ended. */
export async function finishReview(
  tx: Db,
  { customerId, requestId, by }: { customerId: string; requestId: string; by: string },
): Promise<void> {
  const left = await countUndecided(tx, customerId, requestId)
  if (left > 0) throw new Conflict('privileges.review.undecided', { count: left })
  const ended = await tx.execute(sql`
    update requests set status = 'completed', completed_at = now()
    where customer_id = ${customerId} and id = ${requestId} and kind = 'yearly-review'
      and status in ('submitted', 'in-review', 'needs-information') returning id`)
  if (ended.length === 0) throw new Conflict('privileges.review.ended')
  await recordEvent(tx, { customerId, requestId, personId: by, kind: 'completed' })
  await recordActivity(tx, {
    customerId,
    personId: by,
    verb: 'review.finished',
    objectKind: 'request',
    objectId: requestId,
    requestId,
  })
}

/** Everyone of a review. */
export async function countLines(tx: Db, customerId: string, requestId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from review_lines where customer_id = ${customerId} and request_id = ${requestId}`)
  return row!.count
}
