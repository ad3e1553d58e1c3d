import { and, desc, eq, gt, isNull, ne, or, sql } from 'drizzle-orm'
import { recordPersonActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { queuePersonMail } from '../mail/outbox.ts'
import { emailChanges, people } from '../schema.ts'
import { hashOf, newToken } from '../sign-in/one-time-token.ts'
import { endPasswordLinks } from '../sign-in/set-password.ts'
import { isLocale, type Locale } from '../web/i18n.ts'

/** How long the links to the two addresses are good. */
export const changeHours = 24

export type EmailChange = typeof emailChanges.$inferSelect
export type Side = 'old' | 'new'
type Teller = { publisher: string; locale: Locale }

/**
 * Asks for another address: a link goes to each of the two. One that belongs to somebody is told so itself, and nobody
 * else is. A change that was asked for before and is not done is called off.
 */
export async function askEmailChange(
  tx: Db,
  { personId, newEmail, publisher, locale }: Teller & { personId: string; newEmail: string },
): Promise<void> {
  const [person] = await tx.select().from(people).where(eq(people.id, personId)).for('update')
  await cancelEmailChanges(tx, personId)
  const [holder] = await tx
    .select({ language: people.language })
    .from(people)
    .where(and(eq(people.email, newEmail), ne(people.id, personId)))
  const [oldLink, newLink] = [newToken(), newToken()]
  await tx.insert(emailChanges).values({
    id: newId(),
    personId,
    oldEmail: person!.email,
    newEmail,
    oldTokenHash: oldLink.hash,
    newTokenHash: newLink.hash,
    expiresAt: sql`now() + make_interval(hours => ${changeHours})`,
  })
  const language = isLocale(person!.language) ? person!.language : locale
  await queuePersonMail(tx, {
    personId,
    to: person!.email,
    language,
    template: 'email-change-old',
    params: { publisher, newEmail, token: oldLink.token },
  })
  // Not yet known to be theirs: no name in it.
  await queuePersonMail(tx, {
    personId: null,
    to: newEmail,
    language: isLocale(holder?.language) ? holder.language : language,
    template: holder ? 'email-change-taken' : 'email-change-new',
    params: holder ? { publisher } : { publisher, token: newLink.token },
  })
  await recordPersonActivity(tx, { personId, verb: 'account.email-change-asked' })
}

/** The change that waits for its confirmations, if there is one. */
export async function findWaitingChange(db: Db, personId: string): Promise<EmailChange | undefined> {
  const [change] = await db
    .select()
    .from(emailChanges)
    .where(and(eq(emailChanges.personId, personId), isWaiting()))
    .orderBy(desc(emailChanges.createdAt))
    .limit(1)
  return change
}

/** The change of a link, as it stands, and which of the two addresses the link went to. Throws NotFound. */
export async function findLinkedChange(db: Db, token: string): Promise<{ change: EmailChange; side: Side }> {
  const hash = hashOf(token)
  const [change] = await db
    .select()
    .from(emailChanges)
    .where(
      and(
        or(eq(emailChanges.oldTokenHash, hash), eq(emailChanges.newTokenHash, hash)),
        gt(emailChanges.expiresAt, sql`now()`),
      ),
    )
  if (!change) throw new NotFound()
  return { change, side: change.oldTokenHash === hash ? 'old' : 'new' }
}

/**
 * One of the two addresses confirms; with the second the change is done, and both are told. One that has got an
 * account of its own meanwhile stays with that: the change is called off. Throws NotFound where it no longer waits.
 */
export async function confirmEmailChange(tx: Db, token: string, teller: Teller): Promise<void> {
  const { change, side } = await findLinkedChange(tx, token)
  // The person first, as everywhere: two confirmations at once wait for each other here.
  const [person] = await tx.select().from(people).where(eq(people.id, change.personId)).for('update')
  const [confirmed] = await tx
    .update(emailChanges)
    .set(
      side === 'old'
        ? { oldConfirmedAt: sql`coalesce(${emailChanges.oldConfirmedAt}, now())` }
        : { newConfirmedAt: sql`coalesce(${emailChanges.newConfirmedAt}, now())` },
    )
    .where(and(eq(emailChanges.id, change.id), isWaiting()))
    .returning()
  // The same link from two windows: the second finds it done.
  if (!confirmed && (await findLinkedChange(tx, token)).change.doneAt) return
  if (!confirmed || person!.deletedAt || person!.email !== confirmed.oldEmail) throw new NotFound()
  if (!confirmed.oldConfirmedAt || !confirmed.newConfirmedAt) return
  await finishEmailChange(tx, confirmed, { ...teller, language: person!.language })
}

async function finishEmailChange(
  tx: Db,
  { id, personId, oldEmail, newEmail }: EmailChange,
  { publisher, locale, language }: Teller & { language: string | null },
): Promise<void> {
  const [holder] = await tx.select({ id: people.id }).from(people).where(eq(people.email, newEmail))
  if (holder) {
    await cancelEmailChanges(tx, personId)
    return
  }
  await tx.update(people).set({ email: newEmail }).where(eq(people.id, personId))
  await tx.update(emailChanges).set({ doneAt: sql`now()` }).where(eq(emailChanges.id, id))
  await endPasswordLinks(tx, personId)
  for (const to of [oldEmail, newEmail]) {
    await queuePersonMail(tx, {
      personId,
      to,
      language: isLocale(language) ? language : locale,
      template: 'email-changed',
      params: { publisher, oldEmail, newEmail },
    })
  }
  await recordPersonActivity(tx, { personId, verb: 'account.email-changed' })
}

/** Calls off whatever change of this person is not done yet. */
export async function cancelEmailChanges(tx: Db, personId: string): Promise<void> {
  await tx
    .update(emailChanges)
    .set({ cancelledAt: sql`now()` })
    .where(
      and(eq(emailChanges.personId, personId), isNull(emailChanges.doneAt), isNull(emailChanges.cancelledAt)),
    )
}

function isWaiting() {
  return and(
    isNull(emailChanges.doneAt),
    isNull(emailChanges.cancelledAt),
    gt(emailChanges.expiresAt, sql`now()`),
  )
}
