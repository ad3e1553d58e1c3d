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
  const { words } = line
  const word = plain(words[0]!).toUpperCase() as License['word']
  const isUpgrade = word === 'UPGRADE'
  const fixed = isUpgrade ? 5 : 4
  const [name, vendor, ...versions] = words.slice(1, fixed).map(plain)
  const version = versions.at(-1) ?? ''
  if (!name || !vendor || versions.length < (isUpgrade ? 2 : 1) || words.length <= fixed) {
    report('short')
    return null
  }
  const isVersion = /^\d+(\.\d+)?$/.test(version)
  const { untilText, countText, from } = splitTail(words, fixed, report)
  // Prose that begins with one of these words in capitals.
  if (!isVersion && !isDate(untilText) && !isCount(countText)) {
    report('unknown', line.text.trim())
    return null
  }
  if (!isVersion) report('version', version)
  const attributes = readAttributes(words, from)
  const isSigned = attributes.some(({ name: by }) => isSignature(by))
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
  const { words } = line
  const firstKeyed = words.findIndex(({ key }) => key !== '')
  const bare = words.slice(1, firstKeyed < 0 ? undefined : firstKeyed).filter(({ isQuoted }) => !isQuoted)
  const [name, vendor = '', third] = bare.slice(0, 3).map(plain)
  if (!name) {
    report('short')
    return null
  }
  const version = third !== undefined && /^\d/.test(third) && third.length < 12 ? third : ''
  const attributes = readAttributes(words, version === '' ? Math.min(2, bare.length) + 1 : 4)
  const components = attributeIn(attributes, 'COMPONENTS').split(/\s+/).filter(Boolean).map(readComponent)
  if (components.length === 0) report('components')
  reportUnknown(attributes, report)
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

/** `V7.1_LK` is the key of a line for old software, beside its `SIGN` or alone. */
function isSignature(name: string): boolean {
  return name.length <= 7 && /^(?:SIGN\d?|AUTH|KEY|V7\.1_LK)$/i.test(name)
}

/** The value of an attribute, '' where there is none. */
export function attributeIn(attributes: readonly Attribute[], name: string): string {
  return attributes.find((one) => isNamed(one, name))?.value ?? ''
}

/** Whether it has that name (in capitals), in any letters. A line may have as many attributes as a file has words. */
function isNamed(attribute: Attribute, name: string): boolean {
  return attribute.name.length === name.length && attribute.name.toUpperCase() === name
}

/**
 * Words from the one at `from` on, after the fixed ones. Of old files: the key, then the vendor's string in quotes,
 * then a host ID.
 */
export function readAttributes(words: readonly Word[], from: number): Attribute[] {
  const attributes: Attribute[] = []
  const seen = { KEY: false, VENDOR_STRING: false, HOSTID: false }
  const add = (name: string, value: string, isKnown = true) => {
    attributes.push({ name, value, isKnown })
    if (Object.hasOwn(seen, name)) seen[name as keyof typeof seen] = true
  }
  for (let at = from; at < words.length; at++) {
    const { key, value, isQuoted } = words[at]!
    if (key !== '') add(key, value, isKnownName(key) || isSignature(key))
    else if (isQuoted && !seen.VENDOR_STRING) add('VENDOR_STRING', value)
    else if (isQuoted) add(value, '', false)
    else if (isKnownName(value)) add(value, '')
    else if (!seen.KEY && isKey(value)) add('KEY', value)
    else if (seen.KEY && !seen.HOSTID && (isSpecial(value) || readHostIds(value)[0]?.id)) add('HOSTID', value)
    else add(value, '', false)
  }
  return attributes
}

const longestName = Math.max(...[...KNOWN].map((name) => name.length))

function isKnownName(text: string): boolean {
  return text.length > 1 && text.length <= longestName && KNOWN.has(text.toUpperCase())
}

function isKey(text: string): boolean {
  return text.length >= 12 && text.length <= 20 && /^[0-9A-F]+$/i.test(text)
}

/** Date and count, of which one may have been lost, and where the words after them begin. */
function splitTail(words: readonly Word[], at: number, report: Report) {
  const [first, second] = [plain(words[at]!), words[at + 1] ? plain(words[at + 1]!) : '']
  if (!isDate(first) && isCount(first) && !isCount(second)) {
    report('no-date')
    return { untilText: '', countText: first, from: at + 1 }
  }
  return { untilText: first, countText: second, from: at + 2 }
}

function datum(text: string, report: Report) {
  const read = text === '' ? null : readDate(text)
  if (text !== '' && read === null) report('date', text)
  if (read !== null && isTwoDigitYear(text)) report('two-digit-year', text)
  return read
}

function hostIdsOf(attributes: readonly Attribute[], report: Report) {
  const given = attributes.filter((one) => isNamed(one, 'HOSTID'))
  const ids = given.flatMap(({ value }) => readHostIds(value))
  for (const { text, id } of ids) if (!id && !isSpecial(text)) report('host-id', text)
  return ids
}

/** `ANY` and `DEMO` lock to nothing. */
export function isSpecial(text: string): boolean {
  return /^(?:ANY|DEMO)$/i.test(text)
}

function supersededBy(attributes: readonly Attribute[], name: string): string[] {
  const given = attributes.find((one) => isNamed(one, 'SUPERSEDE'))
  if (!given) return []
  const names = given.value.split(/\s+/).filter(Boolean)
  return names.length > 0 ? names : [name]
}

function readComponent(text: string): Component {
  const [name = '', version = '', count = ''] = text.split(':', 3)
  return { name, version, count: /^\d{1,9}$/.test(count) ? Number(count) : null }
}

/** Of lines other than licenses, whose attributes have no place of their own on the page. */
export function reportUnknown(attributes: readonly Attribute[], report: Report): void {
  const unknown = attributes.filter(({ isKnown }) => !isKnown).slice(0, 50)
  if (unknown.length > 0)
    report('words', unknown.map(({ name, value }) => (value === '' ? name : `${name}=${value}`)).join(' '))
}

/** Problems of one line for the whole file's list. */
export function reporter(problems: FileProblem[], line: Line): Report {
  return (kind, text = kind === 'short' ? line.text.trim() : '') =>
    problems.push({ kind, line: line.rows[0]!, text: text.slice(0, 200) })
}
