import { type SQL, sql } from 'drizzle-orm'
import { all, contains, expiringDays, type LicenseFilter } from '../licenses/filter.ts'

/** Stands for the host of a line of the rest in sort keys. */
export const noHost = '00000000-0000-0000-0000-000000000000'

export const available = sql`case line.is_rest when 1 then e.owned - e.placed else 0 end`
export const hostKey = sql`coalesce(line.host_id, ${noHost}::uuid)`

type Wanted = {
  /** The products’ features in words. */
  features: boolean
  /** What they were bought under, and the hosts’ labels. */
  orders: boolean
  /** Only products from this one on, by name and ID. */
  from?: [name: string, id: string] | undefined
}

/**
 * What the report's statements read: products `p`, entitlements `e`, lines `line` and, with orders, hosts `h`. An
 * entitlement of which nothing is owned and nothing placed (expired, or to begin) has its one line too: else it would
 * be lost to the reader.
 */
export function lines(customerId: string, filter: LicenseFilter, wanted: Wanted): SQL {
  const { from } = wanted
  return sql`
    from (
      select p.id as product_id, p.name as product, p.part_number, p.license_type, f.name as family, f.daemon,
        f.port as family_port ${wanted.features ? sql`, ${features} as features` : sql``}
      from license_sums s
      join products p on p.id = s.product_id
      join families f on f.id = p.family_id
      where ${all([
        sql`s.customer_id = ${customerId}`,
        filter.family === '' ? undefined : sql`f.name = ${filter.family}`,
        from && sql`(p.name, p.id) >= (${from[0]}, ${from[1]}::uuid)`,
      ])}
      order by p.name, p.id offset 0
    ) p
    cross join lateral (
      select e.id as entitlement_id, e.entitled, e.owned, e.placed, e.starts_on, e.ends_on
        ${wanted.orders ? boughtColumns : sql``}
      from entitlements e
      ${wanted.orders ? bought(customerId) : sql``}
      where e.customer_id = ${customerId} and e.product_id = p.product_id offset 0
    ) e
    cross join lateral (
      select 0 as is_rest, pl.host_id, pl.configuration_id, pl.quantity, pl.request_id
      from placements pl
      where pl.customer_id = ${customerId} and pl.entitlement_id = e.entitlement_id and pl.quantity > 0
      union all
      select 1, null::uuid, null::uuid, 0, null::uuid where e.owned > e.placed or e.placed = 0
    ) line
    ${
      wanted.orders
        ? sql`left join lateral (
            select h.label from hosts h where h.customer_id = ${customerId} and h.id = line.host_id limit 1
          ) h on true`
        : sql``
    }`
}

const features = sql`(
  select string_agg(pf.name || ' ' || pf.version, '; ' order by pf.position) from product_features pf
  where pf.product_id = p.id
)`

const boughtColumns = sql`, c.contract_number, c.maintenance_starts_on, c.maintenance_ends_on, o.sales_order_number,
  o.order_date, l.release`

function bought(customerId: string): SQL {
  return sql`
    left join lateral (
      select c.contract_number, c.maintenance_starts_on, c.maintenance_ends_on from contracts c
      where c.customer_id = ${customerId} and c.id = e.contract_id limit 1
    ) c on true
    left join lateral (
      select t.order_id, t.line from terms t where t.customer_id = ${customerId} and t.id = e.term_id limit 1
    ) t on true
    left join lateral (
      select o.sales_order_number, o.order_date from orders o
      where o.customer_id = ${customerId} and o.id = t.order_id limit 1
    ) o on true
    left join lateral (
      select l.release from order_lines l
      where l.customer_id = ${customerId} and l.order_id = t.order_id and l.line = t.line limit 1
    ) l on true`
}

/** The filter as conditions; those by text need `lines` with orders. */
export function matching(filter: LicenseFilter, today: string): (SQL | undefined)[] {
  const columns = [
    sql`p.product`,
    sql`p.part_number`,
    sql`e.contract_number`,
    sql`e.sales_order_number`,
    sql`h.label`,
  ]
  const found = columns.map((column) => contains(column, filter.text))
  return [filter.text === '' ? undefined : sql`(${sql.join(found, sql` or `)})`, shown(filter, today)]
}

function shown({ show }: LicenseFilter, today: string): SQL | undefined {
  switch (show) {
    case 'available':
      return sql`line.is_rest = 1 and e.owned > e.placed`
    case 'expiring':
      return sql`e.ends_on between ${today}::date and ${today}::date + ${expiringDays}::int`
    case 'expired':
      return sql`e.ends_on < ${today}::date`
    case 'over-placed':
      return sql`e.placed > e.entitled and (e.ends_on is null or e.ends_on >= ${today}::date)`
    case 'all':
      return undefined
  }
}
