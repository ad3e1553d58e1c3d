import { createHash, type KeyObject, sign } from 'node:crypto'
import { canonicalLine, headOf } from './canonical.ts'
import { type PackInput, packHostIds, packParts, writePack } from './compose.ts'
import { type SealedLine, writeSeal } from './seal.ts'

export type SigningKey = { kid: string; privateKey: KeyObject }
export type SignedPack = {
  text: string
  /** SHA-256 of the UTF-8 text, hexadecimal, as `sha256sum` prints it */
  digest: string
  /** the license lines in order: first six words and signature */
  lines: SealedLine[]
}

/** Composes and signs a pack. Ed25519 is deterministic: same input, key and second give the same text. */
export function signPack(input: PackInput, key: SigningKey, at: Date = new Date()): SignedPack {
  const parts = packParts(input)
  const ids = packHostIds(input)
  const signed = (words: string[]) => [...words, `SIGN="${signLine(words, ids, key)}"`]
  const locked = parts.locked.map(signed)
  const counted = parts.counted.map(signed)
  const lines = [...locked, ...counted].map((words) => ({
    line: headOf(words),
    sign: words.at(-1)!.slice(6, -1),
  }))
  const text = writePack({ ...parts, locked, counted }, writeSeal(sealOf(input, ids, lines, at), key))
  return { text, digest: digestOf(text), lines }
}

/** Ed25519 over the canonical form of a line: `ed25519:<key ID>:<base64url>`. */
export function signLine(words: readonly string[], serverIds: readonly string[], key: SigningKey): string {
  const signature = sign(null, Buffer.from(canonicalLine(words, serverIds)), key.privateKey)
  return `ed25519:${key.kid}:${signature.toString('base64url')}`
}

/** SHA-256 of a pack's text, hexadecimal. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function sealOf(
  { customer, host, issue, date, requestNumber }: PackInput,
  ids: string[],
  lines: SealedLine[],
  at: Date,
) {
  const iat = Math.floor(at.getTime() / 1000)
  return {
    customer: { id: customer.id ?? null, number: customer.number },
    host: { id: host.id, ids },
    issue,
    date,
    request: requestNumber,
    lines,
    iat,
  }
}
