import { randomFillSync } from 'node:crypto'

// RFC 9562, section 5.7 with a counter (6.2, method 1): 48 bits of milliseconds, then 12 bits that count within
// the millisecond from a random start below half of their range.
const counterEnd = 0x1000
const counterStart = 0x07ff

const bytes = new Uint8Array(16)
const view = new DataView(bytes.buffer)
const pool = new Uint8Array(10 * 256)
let used = pool.length
let lastMs = 0
let counter = 0

/**
 * A new UUIDv7, in lower case. Later calls in the same process give greater IDs, also when the clock is set back.
 * Ours, because Node has a randomUUIDv7 only in its newest releases.
 */
export function newId(): string {
  const random = fillRandom()
  count(random)
  view.setUint32(0, Math.floor(lastMs / 0x1_0000))
  view.setUint16(4, lastMs % 0x1_0000)
  view.setUint16(6, 0x7000 | counter)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = Buffer.from(bytes.buffer).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function count(random: number): void {
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    counter = random & counterStart
  } else if (++counter === counterEnd) {
    lastMs++
    counter = random & counterStart
  }
}

// Asking the system for ten bytes each time costs more than all the rest. Eight go into the ID, two are returned.
function fillRandom(): number {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  bytes.set(pool.subarray(used, used + 8), 8)
  used += 10
  return (pool[used - 2]! << 8) | pool[used - 1]!
}

/** Whether a text from an address or a form can be an ID at all; Postgres would fail on another. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
}
