import { createHash, randomBytes } from 'node:crypto'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { passwordLinks, people, sessions } from '../schema.ts'

const validDays = 7

/** A one-time token to set a password, good for seven days; only its hash is stored. */
export async function createPasswordLink(db: Db, personId: string): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await db.insert(passwordLinks).values({
    tokenHash: hashOf(token),
    personId,
    expiresAt: sql`now() + make_interval(days => ${validDays})`,
  })
  return token
}

/** The person of a link that is still good. Throws NotFound: unknown, used or older than seven days. */
export async function findLinkedPerson(db: Db, token: string): Promise<{ id: string; email: string }> {
  const [person] = await db
    .select({ id: people.id, email: people.email })
    .from(passwordLinks)
    .innerJoin(people, eq(people.id, passwordLinks.personId))
    .where(isGood(token))
  if (!person) throw new NotFound()
  return person
}

/** Uses the link: the password is set, the address counts as confirmed, and every session of the person ends. */
export async function usePasswordLink(
  tx: Db,
  token: string,
  passwordHash: string,
): Promise<{ id: string; primaryCustomerId: string | null }> {
  const [link] = await tx
    .update(passwordLinks)
    .set({ usedAt: sql`now()` })
    .where(isGood(token))
    .returning({ personId: passwordLinks.personId })
  if (!link) throw new NotFound()
  const { personId } = link
  await tx
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(sessions.personId, personId), isNull(sessions.revokedAt)))
  const [person] = await tx
    .update(people)
    .set({ passwordHash, confirmedAt: sql`coalesce(${people.confirmedAt}, now())` })
    .where(eq(people.id, personId))
    .returning({ id: people.id, primaryCustomerId: people.primaryCustomerId })
  return person!
}

function isGood(token: string) {
  return and(
    eq(passwordLinks.tokenHash, hashOf(token)),
    isNull(passwordLinks.usedAt),
    gt(passwordLinks.expiresAt, sql`now()`),
  )
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
