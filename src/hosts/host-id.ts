import { isIPv4, isIPv6 } from 'node:net'

// Host IDs: what identifies a machine to the license software. The kinds and their spelling in a license
// file follow the published FlexNet "special host IDs"; the stored value is one canonical form per machine,
// so that the same ID typed in two ways is found to be the same.

/** Kinds of host ID. `vendor` is publisher-defined: its value holds the whole `NAME=value`. */
export type HostIdKind =
  | 'ethernet'
  | 'system'
  | 'composite'
  | 'hostname'
  | 'user'
  | 'display'
  | 'internet'
  | 'vm-uuid'
  | 'disk-serial'
  | 'flexid'
  | 'id'
  | 'vendor'
  | 'any'
export type HostId = { kind: HostIdKind; value: string }
export type HostIdProblem = { problem: string; params: Record<string, string | number> }

export type HostIdOptions = {
  /** the publisher accepts `ANY`, which locks to nothing (default: no) */
  allowAny?: boolean
  /** names of publisher-defined host IDs; without a list every well-formed name is accepted */
  vendorNames?: readonly string[]
}

const PREFIXES: Partial<Record<HostIdKind, string>> = {
  composite: 'COMPOSITE',
  hostname: 'HOSTNAME',
  user: 'USER',
  display: 'DISPLAY',
  internet: 'INTERNET',
  'vm-uuid': 'VM_UUID',
  'disk-serial': 'DISK_SERIAL_NUM',
  flexid: 'FLEXID',
  id: 'ID',
}

const KIND_OF_PREFIX: Record<string, HostIdKind> = {
  ...Object.fromEntries(Object.entries(PREFIXES).map(([kind, prefix]) => [prefix, kind as HostIdKind])),
  ETHER: 'ethernet',
  ETHERNET: 'ethernet',
  MAC: 'ethernet',
  VMUUID: 'vm-uuid',
  DISKSERIALNUM: 'disk-serial',
  DISK_SERIAL: 'disk-serial',
}

/** Kinds which lmhostid prints in lower case. */
const LOWER_IN_PACKS: readonly string[] = ['ethernet', 'system', 'composite', 'disk-serial', 'flexid']

/** Printable ASCII that cannot end or extend a license line. */
const PLAIN_VALUE = /^[\x21\x24-\x5b\x5d-\x7e]{1,100}$/

/**
 * Reads one host ID as a person types or pastes it.
 * Gives the kind and the canonical value, or a problem as a key of the catalogue (`hostid.*`).
 */
