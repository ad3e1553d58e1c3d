import { approveUpgrade } from '../accounts/upgrade/approve.ts'
import { findCustomerByNumber } from '../accounts/upgrade/proof.ts'
import { recordPublisherActivity } from '../activity/publisher.ts'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid } from '../errors.ts'
import type { Privilege } from '../privileges/list.ts'
import type { AccountRequest } from '../requests/account/queries.ts'
import {
  askAccountInformation,
  type DeclineReason,
  declineAccountRequest,
  writeToPerson,
} from '../requests/account/settle.ts'
import { nameSupervisor } from './name-supervisor.ts'
import { actFor } from './scope.ts'

// The desk's acts on what a person asked for before any customer. All in a transaction of the desk.

type Act = { about: AccountRequest; by: string }

/** Grants an upgrade, or names the supervisor at that address. Nobody decides about themselves. */
export async function approveAtDesk(
  tx: Db,
  { about, by, privileges, email }: Act & { privileges: Privilege[]; email: string },
): Promise<void> {
  notOneself(about, by)
  if (about.kind === 'name-supervisor') {
    const customerId = about.customerId!
    await actFor(tx, customerId)
    await nameSupervisor(tx, { customerId, email, by, requestId: about.id })
    return
  }
  const customer = await findCustomerByNumber(tx, String(about.details['customerNumber']))
  if (!customer) throw new Invalid([{ key: 'desk.noSuchCustomer' }])
  await actFor(tx, customer.id)
  await approveUpgrade(tx, { requestId: about.id, customerId: customer.id, by, privileges })
}

export async function declineAtDesk(
  tx: Db,
  { about, by, reason, text }: Act & { reason: DeclineReason; text: string },
): Promise<void> {
  notOneself(about, by)
  await declineAccountRequest(tx, { requestId: about.id, by, reason, text })
  await record(tx, { about, by }, 'declined', { reason })
}

export async function askAtDesk(tx: Db, { about, by, text }: Act & { text: string }): Promise<void> {
  await askAccountInformation(tx, { requestId: about.id, by, text })
  await record(tx, { about, by }, 'questioned')
}

export async function writeAtDesk(tx: Db, { about, by, text }: Act & { text: string }): Promise<void> {
  await writeToPerson(tx, { requestId: about.id, by, text })
  await record(tx, { about, by }, 'answered')
}

function notOneself({ personId }: AccountRequest, by: string): void {
  if (personId === by) throw new Conflict('desk.ownRequest')
}

/** In the record of the company it is about, where its proof was right; else in the publisher's own. */
async function record(
  tx: Db,
  { about, by }: Act,
  done: 'declined' | 'questioned' | 'answered',
  details: Record<string, unknown> = {},
): Promise<void> {
  const verb = `desk-request.${done}` as const
  const facts = { number: about.number, kind: about.kind, ...details }
  const entry = { personId: by, verb, objectKind: 'person', objectId: about.personId, details: facts }
  if (!about.customerId) return await recordPublisherActivity(tx, entry)
  await actFor(tx, about.customerId)
  await recordActivity(tx, { customerId: about.customerId, ...entry })
}
