import { eq, sql } from 'drizzle-orm'
import { recordPersonActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { people } from '../schema.ts'
import { tellOwner } from '../sign-in/notice.ts'
import { createPasswordLink } from '../sign-in/password-links.ts'
import { removeSecondFactor } from '../sign-in/second-factor/queries.ts'
import { endSessions } from '../sign-in/set-password.ts'
import { readEmail } from './email.ts'
import { recordCommand } from './record-command.ts'
import { withDatabase } from './with-database.ts'

const usage = 'Usage: guichet staff add EMAIL\n       guichet staff reset-second-factor EMAIL\n'

/** `guichet staff add EMAIL`, `guichet staff reset-second-factor EMAIL`. */
export async function run(args: string[]): Promise<number> {
  const [verb, address, ...rest] = args
  const act = verb === 'add' ? add : verb === 'reset-second-factor' ? reset : undefined
  if (!act || !address || rest.length) {
    process.stderr.write(usage)
    return 2
  }
  return act(readEmail(address))
}

/** Prints a one-time link with which a person of the publisher sets a password. */
async function add(email: string): Promise<number> {
  return withDatabase(async ({ config, owner }) => {
    const token = await owner.transaction(async (tx) => {
      const [person] = await tx
        .insert(people)
        .values({ id: newId(), email, isStaff: true })
        .onConflictDoUpdate({ target: people.email, set: { isStaff: sql`true` } })
        .returning({ id: people.id })
      const object = { objectKind: 'person', objectId: person!.id }
      await recordCommand(tx, { verb: 'staff.added', ...object })
      return createPasswordLink(tx, person!.id)
    })
    process.stdout.write(`${config.baseUrl}/password/${token}\n`)
    process.stderr.write(
      `This link sets the password of ${email}; it works once, for seven days. ` +
        'Signing in for the first time then sets up a second factor.\n',
    )
    return 0
  })
}

/** For whoever lost device and recovery codes, staff or not: takes the second factor away and ends their sessions. */
async function reset(email: string): Promise<number> {
  return withDatabase(async ({ owner }) => {
    const had = await owner.transaction((tx) => takeAway(tx, email))
    process.stderr.write(
      had
        ? `The second factor of ${email} is gone and their sessions have ended. They are told by mail. Do it only for who you know.\n`
        : `${email} has no second factor.\n`,
    )
    return 0
  })
}

async function takeAway(tx: Db, email: string): Promise<boolean> {
  const [person] = await tx.select({ id: people.id }).from(people).where(eq(people.email, email))
  if (!person) throw new Error(`There is no account ${email}.`)
  const personId = person.id
  if (!(await removeSecondFactor(tx, personId))) return false
  await endSessions(tx, personId)
  await recordCommand(tx, { verb: 'staff.second-factor-removed', objectKind: 'person', objectId: personId })
  const details = { by: 'operator' }
  await recordPersonActivity(tx, { personId, verb: 'account.second-factor-removed', details })
  await tellOwner(tx, { personId, template: 'second-factor-removed', params: details })
  return true
}
