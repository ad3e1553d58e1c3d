import { atOnce, type Steps } from '../turns.ts'
import { expandPackages, type Unpacked } from './expand-packages.ts'
import { endOf, featureKey } from './keys.ts'
import { attributeIn } from './license-line.ts'
import { lockOf } from './read-license-file.ts'
import { isSuperseded, supersessions } from './supersede.ts'
import type { License, LicenseFile } from './types.ts'
import { compareVersions } from './values.ts'

/**
 * Why a line counts or does not. `ignored`: another FEATURE line of that feature is used instead; `duplicate`: the same
 * line is there twice; `superseded`: a line issued later replaces it; `unreadable`: its date or count is.
 */
export type LineState =
  | 'in-force'
  | 'expired'
  | 'not-yet'
  | 'superseded'
  | 'ignored'
  | 'duplicate'
  | 'unreadable'

/** `open`: uncounted and locked to nothing. */
export type LicenseKind = 'floating' | 'node-locked' | 'node-locked-counted' | 'open'

export type Explained = {
  license: License
  /** featureKey of it. */
  key: string
  kind: LicenseKind
  state: LineState
  /** What it gives while in force, after UPGRADE lines took theirs; null: uncounted. */
  count: number | null
  /** Last day; null: never ends, or unreadable. */
  until: string | null
  /** The line that supersedes it, that is used instead, or that it repeats. */
  because: number | null
}

/** What a feature comes to over the whole file, packages included. */
export type FeatureSum = {
  name: string
  vendor: string
  versions: string[]
  /** Licenses in force that are counted. */
  counted: number
  /** Lines in force that are not counted: one license for each machine. */
  uncounted: number
  kinds: LicenseKind[]
  /** The first end among what is in force; null: none. */
  until: string | null
  lines: number
  inForce: number
}

export type Explanation = {
  lines: Explained[]
  unpacked: Unpacked
  sums: FeatureSum[]
}

/** What a file means on a day (`YYYY-MM-DD`), by the rules of the guide; see docs/license-files.md. */
export function explainFile(file: LicenseFile, today: string): Explanation {
  return atOnce(explainSteps(file, today))
}

/** The same in small steps. */
export function* explainSteps(file: LicenseFile, today: string): Steps<Explanation> {
  const lines: Explained[] = []
  for (const license of file.licenses) {
    lines.push(first(license, today))
    yield
  }
  yield* markSuperseded(lines)
  yield* markDuplicates(lines)
  markIgnored(lines)
  yield
  yield* raise(lines)
  const unpacked = yield* expandPackages(file.packages, lines)
  return { lines, unpacked, sums: yield* sumUp(lines, unpacked) }
}

function first(license: License, today: string): Explained {
  const { count, until, start } = license
  const isUnreadable = count === null || until === null
  const state = isUnreadable
    ? 'unreadable'
    : endOf(until) !== null && endOf(until)! < today
      ? 'expired'
      : endOf(start) !== null && endOf(start)! > today
        ? 'not-yet'
        : 'in-force'
  const counted = typeof count === 'number' ? count : null
  const key = featureKey(license)
  return { license, key, kind: kindOf(license), state, count: counted, until: endOf(until), because: null }
}

function kindOf(license: License): LicenseKind {
  const isLocked = lockOf(license).length > 0
  if (license.count === 'uncounted') return isLocked ? 'node-locked' : 'open'
  return isLocked ? 'node-locked-counted' : 'floating'
}

function* markSuperseded(lines: Explained[]): Steps<void> {
  const replaced = yield* supersessions(lines.map(({ license }) => license))
  for (const line of lines) {
    const by = isSuperseded(line.license, replaced)
    if (by !== undefined) mark(line, 'superseded', by)
  }
}

/** The same line again, in whatever breaks and with whatever attributes in small letters: it counts once. */
function* markDuplicates(lines: readonly Explained[]): Steps<void> {
  const counting = lines.filter(({ state }) => state === 'in-force' || state === 'not-yet')
  // Only lines of which these are the same can be; the texts of the others are not put together.
  const alike = Map.groupBy(counting, ({ license }) =>
    withSingleBlanks([license.name, license.vendor, license.version, license.untilText].join(' ')),
  )
  for (const group of alike.values()) {
    yield
    const seen = new Map<string, number>()
    for (const line of group.length > 1 ? group : []) {
      const text = textOf(line)
      const before = seen.get(text)
      if (before === undefined) seen.set(text, rowOf(line))
      else mark(line, 'duplicate', before)
      yield
    }
  }
}

