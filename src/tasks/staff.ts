import { sql } from 'drizzle-orm'
import { newId } from '../ids.ts'
import { people } from '../schema.ts'
import { createPasswordLink } from '../sign-in/password-links.ts'
import { readEmail } from './email.ts'
import { withDatabase } from './with-database.ts'

/** `guichet staff add EMAIL`: prints a one-time link with which a person of the publisher sets a password. */
export async function run(args: string[]): Promise<number> {
  const [verb, address, ...rest] = args
  if (verb !== 'add' || !address || rest.length) {
    process.stderr.write('Usage: guichet staff add EMAIL\n')
    return 2
  }
  const email = readEmail(address)
  return withDatabase(async ({ config, owner }) => {
    const token = await owner.transaction(async (tx) => {
      const [person] = await tx
        .insert(people)
        .values({ id: newId(), email, isStaff: true })
        .onConflictDoUpdate({ target: people.email, set: { isStaff: sql`true` } })
        .returning({ id: people.id })
      return createPasswordLink(tx, person!.id)
    })
    process.stdout.write(`${config.baseUrl}/password/${token}\n`)
    process.stderr.write(`This link sets the password of ${email}; it works once, for seven days.\n`)
    return 0
  })
}
