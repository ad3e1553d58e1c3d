import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Config, keyFor } from '../config.ts'
import { type Topic, topics } from './topics.ts'

/** What one click turns off: some topics, for one person, in one company or in all. */
export type Unsubscription = { personId: string; customerId: string | null; topics: Topic[] }

const length = 1 + 16 + 16 + 16
const none = '0'.repeat(32)

/**
 * A text that says what to turn off and shows that it is ours; it opens nothing else and stores nothing. 66 letters
 * of base64url: topics (a bit each), person, company, the first 16 bytes of an HMAC-SHA256 over these.
 */
export function unsubscribeToken(config: Pick<Config, 'secret'>, what: Unsubscription): string {
  const bits = topics.reduce((sum, topic, i) => sum + (what.topics.includes(topic) ? 2 ** i : 0), 0)
  const bytes = Buffer.concat([Buffer.of(bits), toBytes(what.personId), toBytes(what.customerId)])
  return Buffer.concat([bytes, sign(config, bytes)]).toString('base64url')
}

/** Undefined where the token is not one of ours. */
export function readUnsubscribeToken(
  config: Pick<Config, 'secret'>,
  token: string,
): Unsubscription | undefined {
  const all = Buffer.from(token, 'base64url')
  if (all.length !== length || all.toString('base64url') !== token) return undefined
  const bytes = all.subarray(0, 33)
  if (!timingSafeEqual(all.subarray(33), sign(config, bytes))) return undefined
  const customerId = toId(bytes.subarray(17, 33))
  return {
    personId: toId(bytes.subarray(1, 17))!,
    customerId,
    topics: topics.filter((_topic, i) => (bytes[0]! >> i) & 1),
  }
}

function sign(config: Pick<Config, 'secret'>, bytes: Buffer): Buffer {
  return createHmac('sha256', keyFor(config, 'unsubscribe')).update(bytes).digest().subarray(0, 16)
}

function toBytes(id: string | null): Buffer {
  return Buffer.from(id?.replaceAll('-', '') ?? none, 'hex')
}

function toId(bytes: Buffer): string | null {
  const hex = bytes.toString('hex')
  return hex === none ? null : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
