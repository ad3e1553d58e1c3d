import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { requestEvents, requests } from '../schema.ts'
import { requestNumberFromSequence } from './number.ts'

export type RequestKind = (typeof requests.$inferSelect)['kind']
export type RequestStatus = (typeof requests.$inferSelect)['status']
type EventKind = (typeof requestEvents.$inferSelect)['kind']

export type NewRequest = {
  customerId: string
  kind: RequestKind
  status: RequestStatus
  personId: string
  planId?: string | null
  details?: Record<string, unknown>
}

/** The next request number of the publisher; given once. */
export async function nextRequestNumber(tx: Db): Promise<number> {
  const [next] = await tx.execute<{ value: string }>(sql`select nextval('request_sequence') as value`)
  return requestNumberFromSequence(Number(next!.value))
}

/**
 * R2: files what a tool was asked to do under the next request number, with its first events. A number taken by a
 * transaction that is rolled back is not given again.
 */
export async function recordRequest(tx: Db, asked: NewRequest): Promise<{ id: string; number: number }> {
  const { customerId, kind, status, personId, planId = null, details = {} } = asked
  const number = await nextRequestNumber(tx)
  const id = newId()
  const completedAt = status === 'completed' ? new Date() : null
  await tx
    .insert(requests)
    .values({ customerId, id, number, kind, status, requestedBy: personId, planId, details, completedAt })
  await recordEvent(tx, { customerId, requestId: id, personId, kind: 'submitted' })
  if (status === 'completed')
    await recordEvent(tx, { customerId, requestId: id, personId: null, kind: 'completed' })
  return { id, number }
}

export type NewEvent = {
  customerId: string
  requestId: string
  /** Null: the counter itself. */
  personId: string | null
  kind: EventKind
  details?: Record<string, unknown>
}

/** Adds what happened to a request's timeline. */
export async function recordEvent(tx: Db, event: NewEvent): Promise<void> {
  await tx.insert(requestEvents).values({ id: newId(), ...event, details: event.details ?? {} })
}
