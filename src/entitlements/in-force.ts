import { type SQL, sql } from 'drizzle-orm'

/**
 * Common table expressions `latest, chosen`: of each entitlement (alias `e`) for which `which` holds, the term in force
 * on a day and what it gives (domain.md section 3, Terms). `before` leaves out what was recorded at that instant or
 * later: then it is what was known by then.
 *
 * Of each order line the latest revision counts. Of an entitlement's terms the latest-starting one that covers the
 * day is in force; if none does, the one that ended last stands in with nothing entitled, else the next to come; `id`
 * is null where there is none at all. Each join is along a key: a plan made without knowing the customers stays fit
 * for many entitlements.
 */
export function inForce({ which, day, before }: { which: SQL; day: string; before?: SQL }): SQL {
  return sql`
    latest as (
      select distinct on (e.customer_id, e.id, t.order_id, t.line)
        e.customer_id, e.id as entitlement_id, t.id, t.order_id, t.line, t.quantity, t.starts_on, t.ends_on,
        t.recorded_at, ${covers(day)} as covers
      from entitlements e
      left join terms t on t.customer_id = e.customer_id and t.entitlement_id = e.id
        ${before ? sql`and t.recorded_at < ${before}` : sql``}
      where ${which}
      order by e.customer_id, e.id, t.order_id, t.line, t.revision desc
    ), chosen as (
      select distinct on (customer_id, entitlement_id)
        customer_id, entitlement_id, id, order_id, line, starts_on, ends_on,
        case when covers then quantity else 0 end as entitled
      from latest
      order by customer_id, entitlement_id, ${inForceFirst(day)}
    )`
}

/**
 * The same of one entitlement, for a lateral that goes from one to the next: a select of id, order line, days and
 * entitled; no row where no term was known by then.
 */
export function termInForce({
  customerId,
  entitlementId,
  day,
  before,
}: {
  customerId: string
  entitlementId: SQL
  day: string
  before: SQL
}): SQL {
  return sql`
    select id, order_id, line, starts_on, ends_on, case when covers then quantity else 0 end as entitled
    from (
      select distinct on (t.order_id, t.line)
        t.id, t.order_id, t.line, t.quantity, t.starts_on, t.ends_on, t.recorded_at, ${covers(day)} as covers
      from terms t
      where t.customer_id = ${customerId} and t.entitlement_id = ${entitlementId} and t.recorded_at < ${before}
      order by t.order_id, t.line, t.revision desc
    ) latest
    order by ${inForceFirst(day)} limit 1`
}

function covers(day: string): SQL {
  return sql`coalesce(t.starts_on <= ${day}::date and (t.ends_on is null or t.ends_on >= ${day}::date), false)`
}

function inForceFirst(day: string): SQL {
  return sql`covers desc, starts_on > ${day}::date,
    case when covers then ${day}::date - starts_on
         when starts_on > ${day}::date then starts_on - ${day}::date
         else ${day}::date - ends_on end,
    recorded_at desc, id desc`
}
