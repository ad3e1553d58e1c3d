import type { Attribute, Component, FileProblem, License, Line, Package, ProblemKind, Word } from './types.ts'
import { isCount, isDate, isTwoDigitYear, readCount, readDate, readHostIds } from './values.ts'
import { plain } from './words.ts'

/** Takes a problem of the line that is being read. */
export type Report = (kind: ProblemKind, text?: string) => void

/** Attributes of the published grammar (License Administration Guide, "Feature Definition Lines", "PACKAGE Lines"). */
const KNOWN = new Set(
  [
    'ASSET_INFO AUTH BORROW CAPACITY CK COMPONENTS DISPLAY DIST_INFO DUP_GROUP FLOAT_OK HEARTBEAT_INTERVAL',
    'HOSTID HOST_BASED ISSUED ISSUER LINGER METERED MINIMUM NOTICE ONE_TS_OK OPTIONS OVERDRAFT PLAT PLATFORMS',
    'PRIMARY_IS_MASTER SERVER_TIMEOUT SIGN SIGN2 SN SORT START SUITE_DUP_GROUP SUITE_RESERVED SUPERSEDE TS_OK',
    'USER_BASED USER_INFO VENDOR_INFO VENDOR_STRING VM_PLATFORMS VIRTUALIZATION_PLATFORMS PORT',
  ].flatMap((row) => row.split(' ')),
)

/** `FEATURE`, `INCREMENT` or `UPGRADE`; null where even name, daemon, version and date are not there. */
export function readLicense(line: Line, report: Report): License | null {
  const [keyword, ...rest] = line.words
  const word = plain(keyword!).toUpperCase() as License['word']
  const isUpgrade = word === 'UPGRADE'
  const [name, vendor, ...versions] = rest.slice(0, isUpgrade ? 4 : 3).map(plain)
  const tail = rest.slice(isUpgrade ? 4 : 3)
  const version = versions.at(-1) ?? ''
  if (!name || !vendor || versions.length < (isUpgrade ? 2 : 1) || tail.length === 0) {
    report('short')
    return null
  }
  if (!/^\d+(\.\d+)?$/.test(version)) report('version', version)
  const { untilText, countText, others } = splitTail(tail, report)
  const attributes = readAttributes(others)
  const isSigned = attributes.some((one) => /^(?:SIGN\d?|AUTH|KEY)$/.test(one.name.toUpperCase()))
  if (!isSigned) report('unsigned')
  const until = datum(untilText, report)
  const count = readCount(countText)
  if (count === null) report('count', countText)
  return {
    line,
    word,
    name,
    vendor,
    version,
    fromVersion: isUpgrade ? versions[0]! : '',
    until,
    untilText,
    count,
    hostIds: hostIdsOf(attributes, report),
    start: datum(attributeIn(attributes, 'START'), report),
    issued: datum(attributeIn(attributes, 'ISSUED'), report),
    supersedes: supersededBy(attributes, name),
    isSigned,
    attributes,
  }
}

/** `PACKAGE name vendor [version] COMPONENTS="…"`, its words in any order; null without a name. */
export function readPackage(line: Line, report: Report): Package | null {
  const rest = line.words.slice(1)
  const firstKeyed = rest.findIndex(({ key }) => key !== '')
  const bare = (firstKeyed < 0 ? rest : rest.slice(0, firstKeyed)).filter(({ isQuoted }) => !isQuoted)
  const [name, vendor = '', third] = bare.map(plain)
  if (!name) {
    report('short')
    return null
  }
  const version = third !== undefined && /^\d/.test(third) && third.length < 12 ? third : ''
  const attributes = readAttributes(rest.slice(version === '' ? Math.min(2, bare.length) : 3))
  const components = attributeIn(attributes, 'COMPONENTS').split(/\s+/).filter(Boolean).map(readComponent)
  if (components.length === 0) report('components')
  return {
    line,
    name,
    vendor,
    version,
    components,
    isSuite: /^SUITE/i.test(attributeIn(attributes, 'OPTIONS')),
    issued: datum(attributeIn(attributes, 'ISSUED'), report),
    supersedes: supersededBy(attributes, name),
    attributes,
  }
}

/** The value of an attribute, '' where there is none. */
export function attributeIn(attributes: readonly Attribute[], name: string): string {
  return attributes.find((one) => one.name.toUpperCase() === name)?.value ?? ''
}

/** Words after the fixed ones. Of old files: the key, then the vendor's string in quotes, then a host ID. */
export function readAttributes(words: readonly Word[]): Attribute[] {
  const attributes: Attribute[] = []
  const seen = new Set<string>()
  const has = (name: string) => seen.has(name)
  const add = (name: string, value: string, isKnown = true) => {
    attributes.push({ name, value, isKnown })
    seen.add(name)
  }
  for (const one of words) {
    const { key, value, isQuoted } = one
    if (key !== '') add(key, value, KNOWN.has(key.toUpperCase()) || /^SIGN\d$/i.test(key))
    else if (!isQuoted && KNOWN.has(value.toUpperCase())) add(value, '')
    else if (!isQuoted && /^[0-9A-F]{12,20}$/i.test(value) && !has('KEY')) add('KEY', value)
    else if (isQuoted && !has('VENDOR_STRING')) add('VENDOR_STRING', value)
    else if (!isQuoted && has('KEY') && !has('HOSTID') && readHostIds(value)[0]?.id) add('HOSTID', value)
    else add(value, '', false)
  }
  return attributes
}

/** Date and count, of which one may have been lost. */
function splitTail(tail: Word[], report: Report) {
  const [first, second] = [plain(tail[0]!), tail[1] ? plain(tail[1]) : '']
  if (!isDate(first) && isCount(first) && !isCount(second)) {
    report('no-date')
    return { untilText: '', countText: first, others: tail.slice(1) }
  }
  return { untilText: first, countText: second, others: tail.slice(2) }
}

function datum(text: string, report: Report) {
  const read = text === '' ? null : readDate(text)
  if (text !== '' && read === null) report('date', text)
  if (read !== null && isTwoDigitYear(text)) report('two-digit-year', text)
  return read
}

function hostIdsOf(attributes: readonly Attribute[], report: Report) {
  const given = attributes.filter(({ name }) => name.toUpperCase() === 'HOSTID')
  const ids = given.flatMap(({ value }) => readHostIds(value))
  for (const { text, id } of ids) if (!id && !isSpecial(text)) report('host-id', text)
  return ids
}

/** `ANY` and `DEMO` lock to nothing. */
export function isSpecial(text: string): boolean {
  return /^(?:ANY|DEMO)$/i.test(text)
}

function supersededBy(attributes: readonly Attribute[], name: string): string[] {
  const given = attributes.find((one) => one.name.toUpperCase() === 'SUPERSEDE')
  if (!given) return []
  const names = given.value.split(/\s+/).filter(Boolean)
  return names.length > 0 ? names : [name]
}

function readComponent(text: string): Component {
  const [name = '', version = '', count = ''] = text.split(':', 3)
  return { name, version, count: /^\d{1,9}$/.test(count) ? Number(count) : null }
}

/** Problems of one line for the whole file's list. */
export function reporter(problems: FileProblem[], line: Line): Report {
  return (kind, text = kind === 'short' ? line.text.trim() : '') =>
    problems.push({ kind, line: line.rows[0]!, text: text.slice(0, 200) })
}
