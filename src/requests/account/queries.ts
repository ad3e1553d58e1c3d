import { and, asc, desc, eq, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { NotFound } from '../../errors.ts'
import { accountRequestEvents, accountRequests, customers, people } from '../../schema.ts'

const columns = {
  id: accountRequests.id,
  number: accountRequests.number,
  kind: accountRequests.kind,
  status: accountRequests.status,
  personId: accountRequests.personId,
  customerId: accountRequests.customerId,
  decider: accountRequests.decider,
  details: accountRequests.details,
  createdAt: accountRequests.createdAt,
  examinedAt: accountRequests.examinedAt,
  decidedAt: accountRequests.decidedAt,
  personName: sql<string>`coalesce(nullif(${people.name}, ''), ${people.email})`,
  email: people.email,
  isConfirmed: sql<boolean>`${people.confirmedAt} is not null`,
  language: people.language,
  /** Null as well where the reader is not to see the company. */
  customerNumber: customers.customerNumber,
  customerName: customers.name,
}

export type AccountRequest = Awaited<ReturnType<typeof findAccountRequest>>

/** What is asked for as this transaction may see it: the person's, the company's, the desk's. Throws NotFound. */
export async function findAccountRequest(
  tx: Db,
  number: number,
  of: { personId?: string; customerId?: string } = {},
) {
  const [found] = await tx
    .select(columns)
    .from(accountRequests)
    .innerJoin(people, eq(people.id, accountRequests.personId))
    .leftJoin(customers, eq(customers.id, accountRequests.customerId))
    .where(
      and(
        eq(accountRequests.number, number),
        of.personId ? eq(accountRequests.personId, of.personId) : undefined,
        of.customerId ? eq(accountRequests.customerId, of.customerId) : undefined,
      ),
    )
  if (!found) throw new NotFound()
  return found
}

/** A person's own, latest first. */
export async function listAccountRequests(tx: Db, personId: string, size = 20) {
  return await tx
    .select(columns)
    .from(accountRequests)
    .innerJoin(people, eq(people.id, accountRequests.personId))
    .leftJoin(customers, eq(customers.id, accountRequests.customerId))
    .where(eq(accountRequests.personId, personId))
    .orderBy(desc(accountRequests.createdAt), desc(accountRequests.id))
    .limit(size)
}

export type AccountEvent = Awaited<ReturnType<typeof listAccountEvents>>[number]

export async function listAccountEvents(tx: Db, requestId: string) {
  return await tx
    .select({
      at: accountRequestEvents.at,
      kind: accountRequestEvents.kind,
      text: accountRequestEvents.text,
      fromDesk: accountRequestEvents.fromDesk,
      details: accountRequestEvents.details,
      personName: sql<string | null>`coalesce(nullif(${people.name}, ''), ${people.email})`,
    })
    .from(accountRequestEvents)
    .leftJoin(people, eq(people.id, accountRequestEvents.personId))
    .where(eq(accountRequestEvents.requestId, requestId))
    .orderBy(asc(accountRequestEvents.at), asc(accountRequestEvents.id))
}
