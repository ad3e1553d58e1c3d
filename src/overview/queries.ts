import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { isLatest } from '../entitlements/next-term.ts'
import { expiringDays } from '../licenses/filter.ts'

export type Counts = {
  /** Licenses that could be placed now. */
  available: number
  /** Licenses whose term ends soon with none to follow. */
  expiring: number
  /** Entitlements of which more is placed than owned. */
  overPlaced: number
}

/** What a company has to place and to renew. */
export async function countLicenses(tx: Db, customerId: string, today: string): Promise<Counts> {
  const rows = await tx.execute<Counts>(sql`
    select
      (select coalesce(sum(s.owned - s.placed), 0)::float8 from license_sums s where s.customer_id = ${customerId})
        as available,
      (select coalesce(sum(s.over_placed), 0)::int from license_sums s where s.customer_id = ${customerId})
        as "overPlaced",
      (select coalesce(sum(e.entitled), 0)::float8 from entitlements e
        where e.customer_id = ${customerId} and e.kind = 'sold'
          and e.ends_on between ${today}::date and ${today}::date + ${expiringDays}::int
          and not exists (
            select from terms t where t.customer_id = e.customer_id and t.entitlement_id = e.id
              and (t.ends_on is null or t.ends_on > e.ends_on) and t.quantity > 0 and ${isLatest(sql`t`)}
          )) as expiring`)
  return rows[0]!
}

export type OpenRequests = {
  /** Waiting for the person's own answer. */
  answers: number
  /** The person's own that are not settled, those included. */
  open: number
}

export async function countOpenRequests(tx: Db, customerId: string, personId: string): Promise<OpenRequests> {
  const rows = await tx.execute<OpenRequests>(sql`
    select count(*) filter (where status = 'needs-information')::int as answers, count(*)::int as open
    from requests
    where customer_id = ${customerId} and requested_by = ${personId}
      and status in ('submitted', 'in-review', 'needs-information')`)
  return rows[0]!
}

/** Requests of colleagues that wait for the approval of a second holder of Licensing, whom this person could be. */
export async function countToApprove(tx: Db, customerId: string, personId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from requests
    where customer_id = ${customerId} and colleague_since is not null and requested_by <> ${personId}`)
  return row!.count
}