export function parseHostId(text: string, options: HostIdOptions = {}): HostId | HostIdProblem {
  const typed = withPlainDashes(text)
    .trim()
    .replace(/^HOSTID=/i, '')
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim()
  if (typed === '') return problem('empty')
  if (/^ANY$/i.test(typed)) return options.allowAny ? { kind: 'any', value: 'ANY' } : problem('any')
  if (/^DEMO$/i.test(typed)) return problem('demo')
  const named = /^([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*)$/s.exec(typed)
  return named ? parseNamed(named[1]!.toUpperCase(), named[2]!.trim(), options) : parseBare(typed)
}

/** Word processors and PDF files make other dashes of hyphens, and put signs among them that are not seen. */
export function withPlainDashes(text: string): string {
  return text.replace(/[\u2010-\u2015\u2212]/g, '-').replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
}

/** For screens and print: `02-AA-10-00-00-07`, `1A2B3C4D`, `VM_UUID=…`. */
export function formatHostId(kind: string, value: string): string {
  if (kind === 'ethernet') return value.toUpperCase().replace(/(..)(?=.)/g, '$1-')
  return prefixed(kind, value)
}

/** As lmhostid prints it and license files carry it: `02aa10000007`, `COMPOSITE=…`. */
export function flexnetHostId(kind: string, value: string): string {
  return prefixed(kind, LOWER_IN_PACKS.includes(kind) ? value.toLowerCase() : value)
}

/** A triad takes three different host IDs of one kind. Gives what is wrong, or null. */
export function checkTriad(ids: readonly { kind: string; value: string }[]): HostIdProblem | null {
  if (ids.length !== 3) return problem('triad-three', { count: ids.length })
  if (ids.some(({ kind }) => kind === 'any')) return problem('triad-any')
  if (new Set(ids.map(({ kind }) => kind)).size !== 1) return problem('triad-kinds')
  const twice = ids.find((id, index) => ids.findIndex(({ value }) => value === id.value) !== index)
  return twice ? problem('triad-twice', { id: formatHostId(twice.kind, twice.value) }) : null
}

function parseNamed(name: string, value: string, options: HostIdOptions): HostId | HostIdProblem {
  const kind = KIND_OF_PREFIX[name]
  if (kind) return parseValue(kind, value)
  if (name.length > 30) return problem('name-long', { name: name.slice(0, 30) })
  if (options.vendorNames && !options.vendorNames.some((known) => known.toUpperCase() === name))
    return problem('unknown-name', { name })
  return PLAIN_VALUE.test(value) ? { kind: 'vendor', value: `${name}=${value}` } : badValue(name, value)
}

function parseBare(typed: string): HostId | HostIdProblem {
  const groups = typed.split(/[:-]/)
  if (groups.length === 6 && groups.every((group) => /^[0-9a-f]{1,2}$/i.test(group)))
    return ethernet(groups.map((group) => group.padStart(2, '0')).join(''))
  const digits = typed.replace(/^0x/i, '').replace(/[\s:.-]/g, '')
  const wrong = /[^0-9a-f]/iu.exec(digits)
  if (wrong && /[g-z]/i.test(digits.replace(/[0-9a-f]/gi, '')) && !/\d/.test(digits))
    return problem('unknown')
  if (wrong) return problem('not-hex', { character: [...digits.slice(wrong.index)][0]! })
  if (digits.length === 12) return ethernet(digits)
  if (digits.length === 8) return { kind: 'system', value: digits.toUpperCase() }
  return problem('length', { count: digits.length })
}

function parseValue(kind: HostIdKind, value: string): HostId | HostIdProblem {
  if (value === '') return problem('no-value', { name: PREFIXES[kind] ?? kind.toUpperCase() })
  return READERS[kind]?.(value) ?? plain(kind, value)
}

const READERS: Partial<Record<HostIdKind, (value: string) => HostId | HostIdProblem>> = {
  ethernet: (value) => {
    const read = parseBare(value)
    return 'kind' in read && read.kind !== 'ethernet' ? problem('length', { count: read.value.length }) : read
  },
  composite: (value) => hex('composite', value.replace(/[\s-]/g, ''), 12, 12),
  'disk-serial': (value) => hex('disk-serial', value.replace(/[\s-]/g, ''), 1, 8),
  'vm-uuid': (value) => {
    const read = hex('vm-uuid', value.replace(/[\s{}-]/g, ''), 32, 32)
    if ('problem' in read) return read
    return {
      kind: 'vm-uuid',
      value: read.value.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    }
  },
  flexid: (value) => {
    const parts = /^(\d{1,2})-?([0-9a-f]{8,16})$/i.exec(value)
    return parts
      ? { kind: 'flexid', value: `${parts[1]}-${parts[2]!.toUpperCase()}` }
      : problem('flexid', { value: shown(value) })
  },
  id: (value) => {
    const digits = value.replace(/[\s-]/g, '')
    return /^\d{1,20}$/.test(digits) ? { kind: 'id', value: digits } : problem('id', { value: shown(value) })
  },
  internet,
}

function ethernet(digits: string): HostId | HostIdProblem {
  const value = digits.toUpperCase()
  return /^(0{12}|F{12})$/.test(value)
    ? problem('no-machine', { id: formatHostId('ethernet', value) })
    : { kind: 'ethernet', value }
}

function hex(kind: HostIdKind, digits: string, least: number, most: number): HostId | HostIdProblem {
  const wrong = /[^0-9a-f]/iu.exec(digits)
  if (wrong) return problem('not-hex', { character: [...digits.slice(wrong.index)][0]! })
  if (digits.length >= least && digits.length <= most) return { kind, value: digits.toUpperCase() }
  return problem('named-length', { name: PREFIXES[kind]!, count: digits.length, most })
}

/** An IPv4 or IPv6 address; a `*` stands for any value of one part. */
function internet(value: string): HostId | HostIdProblem {
  const address = value.toLowerCase()
  const filled = address.replaceAll('*', '0')
  const stars = address.split(/[.:]/).every((part) => part === '*' || !part.includes('*'))
  if (!stars || !(isIPv4(filled) || isIPv6(filled)) || filled.includes('%'))
    return problem('internet', { value: shown(value) })
  return {
    kind: 'internet',
    value: isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address,
  }
}

function plain(kind: HostIdKind, value: string): HostId | HostIdProblem {
  return PLAIN_VALUE.test(value) ? { kind, value } : badValue(PREFIXES[kind]!, value)
}

function badValue(name: string, value: string): HostIdProblem {
  return value === '' ? problem('no-value', { name }) : problem('value', { name })
}

function prefixed(kind: string, value: string): string {
  const prefix = PREFIXES[kind as HostIdKind]
  return prefix ? `${prefix}=${value}` : value
}

function shown(value: string): string {
  return [...value].slice(0, 60).join('')
}

function problem(name: string, params: HostIdProblem['params'] = {}): HostIdProblem {
  return { problem: `hostid.${name}`, params }
}
