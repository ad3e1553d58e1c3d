import { checkTriad, type HostId, parseHostId } from '../../hosts/host-id.ts'
import { checkServerName } from '../../hosts/server-name.ts'
import { type Cells, clip } from '../cells.ts'
import { readCountry } from '../customers/read.ts'
import type { Context, StagedRow } from '../stage.ts'

export const hostColumns = `customer_number text, host_name text, ids jsonb, server_names text[], port integer,
  address_line1 text, postal_code text, city text, country text, id uuid, version_id uuid, customer_id uuid,
  host_id uuid, is_kept boolean not null`

export function readHost(cells: Cells, context: Context, newId: () => string): StagedRow {
  const number = cells.number('customer_number')
  const label = cells.text('host_name', { max: 100, required: true })
  const ids = readIds(cells, context)
  return {
    key: `${cells.raw('customer_number')} ${cells.raw('host_name')}`,
    same: number && label && `${number} ${label.toLowerCase()}`,
    customer_number: number,
    host_name: label,
    ids,
    server_names: readServerNames(cells),
    port: cells.whole('port', 65535, false),
    address_line1: cells.text('address_line1'),
    postal_code: cells.text('postal_code', { max: 20 }),
    city: cells.text('city', { max: 100 }),
    country: readCountry(cells),
    id: newId(),
    version_id: newId(),
    is_kept: false,
  }
}

function readIds(cells: Cells, { allowAnyHostId, hostIdKinds }: Context): HostId[] | null {
  const parts = cells.list('host_ids')
  if (parts.length === 0) return cells.refuse('imports.empty', { column: 'host_ids' })
  if (parts.length !== 1 && parts.length !== 3)
    return cells.refuse('imports.hostIdCount', { count: parts.length })
  const ids: HostId[] = []
  for (const part of parts) {
    const read = parseHostId(part, { allowAny: allowAnyHostId, vendorNames: hostIdKinds })
    if ('kind' in read) ids.push(read)
    else cells.refuse('imports.hostId', { value: clip(part), why: read.problem, ...read.params })
  }
  if (ids.length !== parts.length) return null
  const wrong = ids.length === 3 ? checkTriad(ids) : null
  return wrong ? cells.refuse('imports.triad', { why: wrong.problem, ...wrong.params }) : ids
}

/** One per host ID; a single machine may do without, since node-locked licenses need none. */
function readServerNames(cells: Cells): string[] {
  const count = cells.list('host_ids').length
  const names = cells.list('server_names')
  if (count === 0 || (names.length === 0 && count === 1)) return ['']
  if (names.length !== count) {
    cells.refuse('imports.serverNameCount', { count: names.length, ids: count })
  }
  for (const name of names) {
    const read = checkServerName(name)
    if ('problem' in read)
      cells.refuse('imports.serverName', { value: clip(name), why: read.problem, ...read.params })
  }
  const lower = names.map((name) => name.toLowerCase())
  const twice = names.find((_, i) => lower.indexOf(lower[i]!) < i)
  if (twice) cells.refuse('imports.serverNameTwice', { value: clip(twice) })
  return names
}
