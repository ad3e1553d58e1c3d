import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'

/** What makes two hosts look like one. */
export type Twin = { hostId: string; reason: 'label' | 'server' | 'id'; twinId: string; twin: string }

// Whoever was replaced has its successor's label, and a triad shares machines with it: that is no mistake.
const considered = (customerId: string) => sql`
  select h.id, h.label from hosts h
  where h.customer_id = ${customerId} and h.status <> 'planned' and not exists (
    select from hosts s where s.customer_id = h.customer_id and s.replaces_host_id = h.id and s.status <> 'planned')`

/** What identifies each host, one row a mark: label without case, blanks and hyphens, server names and host IDs. */
const marks = (customerId: string) => sql`
  select h.id as host_id, 'label' as reason, regexp_replace(lower(h.label), '[[:space:]-]', '', 'g') as mark
  from (${considered(customerId)}) h
  union all
  select m.host_id, 'server', lower(m.server_name) from host_members m
  join (${considered(customerId)}) h on h.id = m.host_id
  where m.customer_id = ${customerId} and m.server_name <> ''
  union all
  select m.host_id, 'id', m.id_kind || ' ' || m.id_value from host_members m
  join (${considered(customerId)}) h on h.id = m.host_id
  where m.customer_id = ${customerId} and m.id_kind <> 'any'`

/** IDs of the hosts, also retired ones, that share a label, a server name or a host ID with another. */
export function duplicated(customerId: string): SQL {
  return sql`
    select host_id from (
      select host_id, min(host_id::text) over same <> max(host_id::text) over same as is_shared
      from (${marks(customerId)}) mark
      window same as (partition by reason, mark)
    ) shared where is_shared`
}

/** Twins named beside a host; the list has the rest. */
const shown = 3

/** What some hosts share with others, and with which: the first few of each reason. */
export async function listTwins(tx: Db, customerId: string, hostIds: readonly string[]): Promise<Twin[]> {
  if (hostIds.length === 0) return []
  return tx.execute<Twin>(sql`
    with mark as materialized (${marks(customerId)}), pair as (
      select distinct one.host_id, one.reason, other.host_id as twin_id
      from mark one join mark other
        on other.reason = one.reason and other.mark = one.mark and other.host_id <> one.host_id
      where one.host_id = any(${uuidArray(hostIds)})
    )
    select "hostId", reason, "twinId", twin from (
      select p.host_id as "hostId", p.reason, p.twin_id as "twinId", h.label as twin,
        row_number() over (partition by p.host_id, p.reason order by h.label, h.id) as place
      from pair p join hosts h on h.customer_id = ${customerId} and h.id = p.twin_id
    ) named
    where place <= ${shown}
    order by "hostId", array_position(array['id', 'server', 'label'], reason), place`)
}
