import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { contains, isCalled } from '../sql.ts'
import { pageSize } from '../web/paging.ts'
import { all, expiringDays, type LicenseFilter } from './filter.ts'

export type LicenseType = 'node-locked' | 'floating' | 'extended'

/** A line of License summary: one product, which is sold as one license type. */
export type SummaryRow = {
  product_id: string
  name: string
  part_number: string
  license_type: LicenseType
  entitlements: number
  expired: number
  over_placed: number
  owned: number
  placed: number
  /** The soonest end to come; null: all that is not expired is perpetual. */
  next_end_on: string | null
  last_expired_on: string | null
  /** The first few contract numbers, with blanks between, and how many there are. */
  contracts: string
  contract_count: number
}

export type Totals = { products: number; entitlements: number; owned: number; placed: number }

/** Where a page of the summary begins: after this product. */
export type SummaryKey = { name: string; id: string }

/** A page of the summary and one row more, by product name. `today` is the publisher's. */
export async function listSummary(
  tx: Db,
  customerId: string,
  filter: LicenseFilter,
  today: string,
  after?: SummaryKey,
): Promise<SummaryRow[]> {
  const where = all([
    ...matching(customerId, filter, today),
    after && sql`(p.name, p.id) > (${after.name}, ${after.id})`,
  ])
  return tx.execute<SummaryRow>(sql`
    select s.product_id, p.name, p.part_number, p.license_type, s.entitlements, s.expired, s.over_placed, s.owned,
      s.placed, s.next_end_on, s.last_expired_on, s.contracts, s.contract_count
    from products p
    join license_sums s on s.product_id = p.id
    ${familyJoin(filter)}
    where ${where}
    order by p.name, p.id
    limit ${pageSize + 1}`)
}

/** Sums over all pages of the summary. */
export async function sumSummary(
  tx: Db,
  customerId: string,
  filter: LicenseFilter,
  today: string,
): Promise<Totals> {
  const rows = await tx.execute<Totals>(sql`
    select count(*)::int as products, coalesce(sum(s.entitlements), 0)::float8 as entitlements,
      coalesce(sum(s.owned), 0)::float8 as owned, coalesce(sum(s.placed), 0)::float8 as placed
    from license_sums s
    join products p on p.id = s.product_id
    ${familyJoin(filter)}
    where ${all(matching(customerId, filter, today))}`)
  return rows[0]!
}

/** Names of the families a company owns something of, in order. */
export async function listFamilies(tx: Db, customerId: string): Promise<string[]> {
  const rows = await tx.execute<{ name: string }>(sql`
    select f.name from families f
    where exists (
      select from license_sums s join products p on p.id = s.product_id
      where s.customer_id = ${customerId} and p.family_id = f.id
    )
    order by f.name, f.id`)
  return rows.map(({ name }) => name)
}

export function familyJoin(filter: LicenseFilter): SQL {
  return filter.family === '' ? sql`` : sql`join families f on f.id = p.family_id`
}

function matching(customerId: string, filter: LicenseFilter, today: string): (SQL | undefined)[] {
  return [
    sql`s.customer_id = ${customerId}`,
    filter.family === '' ? undefined : sql`f.name = ${filter.family}`,
    filter.text === '' ? undefined : hasText(customerId, filter.text),
    shown(filter, today),
  ]
}

/** Products `p` named so, or granting such a feature. */
export function isNamed(typed: string): SQL {
  return sql`(${isCalled(sql`p.name`, typed)} or ${contains(sql`p.part_number`, typed)}
    or p.id in (select pf.product_id from product_features pf where ${contains(sql`pf.name`, typed)}))`
}

/** Products `p` named so or granting such a feature, or bought under such a contract or order. */
export function hasText(customerId: string, typed: string): SQL {
  return sql`(${isNamed(typed)}
    or p.id in (
      select l.product_id from contracts c
      join order_lines l on l.customer_id = c.customer_id and l.contract_id = c.id
      where c.customer_id = ${customerId} and ${contains(sql`c.contract_number`, typed)})
    or p.id in (
      select l.product_id from orders o
      join order_lines l on l.customer_id = o.customer_id and l.order_id = o.id
      where o.customer_id = ${customerId} and ${contains(sql`o.sales_order_number`, typed)}))`
}

/** What to show, as a condition on the sums `s`. */
export function shown({ show }: LicenseFilter, today: string): SQL | undefined {
  switch (show) {
    case 'available':
      return sql`s.owned > s.placed`
    case 'expiring':
      return sql`s.next_end_on between ${today}::date and ${today}::date + ${expiringDays}::int`
    case 'expired':
      return sql`s.expired > 0`
    case 'over-placed':
      return sql`s.over_placed > 0`
    case 'all':
      return undefined
  }
}
