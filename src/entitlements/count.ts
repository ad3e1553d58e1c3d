import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'
import { inForce } from './in-force.ts'

/** Contract numbers of a product that its sums name; of more, how many there are. */
export const contractsNamed = 3

/**
 * Works out what a customer owns on a day (domain.md section 3, Terms) and the sums of License summary, and sets
 * customers.counted_on. The row of the customer is locked first, so no plan is executed meanwhile.
 * `today`: 'YYYY-MM-DD' in the publisher's zone.
 */
export async function countCustomer(tx: Db, customerId: string, today: string): Promise<void> {
  await countCustomers(tx, [customerId], today)
}

/** The same for many customers in the same few statements: for a load and for the nightly job. */
export async function countCustomers(tx: Db, customerIds: readonly string[], today: string): Promise<void> {
  if (customerIds.length === 0) return
  const ids = uuidArray(customerIds)
  await tx.execute(sql`select id from customers where id = any(${ids}) order by id for no key update`)
  await countEntitlements(tx, ids, today)
  await sumLicenses(tx, ids, today)
  await dropEmptySums(tx, ids)
  await tx.execute(sql`update customers set counted_on = ${today} where id = any(${ids})`)
}

/**
 * Counts only where the last count is of an earlier day. Leaves the customer's row locked: against another count
 * until the transaction ends, so that what was counted stays what the caller sees.
 */
export async function countIfStale(tx: Db, customerId: string, today: string): Promise<void> {
  // Looking first: a share that is raised to an update later would let two transactions wait for each other.
  if (await isCounted(tx, customerId, today)) return lockCount(tx, customerId)
  await tx.execute(sql`select id from customers where id = ${customerId} for no key update`)
  if (!(await isCounted(tx, customerId, today))) await countCustomer(tx, customerId, today)
}

async function lockCount(tx: Db, customerId: string): Promise<void> {
  await tx.execute(sql`select id from customers where id = ${customerId} for share`)
}

async function isCounted(tx: Db, customerId: string, today: string): Promise<boolean> {
  const [row] = await tx.execute<{ counted: boolean }>(sql`
    select coalesce(counted_on >= ${today}::date, false) as counted from customers where id = ${customerId}`)
  return row?.counted ?? false
}

/**
 * An entitlement stands under the contract of its term's order line.
 *
 * Where a term began or ended, the packs of the hosts it is placed on are marked: the next retrieval makes an issue
 * that says so (domain.md sections 3 and 5). In one statement, which sees what was counted before.
 */
async function countEntitlements(tx: Db, ids: ReturnType<typeof sql>, today: string): Promise<void> {
  await tx.execute(sql`
    with ${inForce({ which: sql`e.customer_id = any(${ids}) and e.kind = 'sold'`, day: today })},
    turned as (
      select e.customer_id, e.id from chosen c
      join entitlements e on e.customer_id = c.customer_id and e.id = c.entitlement_id
      left join terms was on was.customer_id = e.customer_id and was.id = e.term_id
      where e.placed > 0 and (was.order_id, was.line, e.starts_on, e.ends_on, e.entitled = 0)
        is distinct from (c.order_id, c.line, c.starts_on, c.ends_on, c.entitled = 0)
    ), outdated as (
      update hosts h set is_pack_current = false
      where h.is_pack_current and (h.customer_id, h.id) in (
        select l.customer_id, l.host_id from turned t
        join placements l on l.customer_id = t.customer_id and l.entitlement_id = t.id)
    )
    update entitlements e
    set entitled = c.entitled, owned = greatest(c.entitled, e.placed), term_id = c.id,
      starts_on = c.starts_on, ends_on = c.ends_on, contract_id = l.contract_id
    from chosen c
    join order_lines l on l.customer_id = c.customer_id and l.order_id = c.order_id and l.line = c.line
    where e.customer_id = c.customer_id and e.id = c.entitlement_id
      and (e.entitled, e.owned, e.term_id, e.starts_on, e.ends_on, e.contract_id)
        is distinct from (c.entitled, greatest(c.entitled, e.placed), c.id, c.starts_on, c.ends_on, l.contract_id)`)
}

async function sumLicenses(tx: Db, ids: ReturnType<typeof sql>, today: string): Promise<void> {
  await tx.execute(sql`
    insert into license_sums as s (customer_id, product_id, entitlements, owned, placed, contracts, contract_count,
      next_end_on, last_expired_on, expired, over_placed)
    select e.customer_id, e.product_id, count(*), sum(e.owned), sum(e.placed),
      coalesce(array_to_string((array_agg(distinct c.contract_number))[1:${contractsNamed}::int], ' '), ''),
      count(distinct c.id),
      min(e.ends_on) filter (where e.ends_on >= ${today}::date),
      max(e.ends_on) filter (where e.ends_on < ${today}::date),
      count(*) filter (where e.ends_on < ${today}::date),
      count(*) filter (where e.placed > e.entitled and (e.ends_on is null or e.ends_on >= ${today}::date))
    from entitlements e
    left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    where e.customer_id = any(${ids}) and e.kind = 'sold'
    group by e.customer_id, e.product_id
    on conflict (customer_id, product_id) do update
    set entitlements = excluded.entitlements, owned = excluded.owned, placed = excluded.placed,
      contracts = excluded.contracts, contract_count = excluded.contract_count,
      next_end_on = excluded.next_end_on, last_expired_on = excluded.last_expired_on,
      expired = excluded.expired, over_placed = excluded.over_placed
    where (s.entitlements, s.owned, s.placed, s.contracts, s.contract_count, s.next_end_on, s.last_expired_on,
        s.expired, s.over_placed)
      is distinct from (excluded.entitlements, excluded.owned, excluded.placed, excluded.contracts,
        excluded.contract_count, excluded.next_end_on, excluded.last_expired_on, excluded.expired,
        excluded.over_placed)`)
}

async function dropEmptySums(tx: Db, ids: ReturnType<typeof sql>): Promise<void> {
  await tx.execute(sql`
    delete from license_sums s
    where s.customer_id = any(${ids}) and not exists (
      select from entitlements e
      where e.customer_id = s.customer_id and e.product_id = s.product_id and e.kind = 'sold')`)
}
