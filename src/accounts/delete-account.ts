import { and, eq, inArray, sql } from 'drizzle-orm'
import { eraseDeleted } from '../activity/erase.ts'
import { recordPersonActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid } from '../errors.ts'
import { queuePersonMail } from '../mail/outbox.ts'
import { isLastSupervisor, leaveCompany } from '../privileges/leave.ts'
import { lockCompany } from '../privileges/members.ts'
import { cancelAccountRequest, openStatuses } from '../requests/account/settle.ts'
import { accountRequests, people } from '../schema.ts'
import { uuidArray } from '../sql.ts'
import { isLocale, type Locale } from '../web/i18n.ts'
import { deletedAddress } from './deleted.ts'

type Company = { id: string; number: string; name: string }

type Deletion = {
  personId: string
  /** Every company of theirs; the transaction reaches them all. */
  companies: readonly Company[]
  /** In the publisher's zone. */
  today: string
  publisher: string
  locale: Locale
}

/** The companies that would be left without a supervisor. */
export async function listLeftAlone(
  tx: Db,
  personId: string,
  companies: readonly Company[],
  today: string,
): Promise<Company[]> {
  const isAlone = await Promise.all(companies.map(({ id }) => isLastSupervisor(tx, id, personId, today)))
  return companies.filter((_, index) => isAlone[index])
}

/**
 * Deletes an account: its associations and privileges end, sessions and links with them, and name, address and whatever
 * else is about the person alone is erased. The row stays for the ID that requests and the activity record bear. Throws
 * Invalid, naming the companies, for a last supervisor; Conflict where a company came or went meanwhile.
 */
export async function deleteAccount(tx: Db, deletion: Deletion): Promise<void> {
  const { personId, today, publisher, locale } = deletion
  const companies = [...deletion.companies].sort((a, b) => (a.id < b.id ? -1 : 1))
  // In the order of their IDs, as two people who delete their accounts at once would else wait for each other.
  for (const { id } of companies) await lockCompany(tx, id)
  const [person] = await tx.select().from(people).where(eq(people.id, personId)).for('update')
  if (!person || person.deletedAt) throw new Conflict('accounts.deletion.meanwhile')
  const alone = await listLeftAlone(tx, personId, companies, today)
  if (alone.length) {
    const names = alone.map(({ number, name }) => `${number} - ${name}`).join('; ')
    throw new Invalid([
      { field: 'understood', key: 'accounts.deletion.lastSupervisor', params: { companies: names } },
    ])
  }
  for (const { id } of companies) await leaveCompany(tx, { customerId: id, personId, today })
  await refuseOthers(tx, personId)
  await takeBack(tx, personId)
  await queuePersonMail(tx, {
    personId: null,
    to: person.email,
    language: isLocale(person.language) ? person.language : locale,
    template: 'account-deleted',
    params: { publisher },
  })
  await recordPersonActivity(tx, { personId, verb: 'account.deleted' })
  await erase(tx, personId, person.email, companies)
}

/** Under the person's own policy: an association that came after the companies were listed. */
async function refuseOthers(tx: Db, personId: string): Promise<void> {
  await tx.execute(sql`select set_config('app.person', ${personId}, true)`)
  const left = await tx.execute(sql`select from associations where person_id = ${personId} limit 1`)
  if (left.length) throw new Conflict('accounts.deletion.meanwhile')
}

/** What still waits for the desk or for a company's supervisors. */
async function takeBack(tx: Db, personId: string): Promise<void> {
  const waiting = await tx
    .select({ id: accountRequests.id })
    .from(accountRequests)
    .where(and(eq(accountRequests.personId, personId), inArray(accountRequests.status, [...openStatuses])))
  for (const { id } of waiting) await cancelAccountRequest(tx, id, personId)
}

// Rows that are about the person and nobody else.
const ownTables = [
  'sessions',
  'password_links',
  'email_changes',
  'kept_forms',
  'second_factors',
  'recovery_codes',
  'identities',
  'identity_links',
  'notification_choices',
  'calendar_feeds',
  'person_mails',
  'undelivered_mails',
]

async function erase(tx: Db, personId: string, email: string, companies: readonly Company[]): Promise<void> {
  const ids = companies.map(({ id }) => id)
  for (const table of ownTables) {
    await tx.execute(sql`delete from ${sql.identifier(table)} where person_id = ${personId}`)
  }
  await tx.execute(sql`delete from registrations where email = ${email}`)
  await tx.execute(sql`delete from publisher_activity_particulars where person_id = ${personId}`)
  await tx.execute(sql`
    delete from mails where customer_id = any(${uuidArray(ids)}) and person_id = ${personId} and sent_at is not null`)
  await tx
    .update(people)
    .set({
      email: deletedAddress(personId),
      name: '',
      phone: '',
      language: null,
      timeZone: null,
      passwordHash: null,
      confirmedAt: null,
      isStaff: false,
      primaryCustomerId: null,
      lastSignedInAt: null,
      deletedAt: sql`now()`,
      loaded: {},
    })
    .where(eq(people.id, personId))
  await eraseDeleted(tx, ids)
}
