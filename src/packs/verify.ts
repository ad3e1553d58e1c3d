import { atOnce, type Steps } from '../turns.ts'
import { attributeOf } from './canonical.ts'
import { checkLicenseLines } from './check-lines.ts'
import { checkServerLines } from './check-servers.ts'
import { dayOfFlexnetDate } from './formats/flexnet.ts'
import { type ReadFile, type ReadLine, readLicenseFile } from './formats/flexnet-reader.ts'
import { readJwsHeader, verifyJws } from './formats/jws.ts'
import { type CheckKey, checkKeys, type PublicJwks } from './jwks.ts'
import type { CheckedLine, PackCheck, PackNotice, PackProblem, Verdict } from './problems.ts'
import { findSeals, isSeal, SEAL_TYPE, type Seal } from './seal.ts'

export type { PackCheck } from './problems.ts'

/** Larger texts are refused unread (bytes of UTF-8). */
export const PACK_LIMIT = 1024 * 1024

type FoundSeal = { line: number; jws: string; kid: string | null; key: CheckKey | null; seal: Seal | null }

/** The text of a pack's file: UTF-8, or UTF-16 as Windows shells write it. */
export function textOfFile(bytes: Buffer): string {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le') : bytes.toString('utf8')
}

/**
 * Checks a license pack against a set of public keys. Tolerates what an administrator may edit (see
 * docs/license-pack.md), names every line that is not as issued. Never throws, whatever the text.
 * `today` (`YYYY-MM-DD`) tells which lines have expired.
 */
export function verifyPack(text: string, jwks: PublicJwks, { today }: { today: string }): PackCheck {
  return atOnce(verifySteps(text, jwks, { today }))
}

/** The same in small steps: a megabyte of signatures takes some seconds. */
export function* verifySteps(text: string, jwks: PublicJwks, { today }: { today: string }): Steps<PackCheck> {
  if (Buffer.byteLength(text) > PACK_LIMIT) return nothing('too-large')
  const file = readLicenseFile(text)
  yield
  const keys = checkKeys(jwks)
  const seals = findSeals(file.comments).map(({ line, jws }) => openSeal(line, jws, keys))
  const chosen = newest(seals)
  if (!chosen && !file.lines.some(isSigned)) return nothing('not-a-pack')
  if (chosen && !chosen.key && chosen.kid) return { ...nothing('unknown-key'), keyId: chosen.kid }
  return yield* checked(file, keys, seals, chosen, today)
}

function* checked(
  file: ReadFile,
  keys: Map<string, CheckKey>,
  seals: FoundSeal[],
  chosen: FoundSeal | null,
  today: string,
): Steps<PackCheck> {
  const seal = chosen?.seal ?? null
  const servers = checkServerLines(file, seal)
  yield
  const licenses = yield* checkLicenseLines(file, seal, servers.ids, keys)
  const problems = [...servers.problems, ...licenses.problems, ...sealProblems(file, seals, chosen)]
  const lines = licenses.lines.map(({ line, state }) => describe(line, state, today))
  return {
    verdict: verdictOf(problems, chosen, licenses.knownKeys),
    issue: seal?.issue ?? null,
    customerNumber: seal?.customer.number ?? null,
    customerId: seal?.customer.id ?? null,
    seal: seal && chosen ? chosen.jws : null,
    host: seal?.host ?? null,
    date: seal?.date ?? null,
    requestNumber: seal?.request ?? null,
    keyId: chosen?.kid ?? null,
    compromisedFrom: chosen?.key?.compromisedFrom ?? null,
    problems: problems.sort((a, b) => a.line - b.line),
    notices: lines.flatMap(noticeOf),
    lines,
  }
}

function openSeal(line: number, jws: string, keys: Map<string, CheckKey>): FoundSeal {
  const header = readJwsHeader(jws)
  if (header?.typ !== SEAL_TYPE) return { line, jws, kid: null, key: null, seal: null }
  const key = keys.get(header.kid) ?? null
  const payload = key && verifyJws(jws, key.publicKey)
  return { line, jws, kid: header.kid, key, seal: isSeal(payload) ? payload : null }
}

/** Where packs were joined, the one that was issued last is taken for the pack. */
function newest(seals: FoundSeal[]): FoundSeal | null {
  return seals.toSorted((a, b) => (b.seal?.iat ?? -1) - (a.seal?.iat ?? -1))[0] ?? null
}

function sealProblems(file: ReadFile, seals: FoundSeal[], chosen: FoundSeal | null): PackProblem[] {
  const none = { text: '', expected: '' }
  if (!chosen) return [{ kind: 'no-seal', line: file.length, ...none }]
  return seals.flatMap((found): PackProblem[] => {
    if (!found.seal) return [{ kind: 'seal-altered', line: found.line, ...none }]
    return found === chosen ? [] : [{ kind: 'second-pack', line: found.line, ...none }]
  })
}

function verdictOf(problems: PackProblem[], chosen: FoundSeal | null, knownKeys: boolean): Verdict {
  if (chosen?.key?.compromised) return 'compromised-key'
  if (problems.length === 0) return 'genuine'
  return !chosen && !knownKeys ? 'unknown-key' : 'altered'
}

function isSigned({ words }: ReadLine): boolean {
  return words.some((item) => item.startsWith('SIGN="ed25519:') || item.startsWith('SIGN=ed25519:'))
}

function describe({ first, words }: ReadLine, problem: CheckedLine['state'], today: string): CheckedLine {
  const startsOn = dayOfFlexnetDate(attributeOf(words, 'START') ?? '') ?? null
  const endsOn = dayOfFlexnetDate(words[4] ?? '') ?? null
  const time = endsOn && endsOn < today ? 'expired' : startsOn && startsOn > today ? 'not-yet' : 'ok'
  const [, feature = '', daemon = '', version = '', , count = ''] = words
  return {
    line: first,
    feature,
    version,
    daemon,
    count,
    startsOn,
    endsOn,
    state: problem === 'ok' ? time : problem,
  }
}

function noticeOf({ line, feature, version, state, startsOn, endsOn }: CheckedLine): PackNotice[] {
  if (state === 'expired') return [{ kind: state, line, text: `${feature} ${version}`, day: endsOn! }]
  return state === 'not-yet' ? [{ kind: state, line, text: `${feature} ${version}`, day: startsOn! }] : []
}

function nothing(verdict: Verdict): PackCheck {
  return {
    verdict,
    issue: null,
    customerNumber: null,
    customerId: null,
    seal: null,
    host: null,
    date: null,
    requestNumber: null,
    keyId: null,
    compromisedFrom: null,
    problems: [],
    notices: [],
    lines: [],
  }
}
