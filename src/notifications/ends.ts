import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'

/** What ends: what is owned of a product, or the maintenance of a service contract. */
export type End = {
  kind: 'license' | 'maintenance'
  /** Of the entitlement or the contract. */
  subjectId: string
  /** Last day, 'YYYY-MM-DD'. */
  endsOn: string
  /** Of a license; 0 of a contract. */
  quantity: number
  product: string
  partNumber: string
  family: string
  contractNumber: string
}

/**
 * Rows (customer_id, kind, subject_id, ends_on, quantity, product, part_number, family, contract_number) of all that
 * ends in these companies from one day to another, both included. A license does not end where another term goes on
 * (domain.md section 3; of each order line the latest revision counts).
 */
export function endsOf(customerIds: readonly string[], from: string, to: string): SQL {
  const ids = uuidArray(customerIds)
  const isDue = (day: SQL) => sql`${day} between ${from}::date and ${to}::date`
  return sql`
    with latest as (
      select distinct on (t.customer_id, t.entitlement_id, t.order_id, t.line) t.*
      from terms t
      where t.customer_id = any(${ids}) and (t.customer_id, t.entitlement_id) in (
        select customer_id, entitlement_id from terms
        where customer_id = any(${ids}) and ${isDue(sql`ends_on`)})
      order by t.customer_id, t.entitlement_id, t.order_id, t.line, t.revision desc
    ), ending as (
      select distinct on (l.customer_id, l.entitlement_id, l.ends_on)
        l.customer_id, l.entitlement_id, l.ends_on, l.quantity
      from latest l
      where l.quantity > 0 and ${isDue(sql`l.ends_on`)} and not exists (
        select from latest r
        where r.customer_id = l.customer_id and r.entitlement_id = l.entitlement_id and r.quantity > 0
          and r.starts_on <= l.ends_on + 1 and (r.ends_on is null or r.ends_on > l.ends_on))
      order by l.customer_id, l.entitlement_id, l.ends_on, l.starts_on desc, l.id
    )
    select n.customer_id, 'license' as kind, n.entitlement_id as subject_id, n.ends_on, n.quantity,
      p.name as product, p.part_number, p.family_id, f.name as family, coalesce(c.contract_number, '') as contract_number
    from ending n
    join entitlements e on e.customer_id = n.customer_id and e.id = n.entitlement_id
    join products p on p.id = e.product_id
    join families f on f.id = p.family_id
    left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    union all
    select c.customer_id, 'maintenance', c.id, c.maintenance_ends_on, 0, '', '', null, '', c.contract_number
    from contracts c
    where c.customer_id = any(${ids}) and ${isDue(sql`c.maintenance_ends_on`)}`
}

/** All that ends in one company, the soonest first; of one family only, or of one kind. Within the customer. */
export async function listEnds(
  tx: Db,
  customerId: string,
  { from, to, familyId, only }: { from: string; to: string; familyId?: string; only?: string },
): Promise<End[]> {
  const ofFamily = familyId
    ? sql`and (n.family_id = ${familyId} or exists (
        select from entitlements e join products p on p.id = e.product_id
        where n.kind = 'maintenance' and e.customer_id = n.customer_id and e.contract_id = n.subject_id
          and p.family_id = ${familyId}))`
    : sql``
  return tx.execute<End>(sql`
    select n.kind, n.subject_id as "subjectId", n.ends_on::text as "endsOn", n.quantity, n.product,
      n.part_number as "partNumber", n.family, n.contract_number as "contractNumber"
    from (${endsOf([customerId], from, to)}) n
    where ${only ? sql`n.kind = ${only}` : sql`true`} ${ofFamily}
    order by n.ends_on, n.kind, n.part_number, n.contract_number, n.subject_id`)
}
