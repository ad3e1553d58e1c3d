import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import { violated } from '../database/failures.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid, NotFound, type ProblemKey } from '../errors.ts'
import { recordCompleted } from '../requests/completed.ts'
import { formatHostId } from './host-id.ts'
import { retireHosts, returnHosts } from './retire.ts'

export type Act = { customerId: string; hostId: string; personId: string }
type Done = { id: string; number: number }
type Locked = { label: string; status: 'active' | 'retired' }

/**
 * Takes a host out of service, as a request that is done at once. Throws Invalid while it holds licenses, Conflict
 * where it is out of service already.
 */
export async function decommissionHost(tx: Db, act: Act): Promise<Done> {
  const { customerId, hostId } = act
  const { label, status } = await lockHost(tx, customerId, hostId)
  if (status !== 'active') throw new Conflict('hosts.alreadyRetired', { host: label })
  const placed = await countPlaced(tx, customerId, hostId)
  if (placed > 0)
    throw new Invalid([{ key: 'hosts.decommission.holds', params: { host: label, count: placed } }])
  const request = await record(tx, act, label, 'decommission')
  await retireHosts(tx, { customerId, hostIds: [hostId], requestId: request.id })
  return request
}

/**
 * Puts a host back into service. Throws Invalid where another active host has its label or one of its host IDs by now,
 * Conflict where it is in service.
 */
export async function recommissionHost(tx: Db, act: Act): Promise<Done> {
  const { customerId, hostId } = act
  const { label, status } = await lockHost(tx, customerId, hostId)
  if (status !== 'retired') throw new Conflict('hosts.alreadyActive', { host: label })
  const taken = await listTaken(tx, customerId, hostId)
  if (taken.length > 0) throw new Invalid(taken)
  const request = await record(tx, act, label, 'recommission')
  try {
    await returnHosts(tx, { customerId, hostIds: [hostId], requestId: request.id })
  } catch (error) {
    const constraint = violated(error)
    if (constraint !== 'hosts_active_label' && constraint !== 'host_members_active_id') throw error
    // Taken since it was looked for: the form that comes back says by which host.
    throw new Invalid([{ key: 'plans.hostTakenMeanwhile' }])
  }
  return request
}

/** What stands in the way of putting a host back: active hosts with its label or one of its IDs. */
export async function listTaken(tx: Db, customerId: string, hostId: string): Promise<ProblemKey[]> {
  const rows = await tx.execute<{ kind: string | null; value: string | null; host: string }>(sql`
    select null as kind, null as value, o.label as host
    from hosts h join hosts o on o.customer_id = h.customer_id and lower(o.label) = lower(h.label)
    where h.customer_id = ${customerId} and h.id = ${hostId}::uuid and o.status = 'active' and o.id <> h.id
    union all
    select m.id_kind, m.id_value, o.label
    from host_members m
    join host_members twin on twin.customer_id = m.customer_id and twin.id_kind = m.id_kind
      and twin.id_value = m.id_value and twin.is_active and twin.host_id <> m.host_id
    join hosts o on o.customer_id = twin.customer_id and o.id = twin.host_id
    where m.customer_id = ${customerId} and m.host_id = ${hostId}::uuid`)
  return rows.map(({ kind, value, host }) =>
    kind === null || value === null
      ? { key: 'hosts.recommission.labelTaken', params: { host } }
      : { key: 'hosts.recommission.idTaken', params: { id: formatHostId(kind, value), host } },
  )
}

async function lockHost(tx: Db, customerId: string, hostId: string): Promise<Locked> {
  const [host] = await tx.execute<Locked>(sql`
    select label, status from hosts
    where customer_id = ${customerId} and id = ${hostId}::uuid and status <> 'planned' for no key update`)
  if (!host) throw new NotFound()
  return host
}

async function countPlaced(tx: Db, customerId: string, hostId: string): Promise<number> {
  const [row] = await tx.execute<{ placed: number }>(sql`
    select coalesce(sum(quantity), 0)::float8 as placed from placements
    where customer_id = ${customerId} and host_id = ${hostId}::uuid`)
  return row!.placed
}

type Kind = 'decommission' | 'recommission'

async function record(tx: Db, act: Act, label: string, kind: Kind): Promise<Done> {
  const { customerId, hostId, personId } = act
  const request = await recordCompleted(tx, { customerId, personId, kind, details: { hostId, host: label } })
  await recordActivity(tx, {
    ...{ customerId, personId, verb: `host.${kind}ed` },
    ...{ objectKind: 'host', objectId: hostId, requestId: request.id },
    details: { number: request.number, host: label },
  })
  return request
}
