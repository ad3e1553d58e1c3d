import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { sessions } from '../schema.ts'

/** The live sessions of a person, latest first. */
export async function listSessions(db: Db, personId: string, idleMinutes: number) {
  return db
    .select({
      idHash: sessions.idHash,
      userAgent: sessions.userAgent,
      network: sessions.network,
      createdAt: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
    })
    .from(sessions)
    .where(
      and(
        eq(sessions.personId, personId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql`now()`),
        gt(sessions.lastSeenAt, sql`now() - make_interval(mins => ${idleMinutes}::int)`),
      ),
    )
    .orderBy(desc(sessions.lastSeenAt))
}

/** Ends a session of that person's own; throws NotFound where they have none of that ID. One that has ended stays so. */
export async function endSession(db: Db, personId: string, idHash: string): Promise<void> {
  const ended = await db
    .update(sessions)
    .set({ revokedAt: sql`coalesce(${sessions.revokedAt}, now())` })
    .where(and(eq(sessions.idHash, idHash), eq(sessions.personId, personId)))
    .returning({ idHash: sessions.idHash })
  if (ended.length === 0) throw new NotFound()
}
