import { eq } from 'drizzle-orm'
import type { Config } from '../../src/config.ts'
import type { Database } from '../../src/db.ts'
import { people, secondFactors } from '../../src/schema.ts'
import { seal } from '../../src/sign-in/seal.ts'
import { codeAt, stepAt } from '../../src/sign-in/second-factor/totp.ts'

type Site = { config: Config; owner: Database }

const secret = Buffer.from('12345678901234567890')

/** Gives that person an authenticator app, if they have none. */
export async function giveSecondFactor({ config, owner }: Site, email: string): Promise<void> {
  const personId = await idOf(owner, email)
  const sealed = seal(config, 'totp', personId, secret.toString('hex'))
  await owner.db
    .insert(secondFactors)
    .values({
      personId,
      secret: sealed,
      confirmedAt: new Date(),
    })
    .onConflictDoUpdate({ target: secondFactors.personId, set: { secret: sealed, confirmedAt: new Date() } })
}

/** What that app shows now; also where the code of this half minute was taken before. */
export async function nextCode({ owner }: Site, email: string): Promise<string> {
  await owner.db
    .update(secondFactors)
    .set({ lastStep: 0 })
    .where(eq(secondFactors.personId, await idOf(owner, email)))
  return codeAt(secret, stepAt(new Date()))
}

async function idOf(owner: Database, email: string): Promise<string> {
  const [person] = await owner.db.select({ id: people.id }).from(people).where(eq(people.email, email))
  return person!.id
}
