import { randomBytes } from 'node:crypto'
import { and, eq, isNotNull, isNull, lt, ne, sql } from 'drizzle-orm'
import type { Config } from '../../config.ts'
import type { Db } from '../../db.ts'
import { Conflict, Invalid } from '../../errors.ts'
import { recoveryCodes, secondFactors, sessions } from '../../schema.ts'
import { seal, unseal } from '../seal.ts'
import { newRecoveryCodes, recoveryHash } from './recovery.ts'
import { matchStep } from './totp.ts'

type Secret = Pick<Config, 'secret'>

/** How long new recovery codes may be looked at, where nobody says earlier that they are kept. */
const shownMinutes = 15

export type SecondFactorState = { isOn: boolean; since: Date | null; codesLeft: number }

export async function findSecondFactor(db: Db, personId: string): Promise<SecondFactorState> {
  const [row] = await db
    .select({
      since: secondFactors.confirmedAt,
      codesLeft: sql<number>`(
      select count(*)::int from recovery_codes r
      where r.person_id = second_factors.person_id and r.used_at is null)`,
    })
    .from(secondFactors)
    .where(and(eq(secondFactors.personId, personId), isNotNull(secondFactors.confirmedAt)))
  return { isOn: Boolean(row), since: row?.since ?? null, codesLeft: row?.codesLeft ?? 0 }
}

/**
 * The secret to set up an app with: a new one, or for an hour the one that waits for its first code, so that the page
 * may be loaded again. Throws Conflict where a second factor is on.
 */
export async function beginSecondFactor(tx: Db, config: Secret, personId: string): Promise<Buffer> {
  const secret = seal(config, 'totp', personId, randomBytes(20).toString('hex'))
  await tx
    .insert(secondFactors)
    .values({ personId, secret })
    .onConflictDoUpdate({
      target: secondFactors.personId,
      set: { secret, createdAt: sql`now()` },
      setWhere: sql`${secondFactors.confirmedAt} is null
        and ${secondFactors.createdAt} < now() - interval '1 hour'`,
    })
  const [waiting] = await tx
    .select({ secret: secondFactors.secret })
    .from(secondFactors)
    .where(and(eq(secondFactors.personId, personId), isNull(secondFactors.confirmedAt)))
  // One that was sealed before the secret of this installation changed is of no use.
  if (waiting && !unseal(config, 'totp', personId, waiting.secret)) {
    await tx.update(secondFactors).set({ secret }).where(eq(secondFactors.personId, personId))
  }
  return await waitingSecret(tx, config, personId)
}

async function waitingSecret(db: Db, config: Secret, personId: string): Promise<Buffer> {
  const [row] = await db
    .select({ secret: secondFactors.secret })
    .from(secondFactors)
    .where(and(eq(secondFactors.personId, personId), isNull(secondFactors.confirmedAt)))
  if (!row) throw new Conflict('second-factor.isOnAlready')
  return secretOf(config, personId, row.secret)
}

/** Throws Invalid where it was sealed with another secret of this installation: no code can be checked any more. */
function secretOf(config: Secret, personId: string, sealed: string): Buffer {
  const hex = unseal(config, 'totp', personId, sealed)
  if (!hex) throw new Invalid([{ field: 'code', key: 'second-factor.otherSecret' }])
  return Buffer.from(hex, 'hex')
}

/** The same of the recovery codes, which are kept with that secret too. */
async function refuseOtherSecret(tx: Db, config: Secret, personId: string): Promise<void> {
  const [row] = await tx
    .select({ secret: secondFactors.secret })
    .from(secondFactors)
    .where(eq(secondFactors.personId, personId))
  if (row && !unseal(config, 'totp', personId, row.secret)) {
    throw new Invalid([{ field: 'recoveryCode', key: 'second-factor.otherSecret' }])
  }
}

/**
 * Switches the second factor on where the code is of the app that was set up: false where it is not. Makes the
 * recovery codes, and ends the person's other sessions, which began without it.
 */
