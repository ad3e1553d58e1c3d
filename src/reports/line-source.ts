import { type SQL, sql } from 'drizzle-orm'
import { boughtUnder } from '../entitlements/bought.ts'
import { all, expiringDays, type LicenseFilter } from '../licenses/filter.ts'
import { isNamed } from '../licenses/queries.ts'
import { isCalled } from '../sql.ts'
import type { AsOf } from '../web/as-of.ts'
import { type Sources, sourcesNow, sourcesThen } from './sources.ts'

/** Stands for the host of a line of the rest in sort keys. */
export const noHost = '00000000-0000-0000-0000-000000000000'

export const available = sql`case line.is_rest when 1 then e.owned - e.placed else 0 end`
export const hostKey = sql`coalesce(line.host_id, ${noHost}::uuid)`

/** Whose report, of what, and of when. */
export type Report = {
  customerId: string
  filter: LicenseFilter
  /** The publisher's day; of a report of the past that day. */
  day: string
  /** Null: as things are. */
  asOf: AsOf | null
}

type Wanted = Report & {
  /** With the products’ features in words, and which configuration and request a placement is of. */
  isInFull?: boolean
  /** Only from this product (by name and ID) and this entitlement of it on. */
  from?: readonly [name: string, productId: string, entitlementId: string] | undefined
  /** Of each product no more entitlements than this, the oldest. */
  most?: number | undefined
}

/**
 * What the report's statements read: products `p`, entitlements `e` and lines `line`, as the filter has them. An
 * entitlement of which nothing is owned and nothing placed (expired, or to begin) has its one line too: else it would
 * be lost to the reader. So each entitlement has a line at least, and a page of so many lines needs no more of them.
 *
 * Each step goes to the next by a lateral that the planner cannot turn into another join (offset 0, limit): its work
 * grows with the lines read, also right after a load, when there are no statistics yet and the planner would compare
 * everything with everything.
 */
export function lines(wanted: Wanted): SQL {
  const { customerId, filter, day, asOf, from, most } = wanted
  const sources = sourcesOf(wanted)
  const named = { customerId, filter, asOf, sources }
  return sql`
    from (
      select p.id as product_id, p.name as product, p.part_number, p.license_type, f.name as family, f.daemon,
        f.port as family_port, ${filter.text === '' ? sql`true` : isNamed(filter.text)} as is_named
        ${wanted.isInFull ? sql`, ${features} as features` : sql``}
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
      select e.*, ${isWhole(named)} as is_whole
      from (${sources.entitlements}) e
      where ${all([
        from && sql`(p.product_id <> ${from[1]}::uuid or e.entitlement_id >= ${from[2]}::uuid)`,
        filter.text === '' ? undefined : sql`(${isWhole(named)} or e.entitlement_id in (${onHosts(named)}))`,
        shown(filter, day),
      ])}
      ${most === undefined ? sql`offset 0` : sql`order by e.entitlement_id limit ${most}`}
    ) e
    cross join lateral (
      select 0 as is_rest, pl.host_id, pl.configuration_id, pl.quantity, pl.request_id
      from (${wanted.isInFull ? sources.placements : sources.quantities}) pl
      where ${all([
        filter.text === '' ? undefined : sql`(e.is_whole or pl.host_id in (${hostsNamed(named)}))`,
        filter.show === 'available' ? sql`false` : undefined,
      ])}
      union all
      select 1, null::uuid, null::uuid, 0, null::uuid where e.is_whole and (e.owned > e.placed or e.placed = 0)
    ) line`
}

const features = sql`(
  select string_agg(pf.name || ' ' || pf.version, '; ' order by pf.position) from product_features pf
  where pf.product_id = p.id
)`

export function sourcesOf({ customerId, asOf }: Report): Sources {
  return asOf ? sourcesThen(customerId, asOf) : sourcesNow(customerId)
}

type Named = Pick<Report, 'customerId' | 'filter' | 'asOf'> & { sources: Sources }

/** Whether all lines of an entitlement `e` have what was typed, and not only those on hosts named so. */
function isWhole({ customerId, filter: { text }, asOf }: Named): SQL {
  return text === ''
    ? sql`true`
    : sql`(p.is_named or e.entitlement_id in (${boughtUnder(customerId, text, asOf?.end)}))`
}

function hostsNamed({ customerId, filter: { text }, sources }: Named): SQL {
  return sql`select h.id from ${sources.hosts} where h.customer_id = ${customerId} and ${isCalled(sql`v.label`, text)}`
}

function onHosts(named: Named): SQL {
  const { customerId, filter, sources } = named
  const isOfRest = filter.show === 'available' ? sql`and false` : sql``
  return sql`select pl.entitlement_id from ${sources.allPlacements} pl
    where pl.customer_id = ${customerId} and pl.quantity > 0 and pl.host_id in (${hostsNamed(named)}) ${isOfRest}`
}

function shown({ show }: LicenseFilter, day: string): SQL | undefined {
  switch (show) {
    case 'available':
      return sql`e.owned > e.placed`
    case 'expiring':
      return sql`e.ends_on between ${day}::date and ${day}::date + ${expiringDays}::int`
    case 'expired':
      return sql`e.ends_on < ${day}::date`
    case 'over-placed':
      return sql`e.placed > e.entitled and (e.ends_on is null or e.ends_on >= ${day}::date)`
    case 'all':
      return undefined
  }
}
