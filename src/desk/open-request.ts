import { eq } from 'drizzle-orm'
import { findCustomerByNumber, isProof } from '../accounts/upgrade/proof.ts'
import { domainOf, isKnownAddress, isPublicDomain } from '../accounts/upgrade/public-domains.ts'
import { changePart } from '../customers/change-part.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import type { Policies } from '../plans/check-plan.ts'
import { findHeldNow } from '../plans/held-now.ts'
import { findPlanOf } from '../plans/queries.ts'
import { type AccountRequest, findAccountRequest, listAccountEvents } from '../requests/account/queries.ts'
import { listDetails } from '../requests/detail.ts'
import { listMessages, openRequestStatuses } from '../requests/messages.ts'
import { findRequest } from '../requests/queries.ts'
import { customers, requests } from '../schema.ts'
import { type DeskCustomer, findDeskCustomer, listDeskContacts } from './customers.ts'
import { actFor } from './scope.ts'

/** A request of any customer or person by its number; throws NotFound. For the desk. */
export async function openRequest(
  tx: Db,
  number: number,
  { today, publisher }: { today: string; publisher: Policies },
) {
  const [owner] = await tx
    .select({ customerId: requests.customerId })
    .from(requests)
    .where(eq(requests.number, number))
  return owner
    ? {
        origin: 'company' as const,
        ...(await openOfCompany(tx, owner.customerId, number, { today, publisher })),
      }
    : { origin: 'account' as const, ...(await openOfPerson(tx, number, today)) }
}

/** The company a request belongs to, to act for it; throws NotFound. For the desk. */
export async function findOfCompany(tx: Db, number: number) {
  const [owner] = await tx
    .select({ customerId: requests.customerId })
    .from(requests)
    .where(eq(requests.number, number))
  if (!owner) throw new NotFound()
  await actFor(tx, owner.customerId)
  return { customerId: owner.customerId, request: await findRequest(tx, owner.customerId, number) }
}

async function openOfCompany(
  tx: Db,
  customerId: string,
  number: number,
  moment: { today: string; publisher: Policies },
) {
  await actFor(tx, customerId)
  const about = await findRequest(tx, customerId, number)
  const [details, messages, change] = [
    await listDetails(tx, customerId, about),
    await listMessages(tx, customerId, about.id),
    await changePart(tx, customerId, about),
  ]
  const [customer] = await tx
    .select({ number: customers.customerNumber, name: customers.name })
    .from(customers)
    .where(eq(customers.id, customerId))
  const plan = await findPlanOf(tx, customerId, about.id)
  const isHeld = plan && openRequestStatuses.some((status) => status === about.status)
  const ofPlan = { customerId, requestId: about.id, planId: about.planId! }
  const now = isHeld ? await findHeldNow(tx, { ...ofPlan, ...moment, tool: plan.tool }) : null
  return { about, customer: customer!, messages, plan, now, change, ...details }
}

async function openOfPerson(tx: Db, number: number, today: string) {
  const about = await findAccountRequest(tx, number)
  const events = await listAccountEvents(tx, about.id)
  const showing = await whatItShows(tx, about)
  const customer = showing.customerNumber ? await findDeskCustomer(tx, showing.customerNumber) : undefined
  const contacts = customer ? await contactsOf(tx, customer, today) : []
  return { about, events, showing, customer, contacts }
}

async function contactsOf(tx: Db, customer: DeskCustomer, today: string) {
  await actFor(tx, customer.id)
  return await listDeskContacts(tx, customer.id, '', today, 8)
}

export type Showing = {
  /** Of the customer it is about, where there is one of that number. */
  customerNumber: string | null
  isKnownCustomer: boolean
  /** Null: nothing to prove. */
  isProven: boolean | null
  domain: string
  isKnownDomain: boolean
  isPublicDomain: boolean
  knownDomains: string[]
}

/** What a try's proof and address say, as of now. */
async function whatItShows(tx: Db, about: AccountRequest): Promise<Showing> {
  const typed = String(about.details['customerNumber'] ?? '')
  const customer = await findCustomerByNumber(tx, about.customerNumber ?? typed)
  const proof = about.details['proof']
  const knownDomains = customer?.emailDomains ?? []
  return {
    customerNumber: customer?.number ?? null,
    isKnownCustomer: customer !== undefined,
    isProven: about.kind === 'upgrade' ? !!customer && (await isProof(tx, customer.id, String(proof))) : null,
    domain: domainOf(about.email),
    isKnownDomain: isKnownAddress(about.email, knownDomains),
    isPublicDomain: isPublicDomain(domainOf(about.email)),
    knownDomains,
  }
}
