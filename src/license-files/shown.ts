import type { FastifyRequest } from 'fastify'
import type { Compared, Verdict } from './compare.ts'
import type { Explained, Explanation, LineState } from './explain.ts'
import type { FileHost } from './hosts.ts'
import { attributeIn, isSpecial } from './license-line.ts'
import type { Attribute, LicenseFile, Line } from './types.ts'

/** Rows that a table shows; a license file of a company has some hundred lines. */
export const SHOWN = 1000

/** Hosts and features: those that are shown, and how many there are. */
type Found = {
  hosts: FileHost[]
  hostCount: number
  features: Compared[]
  request: FastifyRequest
}

const verdictTags: Record<Verdict, string> = {
  foreign: '',
  unsold: 'warn',
  'not-owned': 'bad',
  more: 'bad',
  part: 'ok',
  same: 'ok',
  none: '',
}

const stateTags: Record<LineState, string> = {
  'in-force': 'ok',
  expired: 'bad',
  'not-yet': 'wait',
  superseded: '',
  ignored: 'warn',
  duplicate: '',
  unreadable: 'warn',
}

/** A file as its page shows it: each list cut to what a page holds, with how many more there are. */
export function shownFile(
  file: LicenseFile,
  { lines, sums, unpacked }: Explanation,
  { hosts, hostCount, features, request }: Found,
) {
  const { customer } = request
  const counts = Map.groupBy(lines, ({ state }) => state)
  const startsPlans = customer.holds.licensing
  return {
    rows: file.rows,
    notes: file.notes,
    daemons: cut(file.daemons),
    counts: {
      lines: lines.length,
      inForce: counts.get('in-force')?.length ?? 0,
      expired: counts.get('expired')?.length ?? 0,
      notYet: counts.get('not-yet')?.length ?? 0,
      features: sums.length,
    },
    hosts: {
      rows: hosts.map((host) => shownHost(host, customer.base, startsPlans)),
      more: hostCount - hosts.length,
    },
    features: {
      rows: features.map((one) => ({ ...one, tag: verdictTags[one.verdict] })),
      more: sums.length - features.length,
    },
    lines: cut(lines, shownLine),
    packages: cut(unpacked.packages, shownPackage),
    problems: cut(file.problems),
    unknown: cut(
      file.lines.filter(({ kind }) => kind === 'unknown'),
      rawLine,
    ),
    comments: cut(
      file.lines.filter(({ kind, text }) => kind === 'comment' && /[^#\s]/.test(text.slice(0, 500))),
      rawLine,
    ),
  }
}

/** The first rows as they are shown (the others are not worked out), and how many more there are. */
function cut<T, S = T>(rows: readonly T[], show = (row: T) => row as unknown as S, most = SHOWN) {
  return { rows: rows.slice(0, most).map((row) => show(row)), more: Math.max(0, rows.length - most) }
}

function shownPackage({ of, supersededBy, enabledBy }: Explanation['unpacked']['packages'][number]) {
  return {
    line: of.line.rows[0]!,
    name: of.name,
    version: of.version,
    vendor: of.vendor,
    isSuite: of.isSuite,
    supersededBy,
    enabledBy: enabledBy.slice(0, 20).map(({ license }) => license.line.rows[0]!),
    components: cut(of.components, undefined, 100),
  }
}

function rawLine({ rows, text }: Line) {
  return { line: rows[0]!, text: text.slice(0, 300) }
}

function shownHost({ query, ...host }: FileHost, base: string, startsPlans: boolean) {
  return { ...host, start: query && startsPlans ? `${base}/configure/new-host?${query}` : null }
}

/** What stands in the columns of its table, and is not said of it again. */
const SAID = /^(?:HOSTID|START|SIGN\d?|AUTH|KEY|CK|SORT|SUPERSEDE)$/i

function shownLine({ license, kind, state, count, until, because }: Explained) {
  const { line, hostIds, attributes } = license
  return {
    line: line.rows[0]!,
    word: license.word,
    name: license.name,
    vendor: license.vendor,
    version: license.version,
    fromVersion: license.fromVersion,
    ...{ kind, state, count, until, because },
    tag: stateTags[state],
    untilText: license.until === null ? license.untilText : '',
    isUncounted: license.count === 'uncounted',
    start: license.start === null || license.start === 'permanent' ? null : license.start.day,
    hostIds: hostIds.slice(0, 10).map(({ text, id }) => ({ text, id, isSpecial: isSpecial(text) })),
    supersedes: attributeIn(attributes, 'SUPERSEDE') !== '' ? license.supersedes.slice(0, 20).join(' ') : '',
    isSigned: license.isSigned,
    known: attributes
      .filter(({ name, isKnown }) => isKnown && !SAID.test(name))
      .slice(0, 20)
      .map(shortly),
    unknown: attributes
      .filter(({ isKnown }) => !isKnown)
      .slice(0, 50)
      .map(shortly),
  }
}

function shortly({ name, value }: Attribute): string {
  return value === '' ? name.slice(0, 100) : `${name.slice(0, 60)}=${value.slice(0, 200)}`
}
