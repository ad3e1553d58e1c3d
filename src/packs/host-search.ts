import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { formatHostId, parseHostId } from '../hosts/host-id.ts'
import { bought, holding, idDigits, productsCalled, touchedBy } from '../hosts/matching.ts'
import { formatRequestNumber, parseRequestNumber } from '../requests/number.ts'
import { containing, isCalled, uuidArray } from '../sql.ts'

/** What of a host, or of what is on it, is as was typed; words are `retrieval.match.<kind>`. */
export type Match = {
  kind: 'host' | 'hostId' | 'server' | 'product' | 'order' | 'contract' | 'configuration' | 'request'
  value: string
}

type Sources = Record<Match['kind'], SQL | null>

/**
 * Where a text may be found, as queries of (host_id, value, id_kind) of one company: part of a label, server name,
 * product, order, contract or configuration; a host ID in any spelling or part of one; a whole request number. From
 * what is found to the hosts, not from each host to what is on it: the same cost however many hosts there are. With
 * `hostIds`, on these alone.
 */
function sources(customerId: string, typed: string, hostIds?: readonly string[]): Sources {
  const like = containing(typed)
  const read = parseHostId(typed, { allowAny: true })
  const bare = idDigits(typed)
  const asked = parseRequestNumber(typed)
  const number = 'number' in asked ? asked.number : null
  const among = (column: SQL) => (hostIds ? sql`and ${column} = any(${uuidArray(hostIds)})` : sql``)
  const onHost = (value: SQL, joins: SQL, terms: SQL) => sql`
    select l.host_id, ${value} as value, '' as id_kind
    from placements l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    ${joins}
    where l.customer_id = ${customerId} and ${terms} ${among(sql`l.host_id`)}`
  return {
    host: sql`select id as host_id, label as value, '' as id_kind from hosts
      where customer_id = ${customerId} and ${isCalled(sql`label`, typed)} ${among(sql`id`)}`,
    hostId: sql`select host_id, id_value as value, id_kind from host_members
      where customer_id = ${customerId} and (id_value = ${'value' in read ? read.value : null} or id_value ilike ${like}
        or replace(replace(id_value, '-', ''), '.', '') ilike ${bare ? containing(bare) : null})
        ${among(sql`host_id`)}`,
    server: sql`select host_id, server_name as value, '' as id_kind from host_members
      where customer_id = ${customerId} and server_name ilike ${like} ${among(sql`host_id`)}`,
    product: onHost(
      sql`p.name || ' (' || p.part_number || ')'`,
      sql`join products p on p.id = e.product_id`,
      // `is true` has them looked up, and not gone through for each placement.
      sql`(e.product_id in (${productsCalled(typed)})) is true`,
    ),
    order: onHost(
      sql`o.sales_order_number`,
      sql`join order_lines r on r.customer_id = e.customer_id and r.entitlement_id = e.id
        join orders o on o.customer_id = r.customer_id and o.id = r.order_id`,
      sql`o.customer_id = ${customerId} and o.sales_order_number ilike ${like}`,
    ),
    contract: onHost(
      sql`c.contract_number`,
      sql`join order_lines r on r.customer_id = e.customer_id and r.entitlement_id = e.id
        join contracts c on c.customer_id = r.customer_id and c.id = r.contract_id`,
      sql`c.customer_id = ${customerId} and c.contract_number ilike ${like}`,
    ),
    configuration: sql`select host_id, configuration_number as value, '' as id_kind from configurations
      where customer_id = ${customerId} and configuration_number ilike ${like}
        ${among(sql`host_id`)}`,
    request:
      number === null
        ? null
        : sql`select t.host_id, ${String(number)}::text as value, '' as id_kind
          from (${touchedBy(customerId, number)}) t where true ${among(sql`t.host_id`)}`,
  }
}

/**
 * Whether a text leads to host `h`, as a condition. Each part stands for itself, so that it is looked up once and not
 * for each host, whatever the planner knows of the tables; what was bought is looked through once for all of it.
 */
export function isFound(customerId: string, typed: string): SQL {
  const { product: _, order: __, contract: ___, ...own } = sources(customerId, typed)
  const found = Object.values(own).filter((source) => source !== null)
  return sql`(${sql.join(
    [...found, holding(customerId, sql`placements`, bought(customerId, typed))].map(
      (source) => sql`h.id in (select host_id from (${source}) s)`,
    ),
    sql` or `,
  )})`
}

const mostShown = 3

/** What on each of these hosts is as was typed, three of them at most, the host's own first. */
export async function listMatches(
  tx: Db,
  customerId: string,
  hostIds: readonly string[],
  typed: string,
): Promise<Map<string, Match[]>> {
  const found = Object.entries(sources(customerId, typed, hostIds)).filter(([, source]) => source !== null)
  const rows = await tx.execute<{ host_id: string; kind: Match['kind']; value: string; id_kind: string }>(sql`
    select distinct host_id, kind, value, id_kind from (${sql.join(
      found.map(
        ([kind, source]) => sql`select host_id, ${kind}::text as kind, value, id_kind from (${source}) s`,
      ),
      sql` union all `,
    )}) m
    order by host_id, kind, value`)
  const order = Object.keys(sources(customerId, typed))
  const byHost = Map.groupBy(
    rows.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind)),
    (row) => row.host_id,
  )
  return new Map([...byHost].map(([id, all]) => [id, all.slice(0, mostShown).map(shown)]))
}

function shown({ kind, value, id_kind }: { kind: Match['kind']; value: string; id_kind: string }): Match {
  if (kind === 'hostId') return { kind, value: formatHostId(id_kind, value) }
  return { kind, value: kind === 'request' ? formatRequestNumber(Number(value)) : value }
}
