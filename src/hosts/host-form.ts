import type { ProblemKey } from '../errors.ts'
import { checkTriad, type HostId, type HostIdProblem, parseHostId } from './host-id.ts'
import { checkServerName } from './server-name.ts'

/** A host as typed: one machine, or a triad of three. All fields are text; those of a kind not chosen are ignored. */
export type HostForm = {
  label: string
  kind: string
  id1: string
  id2: string
  id3: string
  server1: string
  server2: string
  server3: string
  port: string
  addressLine1: string
  postalCode: string
  city: string
  country: string
}

/** With nothing typed yet, for one machine. */
export const emptyHostForm: HostForm = {
  ...{ label: '', kind: 'single', id1: '', id2: '', id3: '', server1: '', server2: '', server3: '' },
  ...{ port: '', addressLine1: '', postalCode: '', city: '', country: '' },
}

export type NewMember = {
  position: number
  idKind: string
  idValue: string
  serverName: string
  field: string
}

export type ReadOptions = {
  publisher: { allowAnyHostId: boolean; hostIdKinds: readonly string[] }
  /** Something counted will be served from it, so each machine's name must stand in the pack. */
  needsServerNames: boolean
}

/** Reads a host that was typed; every problem at once, each beside its field. Members that cannot be read are left out. */
export function readHostForm(values: HostForm, options: ReadOptions) {
  const kind: 'single' | 'triad' = values.kind === 'triad' ? 'triad' : 'single'
  const problems: ProblemKey[] = [
    ...checkLabel(values.label),
    ...checkPort(values.port),
    ...checkCountry(values.country),
  ]
  const members: NewMember[] = []
  for (const position of kind === 'triad' ? ([1, 2, 3] as const) : ([1] as const)) {
    const id = readId(values[`id${position}`], options)
    const server = readServer(values[`server${position}`], options)
    if ('problem' in id) problems.push(beside(`id${position}`, id))
    if (server && 'problem' in server) problems.push(beside(`server${position}`, server))
    if ('kind' in id) {
      const serverName = server && 'name' in server ? server.name : ''
      members.push({ position, idKind: id.kind, idValue: id.value, serverName, field: `id${position}` })
    }
  }
  if (kind === 'triad' && members.length === 3)
    problems.push(...triadProblem(members), ...sameServer(members))
  const { label, addressLine1, postalCode, city } = values
  const port = values.port === '' ? null : Number(values.port)
  return {
    host: { label, kind, port, addressLine1, postalCode, city, country: values.country.toUpperCase() },
    members,
    problems,
  }
}

/** One host ID as this publisher accepts it. */
export function readId(text: string, { publisher }: Pick<ReadOptions, 'publisher'>): HostId | HostIdProblem {
  return parseHostId(text, { allowAny: publisher.allowAnyHostId, vendorNames: publisher.hostIdKinds })
}

function readServer(text: string, { needsServerNames }: ReadOptions) {
  return text === '' && !needsServerNames ? undefined : checkServerName(text)
}

function checkLabel(label: string): ProblemKey[] {
  if (label === '') return [{ field: 'label', key: 'plans.host.labelMissing' }]
  return [...label].length > 100 ? [{ field: 'label', key: 'plans.host.labelLong' }] : []
}

function checkPort(port: string): ProblemKey[] {
  if (port === '' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) return []
  return [{ field: 'port', key: 'plans.host.port' }]
}

function checkCountry(country: string): ProblemKey[] {
  return country === '' || /^[A-Z]{2}$/i.test(country)
    ? []
    : [{ field: 'country', key: 'plans.host.country' }]
}

function triadProblem(members: readonly NewMember[]): ProblemKey[] {
  const found = checkTriad(members.map(({ idKind, idValue }) => ({ kind: idKind, value: idValue })))
  if (!found) return []
  const twice = members.find(
    (member, index) => members.findIndex(({ idValue }) => idValue === member.idValue) < index,
  )
  return [beside(twice?.field ?? 'id1', found)]
}

/** Two machines of a triad with one name. */
export function sameServer(members: readonly Pick<NewMember, 'position' | 'serverName'>[]): ProblemKey[] {
  const named = members.filter(({ serverName }) => serverName !== '')
  const twice = named.find(
    ({ serverName }, index) =>
      named.findIndex((other) => other.serverName.toLowerCase() === serverName.toLowerCase()) < index,
  )
  if (!twice) return []
  return [
    { field: `server${twice.position}`, key: 'plans.host.serverTwice', params: { name: twice.serverName } },
  ]
}

function beside(field: string, { problem, params }: HostIdProblem): ProblemKey {
  return { field, key: problem, params }
}
