import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type Config, keyFor } from '../config.ts'

type Secret = Pick<Config, 'secret'>
type Use = 'seal' | 'totp' | 'issuer'

const cipher = 'aes-256-gcm'

/**
 * Encrypts a text with AES-256-GCM. `about` says what it is and whose: it is not in the result, but what was sealed
 * about one thing does not open as another's.
 */
export function seal(config: Secret, use: Use, about: string, text: string): string {
  const iv = randomBytes(12)
  const sealing = createCipheriv(cipher, Buffer.from(keyFor(config, use), 'hex'), iv)
  sealing.setAAD(Buffer.from(about))
  const bytes = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
  return Buffer.concat([iv, sealing.getAuthTag(), bytes]).toString('base64url')
}

/** The text that was sealed; undefined where it was sealed by another secret, about something else, or was changed. */
export function unseal(config: Secret, use: Use, about: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < 28) return undefined
  try {
    const opening = createDecipheriv(cipher, Buffer.from(keyFor(config, use), 'hex'), bytes.subarray(0, 12))
    opening.setAAD(Buffer.from(about))
    opening.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([opening.update(bytes.subarray(28)), opening.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
