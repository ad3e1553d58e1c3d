import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { jsonRows } from '../sql.ts'
import type { HostId } from './host-id.ts'

export type KnownHost = {
  kind: string
  value: string
  id: string
  label: string
  status: 'active' | 'retired'
}

/** The company's hosts that have one of these IDs; active ones first. Hosts that stand in a draft only are none. */
export async function listHostsOfIds(
  tx: Db,
  customerId: string,
  ids: readonly HostId[],
): Promise<KnownHost[]> {
  if (ids.length === 0) return []
  const rows = ids.map(({ kind, value }) => ({ kind, value }))
  return tx.execute<KnownHost>(sql`
    select distinct m.id_kind as kind, m.id_value as value, h.id, h.label, h.status
    from jsonb_to_recordset(${jsonRows(rows)}) as w (kind text, value text)
    join host_members m on m.customer_id = ${customerId} and m.id_kind = w.kind and m.id_value = w.value
    join hosts h on h.customer_id = m.customer_id and h.id = m.host_id
    where h.status <> 'planned'
    order by h.status, h.label`)
}

export type KnownAnywhere = KnownHost & { customerNumber: string; customer: string }

/** Hosts of all companies that have one of these IDs, at most 500. For the desk. */
export async function listHostsEverywhere(tx: Db, ids: readonly HostId[]): Promise<KnownAnywhere[]> {
  if (ids.length === 0) return []
  const rows = ids.map(({ kind, value }) => ({ kind, value }))
  return tx.execute<KnownAnywhere>(sql`
    select distinct m.id_kind as kind, m.id_value as value, h.id, h.label, h.status,
      c.customer_number as "customerNumber", c.name as customer
    from jsonb_to_recordset(${jsonRows(rows)}) as w (kind text, value text)
    cross join customers c
    join host_members m on m.customer_id = c.id and m.id_kind = w.kind and m.id_value = w.value
    join hosts h on h.customer_id = m.customer_id and h.id = m.host_id
    where h.status <> 'planned'
    order by h.status, c.customer_number, h.label
    limit 500`)
}
