import { randomBytes } from 'node:crypto'

/** Digits of a pack's digest that its printed code carries: 128 bits, which nobody finds a second text for. */
const digestDigits = 32

/** 80 random bits as 20 hexadecimal digits: what a printed code names a pack by, and says nothing of it. */
export function newMark(): string {
  return randomBytes(10).toString('hex')
}

/** The address behind the code on a printed pack (domain.md section 5). `baseUrl` has no trailing slash. */
export function verifyAddress(baseUrl: string, pack: { mark: string; digest: string }): string {
  return `${baseUrl}/verify/${pack.mark}/${pack.digest.slice(0, digestDigits)}`
}
