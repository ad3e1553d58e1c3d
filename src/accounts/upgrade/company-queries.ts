import { and, desc, eq, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { accountRequests, people } from '../../schema.ts'

/** Who asked to be let into a company with right proof: those that wait first, latest first; a hundred at most. */
export async function listCompanyUpgrades(tx: Db, customerId: string) {
  return await tx
    .select({
      number: accountRequests.number,
      status: accountRequests.status,
      createdAt: accountRequests.createdAt,
      email: people.email,
      personName: sql<string>`coalesce(nullif(${people.name}, ''), ${people.email})`,
    })
    .from(accountRequests)
    .innerJoin(people, eq(people.id, accountRequests.personId))
    .where(and(eq(accountRequests.customerId, customerId), eq(accountRequests.kind, 'upgrade')))
    .orderBy(
      sql`${accountRequests.decidedAt} is not null`,
      desc(accountRequests.createdAt),
      desc(accountRequests.id),
    )
    .limit(100)
}

export type WaitingPeople = { upgrades: number; newcomers: number }

/** What waits for a company's own people: upgrades for its supervisors, newcomers for its contacts. */
export async function countWaitingPeople(tx: Db, customerId: string): Promise<WaitingPeople> {
  const [row] = await tx.execute<WaitingPeople>(sql`
    select (select count(*)::int from account_requests r
            where r.customer_id = ${customerId} and r.kind = 'upgrade' and r.decider = 'supervisors'
              and r.decided_at is null) as upgrades,
           (select count(*)::int from associations a
            where a.customer_id = ${customerId} and a.awaits_confirmation) as newcomers`)
  return row!
}
