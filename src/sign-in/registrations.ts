import { and, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm'
import { recordPersonActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { people, registrations } from '../schema.ts'
import type { Locale } from '../web/i18n.ts'
import { hashOf, newToken } from './one-time-token.ts'
import { endPasswordLinks } from './set-password.ts'

/** How long a mailed link to register is good. */
export const registrationHours = 24

/** A one-time token with which whoever reads the mail of that address registers it; only its hash is stored. */
export async function createRegistration(tx: Db, email: string): Promise<string> {
  const { token, hash } = newToken()
  await tx.insert(registrations).values({
    tokenHash: hash,
    email,
    expiresAt: sql`now() + make_interval(hours => ${registrationHours})`,
  })
  return token
}

/** What a link that is still good registers, with the name that the publisher's files give. Throws NotFound. */
export async function findRegistration(db: Db, token: string): Promise<{ email: string; name: string }> {
  const [found] = await db
    .select({ email: registrations.email, name: sql<string>`coalesce(${people.name}, '')` })
    .from(registrations)
    .leftJoin(people, eq(people.email, registrations.email))
    .where(and(isGood(token), isNull(people.confirmedAt)))
  if (!found) throw new NotFound()
  return found
}

/** The account that a link has made, or another link to the same address; undefined where none has. */
export async function findRegistered(db: Db, token: string): Promise<typeof people.$inferSelect | undefined> {
  const [found] = await db
    .select({ person: people })
    .from(registrations)
    .innerJoin(people, eq(people.email, registrations.email))
    .where(and(eq(registrations.tokenHash, hashOf(token)), isNotNull(people.confirmedAt)))
  return found?.person
}

/**
 * Uses the link: the account is there, its address confirmed. Somebody whom the publisher's files or a colleague's
 * invitation had named keeps their companies and comes into them. Throws NotFound where the link is no longer good,
 * or the address has got its account by another.
 */
export async function register(
  tx: Db,
  token: string,
  { name, passwordHash, language }: { name: string; passwordHash: string; language: Locale },
): Promise<typeof people.$inferSelect> {
  const [link] = await tx
    .update(registrations)
    .set({ usedAt: sql`now()` })
    .where(isGood(token))
    .returning({ email: registrations.email })
  if (!link) throw new NotFound()
  const [person] = await tx
    .insert(people)
    .values({ id: newId(), email: link.email, name, passwordHash, language, confirmedAt: sql`now()` })
    .onConflictDoUpdate({
      target: people.email,
      set: {
        name,
        passwordHash,
        confirmedAt: sql`now()`,
        language: sql`coalesce(${people.language}, ${language})`,
      },
      setWhere: and(isNull(people.confirmedAt), isNull(people.deletedAt)),
    })
    .returning()
  if (!person) throw new NotFound()
  await tx
    .update(registrations)
    .set({ usedAt: sql`now()` })
    .where(and(eq(registrations.email, link.email), isNull(registrations.usedAt)))
  await endPasswordLinks(tx, person.id)
  await recordPersonActivity(tx, { personId: person.id, verb: 'account.registered' })
  return person
}

function isGood(token: string) {
  return and(
    eq(registrations.tokenHash, hashOf(token)),
    isNull(registrations.usedAt),
    gt(registrations.expiresAt, sql`now()`),
  )
}
