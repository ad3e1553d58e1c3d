import { and, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { passwordLinks, people } from '../schema.ts'
import { hashOf, newToken } from './one-time-token.ts'

/** How long a link is good that the command line prints, and one that is mailed to whoever forgot a password. */
const printedMinutes = 7 * 24 * 60
export const mailedMinutes = 2 * 60

/** A one-time token to set a password; only its hash is stored. */
export async function createPasswordLink(
  db: Db,
  personId: string,
  minutes: number = printedMinutes,
): Promise<string> {
  const { token, hash } = newToken()
  await db.insert(passwordLinks).values({
    tokenHash: hash,
    personId,
    expiresAt: sql`now() + make_interval(mins => ${minutes})`,
  })
  return token
}

/** The person of a link that is still good. Throws NotFound: unknown, used or too old. */
export async function findLinkedPerson(
  db: Db,
  token: string,
): Promise<{ id: string; email: string; name: string }> {
  const [person] = await db
    .select({ id: people.id, email: people.email, name: people.name })
    .from(passwordLinks)
    .innerJoin(people, eq(people.id, passwordLinks.personId))
    .where(and(isGood(token), isNull(people.deletedAt)))
  if (!person) throw new NotFound()
  return person
}

/**
 * Whose password a link has set, or another way has since; undefined where it is not used, or its account is
 * deleted.
 */
export async function findOwnerOfLink(
  db: Db,
  token: string,
): Promise<typeof people.$inferSelect | undefined> {
  const [found] = await db
    .select({ person: people })
    .from(passwordLinks)
    .innerJoin(people, eq(people.id, passwordLinks.personId))
    .where(
      and(
        eq(passwordLinks.tokenHash, hashOf(token)),
        isNotNull(passwordLinks.usedAt),
        isNull(people.deletedAt),
      ),
    )
  return found?.person
}

/** Uses the link up; gives whose it is. Throws NotFound where it is no longer good. */
export async function takePasswordLink(tx: Db, token: string): Promise<string> {
  const [link] = await tx
    .update(passwordLinks)
    .set({ usedAt: sql`now()` })
    .where(isGood(token))
    .returning({ personId: passwordLinks.personId })
  if (!link) throw new NotFound()
  return link.personId
}

function isGood(token: string) {
  return and(
    eq(passwordLinks.tokenHash, hashOf(token)),
    isNull(passwordLinks.usedAt),
    gt(passwordLinks.expiresAt, sql`now()`),
  )
}
