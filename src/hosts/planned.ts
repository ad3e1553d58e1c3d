import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import type { HostForm } from './host-form.ts'
import { formatHostId } from './host-id.ts'

type Row = Omit<HostForm, 'id1' | 'id2' | 'id3' | 'server1' | 'server2' | 'server3'> & {
  members: { kind: string; value: string; server: string }[]
}

/** A host that stands in a draft only, as its form shows it. Throws NotFound for any other. */
export function findPlannedHost(
  tx: Db,
  { customerId, planId, hostId }: Record<'customerId' | 'planId' | 'hostId', string>,
): Promise<HostForm> {
  return findForm(
    tx,
    sql`h.customer_id = ${customerId} and h.id = ${hostId} and h.plan_id = ${planId} and h.status = 'planned'`,
  )
}

/** A host in service as a form would show it: what its successor begins with. Throws NotFound for any other. */
export function findHostInService(tx: Db, customerId: string, hostId: string): Promise<HostForm> {
  return findForm(tx, sql`h.customer_id = ${customerId} and h.id = ${hostId} and h.status = 'active'`)
}

async function findForm(tx: Db, which: SQL): Promise<HostForm> {
  const [row] = await tx.execute<Row>(sql`
    select h.label, h.kind, coalesce(h.port::text, '') as port, h.address_line1 as "addressLine1",
      h.postal_code as "postalCode", h.city, h.country,
      (select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value, 'server', m.server_name)
        order by m.position) from host_members m
        where m.customer_id = h.customer_id and m.host_id = h.id) as members
    from hosts h
    where ${which}`)
  if (!row) throw new NotFound()
  const { members, ...host } = row
  const id = (index: number) => {
    const member = members[index]
    return member ? formatHostId(member.kind, member.value) : ''
  }
  const server = (index: number) => members[index]?.server ?? ''
  return {
    ...host,
    id1: id(0),
    id2: id(1),
    id3: id(2),
    server1: server(0),
    server2: server(1),
    server3: server(2),
  }
}
