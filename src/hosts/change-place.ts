import { type SQL, sql } from 'drizzle-orm'
import { checkCountry } from '../customers/address-fields.ts'
import { changedLines, recordChange } from '../customers/record-change.ts'
import { violated } from '../database/failures.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid, NotFound, type ProblemKey } from '../errors.ts'
import { newId } from '../ids.ts'
import { jsonRows } from '../sql.ts'
import { sameServer } from './host-form.ts'
import { checkServerName } from './server-name.ts'

/**
 * What of a host may change: never its IDs. Text as its form has it, '' for the family's port, for no server name, and
 * for the machines that a single host does not have.
 */
export type HostPlace = {
  label: string
  server1: string
  server2: string
  server3: string
  port: string
  addressLine1: string
  postalCode: string
  city: string
  country: string
}

type Stored = HostPlace & { status: 'active' | 'retired'; kind: 'single' | 'triad' }

/** As stored; with `lock`, until the transaction ends. Throws NotFound. */
export async function findHostPlace(
  tx: Db,
  customerId: string,
  hostId: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<Stored> {
  const [row] = await tx.execute<Stored>(sql`
    select h.status, h.kind, h.label, ${serverName(1)} as server1, ${serverName(2)} as server2,
      ${serverName(3)} as server3, coalesce(h.port::text, '') as port, h.address_line1 as "addressLine1",
      h.postal_code as "postalCode", h.city, h.country
    from hosts h
    where h.customer_id = ${customerId} and h.id = ${hostId}::uuid and h.status <> 'planned'
    ${lock ? sql`for no key update` : sql``}`)
  if (!row) throw new NotFound()
  return row
}

function serverName(position: number): SQL {
  return sql`coalesce((select m.server_name from host_members m
    where m.customer_id = h.customer_id and m.host_id = h.id and m.position = ${position}), '')`
}

export type PlaceChange = {
  customerId: string
  hostId: string
  personId: string
  mark: string
  values: HostPlace
}

/**
 * Changes a host's name, server names, port and installation address, as a request that is done at once. What is
 * changed here stays at later loads. Names and port stand in the pack: one that was cut with others is no longer
 * current. Throws Invalid with every problem beside its field, Conflict where the host is out of service.
 */
export async function changePlace(tx: Db, change: PlaceChange): Promise<{ id: string; number: number }> {
  const { customerId, hostId, personId, mark } = change
  const { status, ...before } = await findHostPlace(tx, customerId, hostId, { lock: true })
  if (status !== 'active') throw new Conflict('hosts.alreadyRetired', { host: before.label })
  const values = { ...change.values, ...(before.kind === 'single' && { server2: '', server3: '' }) }
  const problems = [
    ...checkServers(before, values),
    ...checkPort(values.port),
    ...checkCountry(values.country),
    ...(await checkLabel(tx, change)),
  ]
  if (problems.length > 0) throw new Invalid(problems)
  const lines = changedLines(before, values, mark)
  const details = { of: 'host' as const, hostId, host: values.label, lines }
  const request = await recordChange(tx, { customerId, personId, details })
  const isInPack = lines.some(({ field }) => /^(?:label|port|server\d)$/.test(field))
  const changed = tx.execute(sql`
    update hosts set label = ${values.label}, port = ${values.port || null}::int, address_line1 = ${values.addressLine1},
      postal_code = ${values.postalCode}, city = ${values.city}, country = ${values.country},
      is_pack_current = is_pack_current and not ${isInPack}::boolean
    where customer_id = ${customerId} and id = ${hostId}::uuid`)
  await changed.catch((error) => {
    if (violated(error) !== 'hosts_active_label') throw error
    // Someone has given another host this name since it was looked for.
    throw new Invalid([{ field: 'label', key: 'addresses.labelTaken', params: { host: values.label } }])
  })
  await nameServers(tx, change, values)
  // What is to take its place bears its name, also while a plan for it waits to be decided.
  await tx.execute(sql`
    update hosts set label = ${values.label}
    where customer_id = ${customerId} and replaces_host_id = ${hostId}::uuid and status = 'planned'`)
  await tx.execute(sql`
    insert into host_versions (customer_id, id, host_id, label, port, address_line1, postal_code, city, country, request_id)
    select customer_id, ${newId()}::uuid, id, label, port, address_line1, postal_code, city, country, ${request.id}::uuid
    from hosts where customer_id = ${customerId} and id = ${hostId}::uuid`)
  return request
}

const positions = [1, 2, 3] as const

async function nameServers(tx: Db, { customerId, hostId }: PlaceChange, values: HostPlace): Promise<void> {
  const names = positions.map((position) => ({ position, name: values[`server${position}`] }))
  await tx.execute(sql`
    update host_members m set server_name = x.name
    from jsonb_to_recordset(${jsonRows(names)}) as x (position int, name text)
    where m.customer_id = ${customerId} and m.host_id = ${hostId}::uuid and m.position = x.position
      and m.server_name <> x.name`)
}

/** A name that is there may be another, but not none: the pack of what is served from it needs one. */
function checkServers(before: HostPlace, values: HostPlace): ProblemKey[] {
  const wrong = positions.flatMap((position): ProblemKey[] => {
    const field = `server${position}` as const
    if (values[field] === before[field]) return []
    const read = checkServerName(values[field])
    return 'problem' in read ? [{ field, key: read.problem, params: read.params }] : []
  })
  const members = positions.map((position) => ({ position, serverName: values[`server${position}`] }))
  return [...wrong, ...sameServer(members)]
}

function checkPort(port: string): ProblemKey[] {
  const isPort = port === '' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)
  return isPort ? [] : [{ field: 'port', key: 'plans.host.port' }]
}

async function checkLabel(tx: Db, { customerId, hostId, values }: PlaceChange): Promise<ProblemKey[]> {
  const taken = await tx.execute<{ label: string }>(sql`
    select label from hosts
    where customer_id = ${customerId} and lower(label) = lower(${values.label}) and status = 'active'
      and id <> ${hostId}::uuid`)
  return taken.map(({ label }) => ({ field: 'label', key: 'addresses.labelTaken', params: { host: label } }))
}
