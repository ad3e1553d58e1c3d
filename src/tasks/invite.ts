import { eq } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { grant } from '../privileges/grant.ts'
import { joinCompany } from '../privileges/join.ts'
import { type Privilege, privilegeList } from '../privileges/list.ts'
import { customers, people } from '../schema.ts'
import { createPasswordLink } from '../sign-in/password-links.ts'
import { readEmail } from './email.ts'
import { withDatabase } from './with-database.ts'

/**
 * `guichet invite CUSTOMER EMAIL [PRIVILEGE ...]`: makes the person a contact of the company with those privileges
 * and prints a one-time link to set a password. How the first people of a real installation get in.
 */
export async function run(args: string[]): Promise<number> {
  const [number, address, ...wanted] = args
  if (!number || !address) {
    process.stderr.write(`Usage: guichet invite CUSTOMER EMAIL [${privilegeList.join(' | ')} ...]\n`)
    return 2
  }
  const email = readEmail(address)
  const privileges = wanted.map(readPrivilege)
  return withDatabase(async ({ config, owner }) => {
    const token = await owner.transaction((tx) => invite(tx, number.toUpperCase(), email, privileges))
    process.stdout.write(`${config.baseUrl}/password/${token}\n`)
    process.stderr.write(`This link sets the password of ${email}; it works once, for seven days.\n`)
    return 0
  })
}

function readPrivilege(text: string): Privilege {
  const privilege = privilegeList.find((one) => one === text.toLowerCase())
  if (!privilege)
    throw new Error(`There is no privilege "${text}": the privileges are ${privilegeList.join(', ')}.`)
  return privilege
}

async function invite(tx: Db, number: string, email: string, privileges: Privilege[]): Promise<string> {
  const [customer] = await tx
    .select({ id: customers.id })
    .from(customers)
    .where(eq(customers.customerNumber, number))
  if (!customer) throw new Error(`There is no customer ${number}. Load it with "guichet import" first.`)
  await tx.insert(people).values({ id: newId(), email }).onConflictDoNothing()
  const [person] = await tx.select({ id: people.id }).from(people).where(eq(people.email, email))
  const personId = person!.id
  const isNew = await joinCompany(tx, customer.id, personId)
  for (const privilege of privileges) {
    await grant(tx, { customerId: customer.id, personId, privilege, grantedBy: null, isNew })
  }
  await recordActivity(tx, {
    customerId: customer.id,
    personId: null,
    verb: 'person.invited',
    objectKind: 'person',
    objectId: personId,
    details: { privileges },
  })
  return createPasswordLink(tx, personId)
}
