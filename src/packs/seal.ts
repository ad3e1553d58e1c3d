import type { KeyObject } from 'node:crypto'
import type { ReadComment } from './formats/flexnet-reader.ts'
import { signJws } from './formats/jws.ts'

// The seal: the closing comment of a pack, a compact JWS over what the pack is and which lines it has.

export const SEAL_TYPE = 'guichet-pack'
const MARK = '# JWS: '
const ROW = 68

/** A license line as the seal lists it: its first six words, and its SIGN. */
export type SealedLine = { line: string; sign: string }

export type Seal = {
  customer: { id: string | null; number: string }
  host: { id: string; ids: string[] }
  issue: number
  date: string
  request: number | null
  lines: SealedLine[]
  /** seconds since 1970 at which it was signed */
  iat: number
}

/** The comment lines that close a pack. */
export function writeSeal(seal: Seal, key: { kid: string; privateKey: KeyObject }): string[] {
  const jws = signJws(seal, key, SEAL_TYPE)
  const rows = jws.match(new RegExp(`.{1,${ROW}}`, 'g')) ?? []
  return [
    '# Signature of this pack. It names every license line; keep it with the file.',
    ...rows.map((row) => MARK + row),
  ]
}

/** Groups of seal rows found among the comments of a file: one in a pack, more where packs were joined. */
export function findSeals(comments: readonly ReadComment[]): { line: number; jws: string }[] {
  const seals: { line: number; jws: string; last: number }[] = []
  for (const { line, place, text } of comments) {
    const row = /^#[ \t]?JWS:(.*)$/.exec(text)?.[1]?.replace(/[ \t]/g, '')
    if (row === undefined) continue
    const open = seals.at(-1)
    if (open && open.last === place - 1) Object.assign(open, { jws: open.jws + row, last: place })
    else seals.push({ line, jws: row, last: place })
  }
  return seals
}

/** Whether a verified payload has the shape of a seal. */
export function isSeal(value: unknown): value is Seal {
  const seal = value as Seal | null
  return (
    typeof seal?.customer?.number === 'string' &&
    typeof seal.issue === 'number' &&
    typeof seal.date === 'string' &&
    typeof seal.iat === 'number' &&
    typeof seal.host?.id === 'string' &&
    isListOf(seal.host.ids, (id) => typeof id === 'string') &&
    isListOf(
      seal.lines,
      (item) =>
        typeof (item as SealedLine)?.line === 'string' && typeof (item as SealedLine).sign === 'string',
    )
  )
}

function isListOf(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(test)
}
