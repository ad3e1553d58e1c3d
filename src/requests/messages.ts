import { and, eq, inArray, sql } from 'drizzle-orm'
import { prepared } from '../database/prepared.ts'
import type { Db } from '../db.ts'
import { Conflict } from '../errors.ts'
import { newId } from '../ids.ts'
import { queueMail } from '../mail/outbox.ts'
import { tellDesk } from '../mail/tell-desk.ts'
import { people, requestMessages, requests } from '../schema.ts'
import type { DeclineReason } from './account/settle.ts'
import type { FoundRequest } from './queries.ts'
import { recordEvent } from './record.ts'

export const openRequestStatuses = ['submitted', 'in-review', 'needs-information'] as const

type Of = { customerId: string; request: Pick<FoundRequest, 'id' | 'number' | 'kind' | 'requestedBy'> }

/** What was written about a request of a company, oldest first. */
export function listMessages(tx: Db, customerId: string, requestId: string) {
  return selectMessages(tx, { customerId, requestId })
}

const selectMessages = prepared(['customerId', 'requestId'], (db, value) =>
  db
    .select({
      id: requestMessages.id,
      at: requestMessages.at,
      fromDesk: requestMessages.fromDesk,
      text: requestMessages.text,
      personName: sql<string>`coalesce(nullif(${people.name}, ''), ${people.email})`,
    })
    .from(requestMessages)
    .innerJoin(people, eq(people.id, requestMessages.personId))
    .where(
      and(eq(requestMessages.customerId, value.customerId), eq(requestMessages.requestId, value.requestId)),
    )
    .orderBy(requestMessages.at, requestMessages.id)
    .prepare(''),
)

/**
 * A person of the company writes to the desk. What answers an open question puts the request back in review. The
 * desk is told by mail; the request then waits for it.
 */
export async function writeFromCompany(
  tx: Db,
  { customerId, request, by, text }: Of & { by: { id: string; name: string }; text: string },
): Promise<void> {
  const [was] = await tx
    .select({ status: requests.status })
    .from(requests)
    .where(isOne(customerId, request.id))
    .for('update')
  const answers = was!.status === 'needs-information'
  await tx
    .update(requests)
    .set({
      ...(answers ? { status: 'in-review' as const } : {}),
      deskSince: sql`coalesce(desk_since, now())`,
    })
    .where(isOne(customerId, request.id))
  if (answers) await recordEvent(tx, { customerId, requestId: request.id, personId: by.id, kind: 'answered' })
  await insert(tx, { customerId, requestId: request.id, personId: by.id, fromDesk: false, text })
  await tellDesk(tx, 'desk-message', { number: request.number, kind: request.kind, name: by.name, text })
}

/** The desk writes; who asked is told by mail. A plan that waits for the desk to decide goes on waiting for it. */
export async function writeFromDesk(
  tx: Db,
  { customerId, request, by, text }: Of & { by: string; text: string },
): Promise<void> {
  const decides = sql`status = 'in-review' and plan_id is not null and colleague_since is null`
  await tx
    .update(requests)
    .set({ deskSince: sql`case when ${decides} then desk_since end` })
    .where(isOne(customerId, request.id))
  await insert(tx, { customerId, requestId: request.id, personId: by, fromDesk: true, text })
  await tell(tx, { customerId, request }, 'request-message', { text })
}

/** The desk needs to know more: the request waits for who asked. Throws Conflict where it is settled. */
export async function askInformation(
  tx: Db,
  { customerId, request, by, text }: Of & { by: string; text: string },
): Promise<void> {
  await change(tx, customerId, request.id, { status: 'needs-information' })
  await recordEvent(tx, { customerId, requestId: request.id, personId: by, kind: 'needs-information' })
  await insert(tx, { customerId, requestId: request.id, personId: by, fromDesk: true, text })
  await tell(tx, { customerId, request }, 'request-question', { text })
}

/** The desk declines a request of a company, with a reason. Throws Conflict where it is settled. */
export async function declineRequest(
  tx: Db,
  { customerId, request, by, reason, text }: Of & { by: string; reason: DeclineReason; text: string },
): Promise<void> {
  await change(tx, customerId, request.id, { status: 'declined', completedAt: new Date() })
  const details = { reason, text }
  await recordEvent(tx, { customerId, requestId: request.id, personId: by, kind: 'declined', details })
  await tell(tx, { customerId, request }, 'request-declined', { reason, text })
}

/**
 * Whether there is somebody who may take it back: the yearly review that the counter opened stands in a supervisor's name
 * and is nobody's to call off; the night after would open it again.
 */
export function mayBeCancelled({ kind, details }: Pick<FoundRequest, 'kind' | 'details'>): boolean {
  return kind !== 'yearly-review' || details['opened'] !== 'counter'
}

/** Who asked takes it back while it is not completed. Throws Conflict where it is settled. */
export async function cancelRequest(tx: Db, { customerId, request, by }: Of & { by: string }): Promise<void> {
  await change(tx, customerId, request.id, { status: 'cancelled', completedAt: new Date() })
  await recordEvent(tx, { customerId, requestId: request.id, personId: by, kind: 'cancelled' })
}

async function change(
  tx: Db,
  customerId: string,
  requestId: string,
  to: Partial<typeof requests.$inferInsert>,
): Promise<void> {
  const changed = await tx
    .update(requests)
    .set({ ...to, deskSince: null, ...(to.completedAt ? { colleagueSince: null } : {}) })
    .where(and(isOne(customerId, requestId), inArray(requests.status, [...openRequestStatuses])))
    .returning({ id: requests.id })
  if (changed.length === 0) throw new Conflict('requests.settledMeanwhile')
}

async function insert(tx: Db, message: Omit<typeof requestMessages.$inferInsert, 'id'>): Promise<void> {
  await tx.insert(requestMessages).values({ id: newId(), ...message })
}

async function tell(
  tx: Db,
  { customerId, request }: Of,
  template: 'request-declined' | 'request-question' | 'request-message',
  params: Record<string, unknown>,
): Promise<void> {
  const { number, kind, requestedBy: personId } = request
  await queueMail(tx, { customerId, personId, template, params: { number, kind, ...params } })
}

function isOne(customerId: string, requestId: string) {
  return and(eq(requests.customerId, customerId), eq(requests.id, requestId))
}
