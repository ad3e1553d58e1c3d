import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import { recordPersonActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict } from '../errors.ts'
import { queuePersonMail } from '../mail/outbox.ts'
import { passwordLinks, people, sessions } from '../schema.ts'
import { isLocale, type Locale } from '../web/i18n.ts'

type Change = {
  personId: string
  passwordHash: string
  /** The session that stays: of who changes it while signed in. */
  keep?: string
  /** The hash that is replaced; where it is another by now, somebody else has changed it. */
  instead?: string
  publisher: string
  locale: Locale
}

/**
 * Sets a password: the address counts as confirmed, every other session ends, links that were mailed before are dead,
 * and the person is told by mail. Throws Conflict where `instead` is no longer the hash, or the account is deleted.
 */
export async function setPassword(tx: Db, change: Change): Promise<typeof people.$inferSelect> {
  const { personId, passwordHash, keep, instead, publisher, locale } = change
  const [before] = await tx.select().from(people).where(eq(people.id, personId)).for('update')
  if (!before || before.deletedAt || (instead !== undefined && before.passwordHash !== instead)) {
    throw new Conflict('accounts.passwordMeanwhile')
  }
  const [person] = await tx
    .update(people)
    .set({ passwordHash, confirmedAt: sql`coalesce(${people.confirmedAt}, now())` })
    .where(eq(people.id, personId))
    .returning()
  await endSessions(tx, personId, keep)
  await endPasswordLinks(tx, personId)
  await recordPersonActivity(tx, { personId, verb: 'account.password-changed' })
  if (before.passwordHash) {
    await queuePersonMail(tx, {
      personId,
      to: before.email,
      language: isLocale(before.language) ? before.language : locale,
      template: 'password-changed',
      params: { publisher },
    })
  }
  return person!
}

/** Ends all sessions of a person, but the one with that hash. */
export async function endSessions(tx: Db, personId: string, keep?: string): Promise<void> {
  await tx
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(sessions.personId, personId),
        isNull(sessions.revokedAt),
        keep ? ne(sessions.idHash, keep) : undefined,
      ),
    )
}

/** Links to set a password that are not used yet no longer work. */
export async function endPasswordLinks(tx: Db, personId: string): Promise<void> {
  await tx
    .update(passwordLinks)
    .set({ usedAt: sql`now()` })
    .where(and(eq(passwordLinks.personId, personId), isNull(passwordLinks.usedAt)))
}
