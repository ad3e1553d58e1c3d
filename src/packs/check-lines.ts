import { verify } from 'node:crypto'
import type { Steps } from '../turns.ts'
import { attributeOf, canonicalLine, headOf } from './canonical.ts'
import type { ReadFile, ReadLine } from './formats/flexnet-reader.ts'
import type { CheckKey } from './jwks.ts'
import type { LineProblem, PackProblem } from './problems.ts'
import type { Seal, SealedLine } from './seal.ts'

type Keys = Map<string, CheckKey>
type State = LineProblem | 'ok'
type Found = { line: ReadLine; sign: string; valid: boolean; kid: string | null; state: State; entry: number }
type Checked = { lines: Found[]; problems: PackProblem[]; knownKeys: boolean }

const OTHER_LINES = ['SERVER', 'VENDOR', 'DAEMON', 'USE_SERVER']

/**
 * Checks every license line: its own signature, and whether the seal lists it. The order of the lines does
 * not matter (the license software sorts them itself). Without a seal only the signatures can be checked.
 */
export function* checkLicenseLines(
  file: ReadFile,
  seal: Seal | null,
  serverIds: string[],
  keys: Keys,
): Steps<Checked> {
  const found: Found[] = []
  for (const line of file.lines.filter(({ words }) => !OTHER_LINES.includes(words[0]!))) {
    found.push(checkSignature(line, serverIds, keys))
    yield
  }
  if (seal) matchSeal(found, seal.lines)
  const problems = [
    ...found.filter(({ state }) => state !== 'ok').map((item) => problemOf(item, seal)),
    ...(seal ? missingLines(found, seal.lines, file) : []),
  ]
  return { lines: found, problems, knownKeys: found.some(({ kid }) => kid !== null && keys.has(kid)) }
}

function checkSignature(line: ReadLine, serverIds: string[], keys: Keys): Found {
  const sign = (attributeOf(line.words, 'SIGN') ?? '').replaceAll(' ', '')
  const parts = /^ed25519:([\w-]{1,64}):([\w-]{86})$/.exec(sign)
  const key = parts ? keys.get(parts[1]!) : undefined
  const valid = key !== undefined && isValid(line, serverIds, key, parts![2]!)
  const state: State = valid ? 'ok' : !parts ? 'added' : key ? 'altered' : 'unknown-key'
  return { line, sign, valid, kid: parts?.[1] ?? null, state, entry: -1 }
}

function isValid({ words }: ReadLine, serverIds: string[], key: CheckKey, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url')
  // another spelling of the same bytes is not what was issued
  if (bytes.toString('base64url') !== signature) return false
  return verify(null, Buffer.from(canonicalLine(words, serverIds)), key.publicKey, bytes)
}

/** Gives each line its place in the seal: by its signature (right ones first), then by what it says. */
function matchSeal(found: Found[], sealed: readonly SealedLine[]) {
  const bySign = Map.groupBy(sealed.keys(), (index) => sealed[index]!.sign)
  for (const item of [...found.filter(({ valid }) => valid), ...found.filter(({ valid }) => !valid)]) {
    const places = bySign.get(item.sign)
    const entry = places?.shift()
    if (entry !== undefined) item.entry = entry
    else if (places) item.state = item.valid ? 'repeated' : 'added'
    else if (item.valid) item.state = 'foreign'
  }
  matchUnsigned(found, sealed)
}

/** A line whose signature is not in the seal is altered if a line that says the same is missing. */
function matchUnsigned(found: Found[], sealed: readonly SealedLine[]) {
  const taken = new Set(found.map(({ entry }) => entry))
  const free = Map.groupBy(
    sealed.keys().filter((index) => !taken.has(index)),
    (index) => sealed[index]!.line,
  )
  for (const item of found.filter(({ entry, valid }) => entry < 0 && !valid)) {
    const entry = free.get(headOf(item.line.words))?.shift()
    if (entry !== undefined) Object.assign(item, { entry, state: 'altered' })
    else if (item.state === 'altered') item.state = 'foreign'
  }
}

function problemOf({ line, state, entry }: Found, seal: Seal | null): PackProblem {
  const text = headOf(line.words)
  const expected = seal?.lines[entry]?.line ?? ''
  return { kind: state as LineProblem, line: line.first, text, expected: expected === text ? '' : expected }
}

/** Lines of the seal that are not in the file, each where it would stand: after the line listed before it. */
function missingLines(found: Found[], sealed: readonly SealedLine[], file: ReadFile): PackProblem[] {
  const ends = new Map(found.filter(({ entry }) => entry >= 0).map(({ entry, line }) => [entry, line.last]))
  const start = found[0]?.line.first ?? (file.lines.at(-1)?.last ?? file.length) + 1
  let after = start - 1
  return sealed.flatMap(({ line }, index): PackProblem[] => {
    const end = ends.get(index)
    if (end === undefined) return [{ kind: 'missing', line: after + 1, text: line, expected: line }]
    after = end
    return []
  })
}
