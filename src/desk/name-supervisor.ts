import { and, eq, inArray, sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid } from '../errors.ts'
import { queueMail } from '../mail/outbox.ts'
import { tellContacts } from '../mail/tell-contacts.ts'
import { tellDesk } from '../mail/tell-desk.ts'
import { listAbleSupervisors } from '../privileges/asked.ts'
import { grant } from '../privileges/grant.ts'
import { lockCompany } from '../privileges/members.ts'
import { isUsable } from '../privileges/usable.ts'
import { fileAccountRequest, recordAccountEvent } from '../requests/account/record.ts'
import { openStatuses, settle } from '../requests/account/settle.ts'
import { countAsking } from '../requests/limits.ts'
import { accountRequests } from '../schema.ts'

type Asking = {
  customer: { id: string; number: string; name: string }
  person: { id: string; name: string; email: string }
  /** Address of who is to become it. */
  nominee: string
  word: string
  language: string
}

/**
 * A person of a company without supervisor asks the desk to name one. Asked again while it is open, it is the same
 * request. Throws Conflict where the company has one who can sign in. For that company.
 */
export async function askSupervisor(tx: Db, asking: Asking): Promise<number> {
  const { customer, person, nominee, word, language } = asking
  await lockCompany(tx, customer.id)
  if ((await listAbleSupervisors(tx, customer.id)).length > 0) throw new Conflict('desk.ask.hasOne')
  const open = await findOpen(tx, customer.id, person.id)
  if (open) return open
  await countAsking(tx, person.id)
  const customerId = customer.id
  const request = await fileAccountRequest(tx, {
    kind: 'name-supervisor',
    personId: person.id,
    customerId,
    details: { customerNumber: customer.number, nominee, word, language },
  })
  await recordActivity(tx, {
    customerId,
    personId: person.id,
    verb: 'supervisor.asked',
    objectKind: 'customer',
    objectId: customerId,
    details: { number: request.number },
  })
  const { name, email } = person
  await tellDesk(tx, 'desk-request-waits', {
    number: request.number,
    kind: 'name-supervisor',
    ...{ name: name || email, email, word, customerNumber: customer.number, customerName: customer.name },
  })
  return request.number
}

/** Number of that person's open request for a supervisor of that company. */
export async function findOpen(tx: Db, customerId: string, personId: string): Promise<number | undefined> {
  const [open] = await tx
    .select({ number: accountRequests.number })
    .from(accountRequests)
    .where(and(isOpenOf(customerId), eq(accountRequests.personId, personId)))
    .limit(1)
  return open?.number
}

export type Naming = {
  customerId: string
  /** Of the contact. */
  email: string
  /** Whose act it is at the desk. */
  by: string
  /** The request that is decided by it; of two who decide at once one gets a Conflict. */
  requestId?: string
}

/**
 * R9, R5: the desk names a supervisor, the first or a further one, among the company's contacts; every contact is
 * told by mail, and who asked for one has it. For that company, by the desk. Throws Invalid where the address is no
 * contact's who can sign in, Conflict where that contact is a supervisor already.
 */
export async function nameSupervisor(tx: Db, { customerId, email, by, requestId }: Naming): Promise<void> {
  await lockCompany(tx, customerId)
  const open = await listOpen(tx, customerId)
  if (requestId && !open.includes(requestId)) throw new Conflict('requests.settledMeanwhile')
  const contact = await findContact(tx, customerId, email)
  if (contact.isSupervisor) throw new Conflict('desk.name.already', { name: contact.name })
  await tx.execute(sql`
    update associations set awaits_confirmation = false
    where customer_id = ${customerId} and person_id = ${contact.id} and awaits_confirmation`)
  await grant(tx, { customerId, personId: contact.id, privilege: 'supervisor', grantedBy: by })
  await recordActivity(tx, {
    customerId,
    personId: by,
    verb: 'supervisor.named',
    objectKind: 'person',
    objectId: contact.id,
  })
  for (const id of open) await complete(tx, { customerId, requestId: id, by, name: contact.name })
  const params = { name: contact.name, email, isFirst: contact.isFirst }
  await tellContacts(tx, { customerId, template: 'supervisor-named', params })
}

async function findContact(tx: Db, customerId: string, email: string) {
  const [contact] = await tx.execute<{
    id: string
    name: string
    isUsable: boolean
    isSupervisor: boolean
    isFirst: boolean
  }>(sql`
    select p.id, coalesce(nullif(p.name, ''), p.email) as name, ${isUsable} as "isUsable",
      exists (select from privileges h where h.customer_id = a.customer_id and h.person_id = p.id
        and h.privilege = 'supervisor') as "isSupervisor",
      c.first_supervised_at is null as "isFirst"
    from associations a
    join people p on p.id = a.person_id
    join customers c on c.id = a.customer_id
    where a.customer_id = ${customerId} and p.email = ${email.toLowerCase()}`)
  if (!contact) throw new Invalid([{ field: 'email', key: 'desk.name.noContact' }])
  if (!contact.isUsable) throw new Invalid([{ field: 'email', key: 'desk.name.notConfirmed' }])
  return contact
}

async function listOpen(tx: Db, customerId: string): Promise<string[]> {
  const open = await tx.select({ id: accountRequests.id }).from(accountRequests).where(isOpenOf(customerId))
  return open.map(({ id }) => id)
}

type Completing = { customerId: string; requestId: string; by: string; name: string }

async function complete(tx: Db, { customerId, requestId, by, name }: Completing): Promise<void> {
  const { personId, number, kind } = await settle(tx, requestId, 'completed', by)
  await recordAccountEvent(tx, { requestId, personId: by, fromDesk: true, kind: 'completed' })
  const params = { number, kind, name }
  await queueMail(tx, { customerId, personId, template: 'supervisor-request-completed', params })
}

function isOpenOf(customerId: string) {
  return and(
    eq(accountRequests.customerId, customerId),
    eq(accountRequests.kind, 'name-supervisor'),
    inArray(accountRequests.status, [...openStatuses]),
  )
}
