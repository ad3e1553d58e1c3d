import { type SQL, sql } from 'drizzle-orm'
import type { Privilege } from '../privileges/list.ts'
import { uuidArray } from '../sql.ts'

/** Today in the publisher's zone, of alias `pub` (publisher). */
export const publishersToday = sql`(now() at time zone pub.time_zone)::date`

/**
 * People of companies who hold one of the privileges on a day and have a confirmed address, with what they chose:
 * aliases a (associations), p (people), c (customers), pub (publisher), own and company (their choices). What they may
 * do is as in accounts/access.ts `holdsOf`: R9, and who awaits confirmation stands outside of it.
 */
export function readersOf(
  customerIds: readonly string[],
  anyOf: readonly Privilege[],
  today: SQL = publishersToday,
): SQL {
  const isTool = anyOf.some((privilege) => privilege !== 'supervisor')
  return sql`
    from associations a
    join people p on p.id = a.person_id and p.confirmed_at is not null
    join customers c on c.id = a.customer_id
    join publisher pub on pub.id = 1
    left join notification_choices own on own.person_id = a.person_id
    left join company_notification_choices company
      on company.customer_id = a.customer_id and company.person_id = a.person_id
    where a.customer_id = any(${uuidArray(customerIds)}) and (
      exists (select from privileges h
        where h.customer_id = a.customer_id and h.person_id = a.person_id
          and h.privilege = any(${`{${anyOf.join(',')}}`}::text[]) and (h.until is null or h.until >= ${today}))
      or (${isTool}::boolean and c.first_supervised_at is null and pub.open_until_supervised
        and not a.awaits_confirmation))`
}