export async function confirmSecondFactor(
  tx: Db,
  config: Secret,
  { personId, code, here }: { personId: string; code: string; here: string },
): Promise<boolean> {
  const secret = await waitingSecret(tx, config, personId)
  const step = matchStep(secret, code, new Date())
  if (step === undefined) return false
  const changed = await tx
    .update(secondFactors)
    .set({ confirmedAt: sql`now()`, lastStep: step })
    .where(and(eq(secondFactors.personId, personId), isNull(secondFactors.confirmedAt)))
    .returning({ personId: secondFactors.personId })
  if (changed.length === 0) throw new Conflict('second-factor.isOnAlready')
  await replaceRecoveryCodes(tx, config, personId)
  await tx
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(sessions.personId, personId), ne(sessions.idHash, here), isNull(sessions.revokedAt)))
  return true
}

/** Takes a code of the app, once: false where it is wrong, too old, or was taken before. */
export async function takeCode(db: Db, config: Secret, personId: string, code: string): Promise<boolean> {
  const [row] = await db
    .select({ secret: secondFactors.secret })
    .from(secondFactors)
    .where(and(eq(secondFactors.personId, personId), isNotNull(secondFactors.confirmedAt)))
  const step = row && matchStep(secretOf(config, personId, row.secret), code, new Date())
  if (step === undefined) return false
  const taken = await db
    .update(secondFactors)
    .set({ lastStep: step })
    .where(
      and(
        eq(secondFactors.personId, personId),
        isNotNull(secondFactors.confirmedAt),
        lt(secondFactors.lastStep, step),
      ),
    )
    .returning({ personId: secondFactors.personId })
  return taken.length === 1
}

/** Takes a recovery code, once; gives how many are left, or undefined where it is none. */
export async function takeRecoveryCode(
  tx: Db,
  config: Secret,
  personId: string,
  code: string,
): Promise<number | undefined> {
  const taken = await tx
    .update(recoveryCodes)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(recoveryCodes.personId, personId),
        eq(recoveryCodes.codeHash, recoveryHash(config, personId, code)),
        isNull(recoveryCodes.usedAt),
      ),
    )
    .returning({ personId: recoveryCodes.personId })
  if (taken.length === 0) {
    await refuseOtherSecret(tx, config, personId)
    return undefined
  }
  return (await findSecondFactor(tx, personId)).codesLeft
}

/** A new set: the codes of the one before no longer work. */
export async function replaceRecoveryCodes(tx: Db, config: Secret, personId: string): Promise<void> {
  const codes = newRecoveryCodes()
  const changed = await tx
    .update(secondFactors)
    .set({
      shownCodes: seal(config, 'totp', `${personId} codes`, codes.join(' ')),
      shownUntil: sql`now() + make_interval(mins => ${shownMinutes}::int)`,
    })
    .where(and(eq(secondFactors.personId, personId), isNotNull(secondFactors.confirmedAt)))
    .returning({ personId: secondFactors.personId })
  if (changed.length === 0) throw new Conflict('second-factor.isOff')
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.personId, personId))
  await tx
    .insert(recoveryCodes)
    .values(codes.map((code) => ({ personId, codeHash: recoveryHash(config, personId, code) })))
}

/** The codes of a set that was just made; undefined once they are kept, or after a quarter of an hour. */
export async function findShownCodes(
  db: Db,
  config: Secret,
  personId: string,
): Promise<string[] | undefined> {
  const [row] = await db
    .select({ codes: secondFactors.shownCodes })
    .from(secondFactors)
    .where(
      and(
        eq(secondFactors.personId, personId),
        isNotNull(secondFactors.confirmedAt),
        sql`${secondFactors.shownUntil} > now()`,
      ),
    )
  return row?.codes ? unseal(config, 'totp', `${personId} codes`, row.codes)?.split(' ') : undefined
}

export async function forgetShownCodes(db: Db, personId: string): Promise<void> {
  await db
    .update(secondFactors)
    .set({ shownCodes: null, shownUntil: null })
    .where(eq(secondFactors.personId, personId))
}

/** Switches it off; false where it was. */
export async function removeSecondFactor(tx: Db, personId: string): Promise<boolean> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.personId, personId))
  const removed = await tx
    .delete(secondFactors)
    .where(eq(secondFactors.personId, personId))
    .returning({ confirmedAt: secondFactors.confirmedAt })
  return Boolean(removed[0]?.confirmedAt)
}
