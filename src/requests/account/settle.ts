import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { Conflict, NotFound } from '../../errors.ts'
import { sendJob } from '../../jobs/send.ts'
import { queuePersonMail } from '../../mail/outbox.ts'
import { accountRequests, people } from '../../schema.ts'
import { isLocale } from '../../web/i18n.ts'
import { recordAccountEvent } from './record.ts'

type Stored = typeof accountRequests.$inferSelect

export const openStatuses = ['in-review', 'needs-information'] as const

/** The reasons a request may be declined for; words are `requests.reason.<reason>`, of `other` the decider's own. */
export const declineReasons = ['proof', 'unconfirmed', 'duplicate', 'settled', 'other'] as const
export type DeclineReason = (typeof declineReasons)[number]

/** Ends an open request; of two who do it at once one gets a Conflict. */
export async function settle(
  tx: Db,
  id: string,
  status: 'completed' | 'declined' | 'cancelled',
  by: string | null,
): Promise<Stored> {
  const [settled] = await tx
    .update(accountRequests)
    .set({ status, decidedAt: sql`now()`, decidedBy: by, deskSince: null })
    .where(and(eq(accountRequests.id, id), inArray(accountRequests.status, [...openStatuses])))
    .returning()
  if (!settled) throw new Conflict('requests.settledMeanwhile')
  return settled
}

export type Decline = {
  requestId: string
  /** Null: the counter itself, for wrong proof. Who asked is not told which. */
  by: string | null
  reason: DeclineReason
  text: string
}

/** Declines; the person reads the same words and gets the same mail, whoever declined and why. */
export async function declineAccountRequest(
  tx: Db,
  { requestId, by, reason, text }: Decline,
): Promise<Stored> {
  const request = await settle(tx, requestId, 'declined', by)
  const event = {
    requestId,
    personId: by,
    fromDesk: true,
    kind: 'declined',
    text,
    details: { reason },
  } as const
  await recordAccountEvent(tx, event)
  await tellPerson(tx, request, 'account-request-declined', { reason, text })
  return request
}

/** R2: who asked takes it back while it is not settled. */
export async function cancelAccountRequest(tx: Db, requestId: string, personId: string): Promise<void> {
  const request = await settle(tx, requestId, 'cancelled', personId)
  if (request.personId !== personId) throw new NotFound()
  await recordAccountEvent(tx, { requestId, personId, fromDesk: false, kind: 'cancelled' })
}

/** The desk (or a supervisor) needs to know more: it waits for the person. */
export async function askAccountInformation(
  tx: Db,
  { requestId, by, text }: { requestId: string; by: string; text: string },
): Promise<Stored> {
  const [request] = await tx
    .update(accountRequests)
    .set({ status: 'needs-information', deskSince: null })
    .where(and(eq(accountRequests.id, requestId), inArray(accountRequests.status, [...openStatuses])))
    .returning()
  if (!request) throw new Conflict('requests.settledMeanwhile')
  await recordAccountEvent(tx, { requestId, personId: by, fromDesk: true, kind: 'needs-information', text })
  await tellPerson(tx, request, 'account-request-question', { text })
  return request
}

/** What the deciding side writes, at any time; the person gets it by mail. */
export async function writeToPerson(
  tx: Db,
  { requestId, by, text }: { requestId: string; by: string; text: string },
): Promise<Stored> {
  const [request] = await tx
    .update(accountRequests)
    .set({
      deskSince: sql`case when ${accountRequests.status} = 'in-review' then ${accountRequests.deskSince} end`,
    })
    .where(eq(accountRequests.id, requestId))
    .returning()
  if (!request) throw new NotFound()
  await recordAccountEvent(tx, { requestId, personId: by, fromDesk: true, kind: 'message', text })
  await tellPerson(tx, request, 'account-request-message', { text })
  return request
}

/**
 * What the person writes: answers the question that was open, if one was. Whom it concerns is told by a job, so that
 * writing takes the same time whether there are supervisors to tell or not.
 */
export async function writeToDesk(
  tx: Db,
  { requestId, personId, text }: { requestId: string; personId: string; text: string },
): Promise<void> {
  const was = await tx
    .select({ status: accountRequests.status })
    .from(accountRequests)
    .where(and(eq(accountRequests.id, requestId), eq(accountRequests.personId, personId)))
    .for('update')
  const answers = was[0]?.status === 'needs-information'
  if (!was[0]) throw new NotFound()
  await tx
    .update(accountRequests)
    .set({
      ...(answers ? { status: 'in-review' as const } : {}),
      deskSince: sql`case when ${accountRequests.decider} = 'desk' then coalesce(${accountRequests.deskSince}, now()) end`,
    })
    .where(eq(accountRequests.id, requestId))
  const kind = answers ? 'answered' : 'message'
  await recordAccountEvent(tx, { requestId, personId, fromDesk: false, kind, text })
  await sendJob(tx, 'account-requests', { requestId, step: 'tell', text })
}

/** Mail to who asked, at their confirmed address; it belongs to no company, which they may never reach. */
async function tellPerson(
  tx: Db,
  request: Stored,
  template: 'account-request-declined' | 'account-request-question' | 'account-request-message',
  params: Record<string, unknown>,
): Promise<void> {
  const [person] = await tx.select().from(people).where(eq(people.id, request.personId))
  if (!person?.confirmedAt) return
  const language = [person.language, request.details['language']].find(isLocale) ?? 'en'
  const { number, kind } = request
  await queuePersonMail(tx, {
    personId: person.id,
    to: person.email,
    language,
    template,
    params: { number, kind, ...params },
  })
}
