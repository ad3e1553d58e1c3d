import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { actFor, asDesk } from '../../desk/scope.ts'
import { sendJob } from '../../jobs/send.ts'
import { queueMail } from '../../mail/outbox.ts'
import { tellContacts } from '../../mail/tell-contacts.ts'
import { tellDesk } from '../../mail/tell-desk.ts'
import { listAbleSupervisors } from '../../privileges/asked.ts'
import { recordAccountEvent } from '../../requests/account/record.ts'
import { declineAccountRequest } from '../../requests/account/settle.ts'
import { accountRequests, people } from '../../schema.ts'
import { approveUpgrade } from './approve.ts'
import { hasContact, wasRefused } from './newcomers.ts'
import { findCustomerByNumber, isProof, type ProvenCustomer } from './proof.ts'
import { isKnownAddress } from './public-domains.ts'

type Stored = typeof accountRequests.$inferSelect
type Person = typeof people.$inferSelect

const hour = 3_600_000

/** A human would have come to it within these: hours from the try. */
const declineAfter = { least: 3, most: 28 }

/**
 * R8, a job: looks at an upgrade's proof. Wrong: it stays in review and is declined some hours later. Right: granted
 * at once to an address the publisher knows in a company that never had a supervisor and whose contacts have not refused
 * this person before; else the company's supervisors decide, or the desk where there are none. Once; a second run does
 * nothing.
 */
export async function examineUpgrade(tx: Db, requestId: string, random = Math.random()): Promise<void> {
  await asDesk(tx, 'counter')
  const [request] = await tx
    .update(accountRequests)
    .set({ examinedAt: sql`now()` })
    .where(
      and(
        eq(accountRequests.id, requestId),
        eq(accountRequests.kind, 'upgrade'),
        isNull(accountRequests.examinedAt),
        isNull(accountRequests.decidedAt),
      ),
    )
    .returning()
  if (!request) return
  const { customerNumber, proof } = request.details as { customerNumber: string; proof: string }
  const customer = await findCustomerByNumber(tx, customerNumber)
  if (!customer || !(await isProof(tx, customer.id, proof))) {
    const { least, most } = declineAfter
    const after = new Date(Date.now() + (least + random * (most - least)) * hour)
    await sendJob(tx, 'account-requests', { requestId, step: 'decline' }, after)
    return
  }
  await actFor(tx, customer.id)
  await tx.update(accountRequests).set({ customerId: customer.id }).where(eq(accountRequests.id, requestId))
  const [person] = await tx.select().from(people).where(eq(people.id, request.personId))
  await route(tx, request, customer, person!)
}

async function route(tx: Db, request: Stored, customer: ProvenCustomer, person: Person): Promise<void> {
  const supervisors = await listAbleSupervisors(tx, customer.id)
  const params = {
    number: request.number,
    kind: request.kind,
    name: person.name || person.email,
    email: person.email,
    word: request.details['word'] ?? '',
    customerNumber: customer.number,
    customerName: customer.name,
  }
  const isKnown = person.confirmedAt !== null && isKnownAddress(person.email, customer.emailDomains)
  // Somebody must be there who can vouch; otherwise nobody ever could.
  const canVouch = await hasContact(tx, customer.id, person.id)
  const isOpen = !customer.firstSupervisedAt && !(await wasRefused(tx, customer.id, person.id))
  if (isKnown && isOpen && canVouch) {
    await approveUpgrade(tx, { requestId: request.id, customerId: customer.id, by: null, privileges: [] })
    await tellContacts(tx, {
      customerId: customer.id,
      template: 'newcomer-joined',
      params,
      except: person.id,
    })
    await tellDesk(tx, 'desk-newcomer', params)
  } else if (supervisors.length > 0) {
    await handToSupervisors(tx, request.id)
    for (const personId of supervisors) {
      await queueMail(tx, { customerId: customer.id, personId, template: 'upgrade-waits', params })
    }
  } else {
    await tellDesk(tx, 'desk-request-waits', params)
  }
}

/** Who asked is not told of this: it would say that the proof was right. */
async function handToSupervisors(tx: Db, requestId: string): Promise<void> {
  await tx
    .update(accountRequests)
    .set({ decider: 'supervisors', deskSince: null })
    .where(eq(accountRequests.id, requestId))
  await recordAccountEvent(tx, { requestId, personId: null, fromDesk: true, kind: 'handed-to-supervisors' })
}

/** A job, hours later: declines a try whose proof was wrong, unless somebody at the desk has taken it up. */
export async function declineWrongProof(tx: Db, requestId: string): Promise<void> {
  await asDesk(tx, 'counter')
  const [request] = await tx
    .select()
    .from(accountRequests)
    .where(eq(accountRequests.id, requestId))
    .for('update')
  if (!request || request.customerId !== null || request.status !== 'in-review' || !request.examinedAt) return
  await declineAccountRequest(tx, { requestId, by: null, reason: 'proof', text: '' })
}
