import { text } from '../web/forms.ts'
import type { HostForm } from './host-form.ts'
import { formatHostId, type HostId } from './host-id.ts'

/** What is known of a host before its form is filled in; a triad has three IDs and names. */
export type KnownOfHost = { label?: string; ids: HostId[]; servers?: string[]; port?: number | null }

const fields = ['label', 'id1', 'id2', 'id3', 'server1', 'server2', 'server3', 'port'] as const
type Field = (typeof fields)[number]

/** The query of an address that opens a form for a new host with these things filled in; see prefilled. */
export function prefilledQuery({ label = '', ids, servers = [], port }: KnownOfHost): string {
  const query = new URLSearchParams()
  if (ids.length === 3) query.set('kind', 'triad')
  const shown = ids.length === 3 ? ids : ids.slice(0, 1)
  if (label) query.set('label', label)
  for (const [index, { kind, value }] of shown.entries()) {
    query.set(`id${index + 1}`, formatHostId(kind, value))
    if (servers[index]) query.set(`server${index + 1}`, servers[index])
  }
  if (port) query.set('port', String(port))
  return query.toString()
}

/** The fields that an address brings; nothing of it is believed before the form is sent and read as typed. */
export function prefilled(query: unknown): Partial<Pick<HostForm, Field>> {
  const given = (query ?? {}) as Record<string, unknown>
  const entries = fields.map((field) => [field, text(given[field]).slice(0, 253)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}
