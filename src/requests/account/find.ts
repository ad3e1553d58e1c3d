import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { accountRequests } from '../../schema.ts'

/** The person's requests of that number; with null the upgrades, as far as this transaction sees them. */
export async function listUpgradesOf(tx: Db, personId: string | null, number: number) {
  return await tx
    .select({ personId: accountRequests.personId, customerId: accountRequests.customerId })
    .from(accountRequests)
    .where(
      and(
        eq(accountRequests.number, number),
        personId ? eq(accountRequests.personId, personId) : eq(accountRequests.kind, 'upgrade'),
      ),
    )
}

/** The companies in which a person is a supervisor. Within forPerson. */
export async function listSupervised(tx: Db, personId: string): Promise<{ id: string; number: string }[]> {
  return await tx.execute<{ id: string; number: string }>(sql`
    select c.id, c.customer_number as number from privileges h join customers c on c.id = h.customer_id
    where h.person_id = ${personId} and h.privilege = 'supervisor' order by c.customer_number`)
}

/** Whether any customer or person has a request of that number. For the desk. */
export async function exists(tx: Db, number: number): Promise<boolean> {
  const [row] = await tx.execute<{ found: boolean }>(sql`
    select exists (select from account_requests where number = ${number})
        or exists (select from requests where number = ${number}) as found`)
  return row!.found
}
