import { createHmac, timingSafeEqual } from 'node:crypto'

// RFC 6238 with what every authenticator app takes: SHA-1, six digits, thirty seconds.
const digits = 6
const seconds = 30
/** Steps before and after the present one whose code is taken too: clocks differ, and typing takes a while. */
const tolerance = 1

/** The thirty-second step of an instant. */
export function stepAt(date: Date): number {
  return Math.floor(date.getTime() / 1000 / seconds)
}

/** The code of a step (RFC 4226, section 5.3). */
export function codeAt(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', secret).update(counter).digest()
  const offset = hash[hash.length - 1]! & 15
  const number = (hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits
  return String(number).padStart(digits, '0')
}

/** The step whose code was typed, of those that are taken now; undefined where it is none of theirs. */
export function matchStep(secret: Buffer, typed: string, now: Date): number | undefined {
  const code = typed.replace(/[\s-]/g, '')
  if (!/^\d{6}$/.test(code)) return undefined
  const present = stepAt(now)
  let match: number | undefined
  for (let step = present - tolerance; step <= present + tolerance; step++) {
    if (timingSafeEqual(Buffer.from(codeAt(secret, step)), Buffer.from(code))) match = step
  }
  return match
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, without padding. */
export function base32(bytes: Buffer): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
}

/** What a QR code for an authenticator app says (Key URI Format). */
export function otpauthUri({ secret, issuer, account }: { secret: Buffer; issuer: string; account: string }) {
  // A colon separates the two.
  const label = [issuer, account].map((text) => encodeURIComponent(text.replaceAll(':', ' '))).join(':')
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`
}
