import type { HostId } from '../hosts/host-id.ts'
import type { KnownHost } from '../hosts/known-ids.ts'
import { prefilledQuery } from '../hosts/prefilled.ts'
import { checkServerName } from '../hosts/server-name.ts'
import type { Explained } from './explain.ts'
import { byPart, lockOf } from './read-license-file.ts'
import type { FileHostId, LicenseFile, Server } from './types.ts'

/** A license server (three of them: a triad), or a machine that lines are locked to. */
export type FileHost = {
  kind: 'server' | 'triad' | 'machine'
  names: string[]
  /** Of a triad one a server; of others all that are given. */
  ids: FileHostId[]
  port: number | null
  /** License lines that are locked to it; of a server, also those that it serves. */
  lines: number
  known: KnownHost[]
  /** Query of the form for a new host; null where it is known, or none of its IDs can be read. */
  query: string | null
}

type Named = Omit<FileHost, 'known' | 'query'>

/** The hosts a file is for, servers first; lines that are locked to a server of it are that server's. */
export function hostsOfFile(file: LicenseFile, lines: readonly Explained[]): Named[] {
  const served = new Map<number, number>()
  const machines = new Map<string, { ids: FileHostId[]; lines: number }>()
  for (const { license } of lines) {
    const lock = lockOf(license)
    const part = license.line.part
    if (lock.length === 0) served.set(part, (served.get(part) ?? 0) + 1)
    const key = lock.map(keyOf).join(' ')
    const before = machines.get(key)
    if (before) before.lines++
    else if (key !== '') machines.set(key, { ids: lock, lines: 1 })
  }
  const servers = [...byPart(file.servers)].flatMap(([part, group]) =>
    serversOf(group, served.get(part) ?? 0),
  )
  const byId = new Map(servers.flatMap((server) => server.ids.map((id) => [keyOf(id), server])))
  const others = [...machines.values()].filter(({ ids, lines: locked }) => {
    const server = byId.get(keyOf(ids[0]!))
    const isServer = server !== undefined && ids.every((id) => byId.get(keyOf(id)) === server)
    if (isServer) server.lines += locked
    return !isServer
  })
  const locked = others.map((one) => ({ ...one, kind: 'machine' as const, names: [], port: null }))
  return [...servers, ...locked]
}

/** The same for all spellings of a host ID. */
function keyOf({ text, id }: FileHostId): string {
  return id ? `${id.kind} ${id.value}` : text.toLowerCase()
}

function serversOf(group: Server[], lines: number): Named[] {
  const port = group[0]!.port
  if (group.length !== 3)
    return group.map((one) => ({
      kind: 'server' as const,
      names: [one.name],
      ids: one.hostIds,
      port: one.port,
      lines,
    }))
  const ids = group.map(({ hostIds }) => hostIds.find(({ id }) => id) ?? hostIds[0] ?? { text: '', id: null })
  return [{ kind: 'triad' as const, names: group.map(({ name }) => name), ids, port, lines }]
}

/** Every ID that can be read, each once, for one question to the register. */
export function idsToFind(hosts: readonly { ids: FileHostId[] }[]): HostId[] {
  return [...new Map(idsOfHosts(hosts).map((id) => [keyOf({ text: '', id }), id])).values()]
}

function idsOfHosts(hosts: readonly { ids: FileHostId[] }[]): HostId[] {
  return hosts.flatMap(({ ids }) => ids.flatMap(({ id }) => (id && id.kind !== 'any' ? [id] : [])))
}

export function withKnown(hosts: readonly Named[], register: readonly KnownHost[]): FileHost[] {
  const byId = Map.groupBy(register, ({ kind, value }) => `${kind} ${value}`)
  return hosts.map((host) => {
    const found = idsOfHosts([host]).flatMap(({ kind, value }) => byId.get(`${kind} ${value}`) ?? [])
    const known = [...new Map(found.map((one) => [one.id, one])).values()]
    return { ...host, known, query: known.length > 0 ? null : queryOf(host) }
  })
}

function queryOf({ kind, ids, names, port }: Named): string | null {
  const read = idsOfHosts([{ ids }])
  const wanted = kind === 'triad' ? read : read.slice(0, 1)
  if (wanted.length !== (kind === 'triad' ? 3 : 1)) return null
  const servers = names.map(usableName)
  const label = (servers[0] ?? '').split('.')[0]!.toUpperCase()
  return prefilledQuery({ label, ids: wanted, servers, port })
}

/** A server's name as its form takes it; what stands in for one (`this_host`, an address in brackets) is left out. */
function usableName(name: string): string {
  if (/^(?:this_host|localhost|any|hostname|your_?host(?:name)?)$/i.test(name)) return ''
  return 'name' in checkServerName(name) ? name : ''
}