/** A line without what does not count: how it is broken, and attributes in small letters. */
function textOf({ license }: Explained): string {
  const words = license.line.words.filter(({ key }) => key === '' || key !== key.toLowerCase())
  return words.map(({ text }) => withSingleBlanks(text)).join(' ')
}

function withSingleBlanks(text: string): string {
  return /[^\S ]| {2}/.test(text) ? text.replace(/\s+/g, ' ') : text
}

/**
 * Only the first counted FEATURE line of a feature is used; INCREMENT lines add to it. First is by the guide's order of
 * precedence: `sort=`, higher versions, later issued, then as in the file. Lines that do not count are passed over.
 */
function markIgnored(lines: Explained[]): void {
  const used = new Map<string, number>()
  const features = lines.filter(
    ({ license, state, count }) => license.word === 'FEATURE' && state === 'in-force' && count !== null,
  )
  for (const line of features.sort(byPrecedence)) {
    const key = `${line.license.line.part} ${line.key}`
    const before = used.get(key)
    if (before === undefined) used.set(key, rowOf(line))
    else mark(line, 'ignored', before)
  }
}

function byPrecedence(a: Explained, b: Explained): number {
  const sortOf = ({ license }: Explained) => Number(attributeIn(license.attributes, 'SORT') || 100) || 100
  const issuedOf = ({ license }: Explained) => endOf(license.issued) ?? endOf(license.start) ?? ''
  return (
    sortOf(a) - sortOf(b) ||
    compareVersions(b.license.version, a.license.version) ||
    issuedOf(b).localeCompare(issuedOf(a)) ||
    rowOf(a) - rowOf(b)
  )
}

function mark(line: Explained, state: LineState, because: number): void {
  line.state = state
  line.because = because
}

function rowOf({ license }: Explained): number {
  return license.line.rows[0]!
}

/** How far back an UPGRADE looks for the line it raises. */
const BACK = 500

/** An UPGRADE takes up to its count from the closest line before it that is of an older version, and gives it anew. */
function* raise(lines: Explained[]): Steps<void> {
  if (!lines.some(({ license }) => license.word === 'UPGRADE')) return
  const before = new Map<string, Explained[]>()
  for (const line of lines) {
    const { license, key } = line
    const earlier = before.get(key) ?? []
    before.set(key, earlier)
    if (license.word !== 'UPGRADE') earlier.push(line)
    else if (line.state === 'in-force' && line.count !== null) takeFrom(earlier, line)
    yield
  }
}

function takeFrom(earlier: Explained[], upgrade: Explained): void {
  const { fromVersion, version } = upgrade.license
  const raised = earlier
    .slice(-BACK)
    .findLast(
      ({ license, state, count }) =>
        state === 'in-force' &&
        count !== null &&
        compareVersions(license.version, fromVersion) >= 0 &&
        compareVersions(license.version, version) < 0,
    )
  const taken = Math.min(raised?.count ?? 0, upgrade.count!)
  if (raised) raised.count! -= taken
  upgrade.count = taken
  upgrade.because = raised ? rowOf(raised) : null
}

function* sumUp(lines: Explained[], unpacked: Unpacked): Steps<FeatureSum[]> {
  const sums = new Map<string, FeatureSum>()
  for (const line of lines) {
    if (unpacked.enabling.has(line)) continue
    const { license, key, kind, state, count, until } = line
    const { name, vendor, version } = license
    add(sums, key, { name, vendor, version, kind, count, until, isInForce: state === 'in-force' })
    yield
  }
  for (const part of unpacked.components) add(sums, featureKey(part), { ...part, isInForce: true })
  return [...sums.values()]
}

type Part = Pick<License, 'name' | 'vendor' | 'version'> & {
  kind: LicenseKind
  count: number | null
  until: string | null
  isInForce: boolean
}

function add(sums: Map<string, FeatureSum>, key: string, part: Part): void {
  const sum = sums.get(key) ?? empty(part)
  sums.set(key, sum)
  sum.lines++
  if (!part.isInForce) return
  sum.inForce++
  if (part.count === null) sum.uncounted++
  else sum.counted += part.count
  if (!sum.versions.includes(part.version) && sum.versions.length < 20) sum.versions.push(part.version)
  if (!sum.kinds.includes(part.kind)) sum.kinds.push(part.kind)
  if (part.until !== null && (sum.until === null || part.until < sum.until)) sum.until = part.until
}

function empty({ name, vendor }: Part): FeatureSum {
  return {
    name,
    vendor,
    versions: [],
    counted: 0,
    uncounted: 0,
    kinds: [],
    until: null,
    lines: 0,
    inForce: 0,
  }
}
