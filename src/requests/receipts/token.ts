import { createHmac, randomBytes } from 'node:crypto'
import { type Config, keyFor } from '../../config.ts'
import { isId } from '../../ids.ts'

type Keyed = Pick<Config, 'secret'>

/**
 * The token of a receipt's address: 128 random bits, and before them the company, whose row-level security is set
 * before a receipt can be looked for. It is covered by a key from the secret and those bits: to whoever holds two
 * receipts nothing says that they are of one company, or which.
 */
export function newToken(config: Keyed, customerId: string): string {
  const random = randomBytes(16).toString('base64url')
  const company = Buffer.from(customerId.replaceAll('-', ''), 'hex')
  return `${cover(config, company, random).toString('base64url')}.${random}`
}

/** The company of a token; undefined where it is none of ours. */
export function companyOf(config: Keyed, token: string): string | undefined {
  const [, covered, random] = /^([\w-]{22})\.([\w-]{22})$/.exec(token) ?? []
  if (!covered || !random) return undefined
  const hex = cover(config, Buffer.from(covered, 'base64url'), random).toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return isId(id) ? id : undefined
}

/** Covers 16 bytes, or uncovers them. */
function cover(config: Keyed, bytes: Buffer, random: string): Buffer {
  const key = createHmac('sha256', keyFor(config, 'receipt')).update(random).digest()
  return Buffer.from(bytes.map((byte, at) => byte ^ key[at]!))
}
