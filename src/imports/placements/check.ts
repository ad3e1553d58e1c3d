import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { isMaintained } from '../../plans/load-plan.ts'
import { hostNames } from '../hosts/check.ts'
import { fine, refuse, refuseDuplicates, resolveCustomers } from '../reasons.ts'
import type { Context } from '../stage.ts'
import { checkConfigurations } from './configurations.ts'

const table = 'load_placements'

/** Checks the rows of placements.csv: what they speak of, who manages it, and the rules of license types. */
export async function checkPlacements(tx: Db, context: Context): Promise<void> {
  await refuseDuplicates(tx, table)
  await resolveCustomers(tx, table)
  await findHosts(tx)
  await findEntitlements(tx, context.today)
  await lock(tx)
  await refuseManagedHere(tx, context)
  await refuse(tx, {
    table,
    reason: 'imports.sameEntitlement',
    params: sql`'line', f.first`,
    from: sql`(select line, min(line) over (partition by customer_id, entitlement_id, host_id) as first
               from load_placements where entitlement_id is not null and host_id is not null) f`,
    where: sql`${fine()} and f.line = r.line and f.first < r.line`,
  })
  await checkNodeLocked(tx)
  await checkConfigurations(tx)
  await checkOwned(tx, context.today)
  await checkBases(tx)
}

async function findHosts(tx: Db): Promise<void> {
  for (const name of hostNames) {
    await tx.execute(sql`
      update load_placements r set host_id = h.id from hosts h
      where r.host_id is null and h.customer_id = r.customer_id and h.status = 'active'
        and lower(${name}) = lower(r.host_name)`)
  }
}

/** Also what is placed there already, and whether the contract covers the day (which makes the configuration). */
async function findEntitlements(tx: Db, today: string): Promise<void> {
  await tx.execute(sql`
    update load_placements r set entitlement_id = e.id, product_id = e.product_id, family_id = p.family_id,
      is_maintained = ${isMaintained(today)},
      placed = coalesce(l.quantity, 0), placed_as = l.configuration_id
    from load_placements s
    join orders o on o.customer_id = s.customer_id and o.sales_order_number = s.sales_order_number
    join order_lines i on i.customer_id = o.customer_id and i.order_id = o.id and i.line = s.order_line
    join entitlements e on e.customer_id = i.customer_id and e.id = i.entitlement_id
    join products p on p.id = e.product_id
    left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    left join placements l on l.customer_id = e.customer_id and l.entitlement_id = e.id and l.host_id = s.host_id
    where s.line = r.line`)
  await refuse(tx, {
    table,
    reason: 'imports.noOrderLine',
    params: sql`'number', r.sales_order_number, 'line', r.order_line, 'customer', r.customer_number`,
    where: sql`r.customer_id is not null and r.entitlement_id is null
               and r.sales_order_number is not null and r.order_line is not null`,
  })
}

/** In the order in which plans lock (plans/submit-plan.ts), so that nobody transfers what is being loaded. */
async function lock(tx: Db): Promise<void> {
  await tx.execute(sql`
    select count(*) from (
      select from customers where id in (select customer_id from load_placements)
      order by id for no key update) c`)
  await tx.execute(sql`
    select count(*) from (
      select from entitlements e
      where (e.customer_id, e.id) in (select customer_id, entitlement_id from load_placements)
      order by e.customer_id, e.id for no key update) e`)
  await tx.execute(sql`
    select count(*) from (
      select from hosts h where (h.customer_id, h.id) in (select customer_id, host_id from load_placements)
      order by h.customer_id, h.id for no key update) h`)
}

/** The file gives opening balances: from a person's first transfer on, the entitlement is managed here. */
async function refuseManagedHere(tx: Db, { timeZone }: Context): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.managedHere',
    params: sql`'day', t.day::text`,
    from: sql`(
      select t.customer_id, t.entitlement_id, min((t.at at time zone ${timeZone})::date) as day
      from transfers t
      where t.request_id is not null
        and (t.customer_id, t.entitlement_id) in (select customer_id, entitlement_id from load_placements)
      group by 1, 2) t`,
    where: sql`t.customer_id = r.customer_id and t.entitlement_id = r.entitlement_id`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.noHost',
    params: sql`'label', r.host_name, 'customer', r.customer_number`,
    where: sql`${fine()} and r.customer_id is not null and r.host_id is null`,
  })
}

async function checkNodeLocked(tx: Db): Promise<void> {
  const isNodeLocked = sql`${fine()} and p.id = r.product_id and p.license_type = 'node-locked'`
  await refuse(tx, {
    table,
    reason: 'imports.nodeLockedTriad',
    from: sql`products p, hosts h`,
    where: sql`${isNodeLocked} and h.customer_id = r.customer_id and h.id = r.host_id and h.kind = 'triad'`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.nodeLockedOnce',
    from: sql`products p`,
    where: sql`${isNodeLocked} and (r.quantity > 1 or exists (
      select from load_placements o
      where o.customer_id = r.customer_id and o.host_id = r.host_id and o.product_id = r.product_id
        and o.line < r.line and ${fine('o')}
    ) or exists (
      select from placements l join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      where l.customer_id = r.customer_id and l.host_id = r.host_id and e.product_id = r.product_id
        and l.entitlement_id <> r.entitlement_id))`,
  })
}

/**
 * Not more than was owned at some time until today: so that what has expired, or was placed before a smaller term
 * began, can be loaded as it stands.
 */
async function checkOwned(tx: Db, today: string): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.moreThanOwned',
    params: sql`'placed', t.total, 'owned', t.owned`,
    from: sql`(
      select r.line, coalesce(o.owned, 0) as owned, e.placed
          - sum(r.placed) over (partition by r.customer_id, r.entitlement_id)
          + sum(r.quantity) over (partition by r.customer_id, r.entitlement_id order by r.line) as total
      from load_placements r
      join entitlements e on e.customer_id = r.customer_id and e.id = r.entitlement_id
      left join (
        select customer_id, entitlement_id, max(quantity) as owned from order_lines
        where starts_on <= ${today}::date
          and (customer_id, entitlement_id) in (select customer_id, entitlement_id from load_placements)
        group by 1, 2
      ) o on o.customer_id = r.customer_id and o.entitlement_id = r.entitlement_id
      where ${fine()}) t`,
    where: sql`t.line = r.line and t.total > t.owned and r.quantity > r.placed`,
  })
}

/** The product that an extended one extends must be on the host; being refused, it takes the extension with it. */
async function checkBases(tx: Db): Promise<void> {
  for (let found = 1; found > 0; ) {
    const rows = await tx.execute<{ line: number }>(sql`
      update load_placements r
      set reasons = r.reasons || jsonb_build_array(jsonb_build_object('key', 'imports.baseNotPlaced',
        'params', jsonb_build_object('base', b.name, 'partNumber', b.part_number)))
      from products p join products b on b.id = p.extends_product_id
      where ${fine()} and p.id = r.product_id and not exists (
        select from load_placements o
        where o.customer_id = r.customer_id and o.host_id = r.host_id and o.product_id = b.id and ${fine('o')}
      ) and not exists (
        select from placements l join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
        where l.customer_id = r.customer_id and l.host_id = r.host_id and e.product_id = b.id and l.quantity > 0)
      returning r.line`)
    found = rows.length
  }
}
