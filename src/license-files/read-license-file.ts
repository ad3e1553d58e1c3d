import { atOnce, type Steps } from '../turns.ts'
import { isSpecial, readLicense, readPackage, reporter } from './license-line.ts'
import { LINE_LIMIT, lineSteps } from './lines.ts'
import { clean, readText } from './read-text.ts'
import { readDaemon, readServer } from './server-line.ts'
import type { License, LicenseFile, Line, Server } from './types.ts'
import { plain } from './words.ts'

/** Larger files are refused unread (bytes). */
export const FILE_LIMIT = 1024 * 1024

/** Rows that a file of that size may have: more hold up everyone else, and are none of a license file. */
export const ROW_LIMIT = 50_000

/**
 * Reads a FlexNet license file, or what somebody pasted of several, by the grammar of the published License
 * Administration Guide ("License File Format") and what older versions and mail programs make of it. Nothing is lost:
 * each row is in exactly one of `lines`, words that are not in the grammar stay attributes, and what cannot be
 * understood is a line of kind `unknown` with a problem. Never throws, whatever the bytes.
 */
export function readLicenseFile(given: Uint8Array | string): LicenseFile {
  return atOnce(readSteps(given))
}

/** The same in small steps: a file of a megabyte takes some tenths of a second. */
export function* readSteps(given: Uint8Array | string): Steps<LicenseFile> {
  const { text, notes } = typeof given === 'string' ? clean(given) : readText(given)
  const { lines, rows, notes: more } = yield* lineSteps(text)
  const file: LicenseFile = {
    ...{ rows, lines, servers: [], daemons: [], licenses: [], packages: [], problems: [] },
    notes: [...notes, ...more],
  }
  for (const line of lines) {
    readLine(file, line)
    yield
  }
  checkServers(file)
  yield* checkLicenses(file)
  file.problems.sort((a, b) => a.line - b.line)
  return file
}

function readLine(file: LicenseFile, line: Line): void {
  const report = reporter(file.problems, line)
  if (line.kind !== 'unknown') {
    if (line.isUnclosed) report('unclosed')
    if (line.isCut) report('cut')
    const joined = joinedTo(line)
    if (joined) report('joined', joined)
  }
  if (line.kind === 'server') take(file.servers, readServer(line, report), line)
  else if (line.kind === 'daemon') take(file.daemons, readDaemon(line, report), line)
  else if (line.kind === 'feature' || line.kind === 'upgrade')
    take(file.licenses, readLicense(line, report), line)
  else if (line.kind === 'package') take(file.packages, readPackage(line, report), line)
  else if (line.kind === 'unknown') report(reasonOf(line), line.text.trim())
}

/** Where another line begins in this one, since the break between them was lost: what stands there. */
function joinedTo({ words }: Line): string | undefined {
  const at = words.findIndex(({ text }, index) => index > 1 && text.length <= 10 && LINE_WORDS.has(text))
  return at < 0
    ? undefined
    : words
        .slice(at, at + 2)
        .map(plain)
        .join(' ')
}

const LINE_WORDS = new Set('SERVER VENDOR DAEMON USE_SERVER FEATURE INCREMENT PACKAGE UPGRADE'.split(' '))

function take<T>(list: T[], read: T | null, line: Line): void {
  if (read) list.push(read)
  else line.kind = 'unknown'
}

const OPTION_FILE = new Set(
  'INCLUDE EXCLUDE INCLUDEALL EXCLUDEALL GROUP HOST_GROUP RESERVE MAX TIMEOUT TIMEOUTALL REPORTLOG DEBUGLOG NOLOG'.split(
    ' ',
  ),
)

/** A license in decimal form, a line of an options file (which stands beside the license file), or other text. */
function reasonOf({ words, text }: Line) {
  if (text.length > LINE_LIMIT) return 'long'
  const first = words[0]?.text.slice(0, 200) ?? ''
  if (words.length === 1 && /^[\w.]+-[\w.]+(?:-\d{1,5}){2,}$/.test(first)) return 'decimal'
  return OPTION_FILE.has(first) ? 'options' : 'unknown'
}

/** One server or three; each of several files pasted together has its own. */
function checkServers({ servers, problems }: LicenseFile): void {
  for (const [, group] of byPart(servers)) {
    const { line } = group[0]!
    if (group.length !== 1 && group.length !== 3)
      reporter(problems, line)('server-count', String(group.length))
  }
}

function* checkLicenses({ licenses, servers, daemons, problems }: LicenseFile): Steps<void> {
  const served = new Set(servers.map(({ line }) => line.part))
  const known = new Set(daemons.map(({ name }) => name.toLowerCase()))
  for (const { line, vendor, count, hostIds } of licenses) {
    const report = reporter(problems, line)
    if (count === 'uncounted' && hostIds.length === 0) report('no-host')
    if (typeof count === 'number' && !served.has(line.part)) report('no-server')
    if (served.has(line.part) && typeof count === 'number' && !known.has(vendor.toLowerCase()))
      report('no-daemon', vendor)
    yield
  }
}

/** The servers of each of the files that were pasted together. */
export function byPart(servers: readonly Server[]): Map<number, Server[]> {
  const parts = new Map<number, Server[]>()
  for (const server of servers) {
    const part = parts.get(server.line.part)
    if (part) part.push(server)
    else parts.set(server.line.part, [server])
  }
  return parts
}

/** What a line is locked to: its own host IDs, else none. `ANY` and `DEMO` lock to nothing. */
export function lockOf({ hostIds }: License) {
  return hostIds.filter(({ text }) => !isSpecial(text))
}
