import { Refusal, Unavailable } from '../errors.ts'

const lost = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECTION_RELEASED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

// Refusals of the server that pass by themselves: out of resources (53), operator's intervention (57: shutdown,
// starting up, our own timeout), connection failures (08), waited too long for a lock, idle in a transaction.
const passing = /^(08|53|57|55P03|25P03|25P04)/

/** The code of the driver's or server's error in `error` or what caused it, such as `23505` or `ECONNREFUSED`. */
export function codeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') return e.code
  }
}

/** The name of the constraint that `error` says was violated (unique, foreign key, check, exclusion), if any. */
export function violated(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('constraint_name' in e && typeof e.constraint_name === 'string') return e.constraint_name
  }
}

/** `error` itself, or `Unavailable` where it says that the database cannot be reached or does not answer. */
export function asRefusal(error: unknown): unknown {
  if (error instanceof Refusal) return error
  if (error instanceof Error && error.cause instanceof Unavailable) return error.cause
  const code = codeOf(error)
  if (code === undefined || !(lost.has(code) || passing.test(code))) return error
  return new Unavailable(`the database is unavailable (${code})`, { cause: error })
}

/** True where the same transaction may succeed when it is run again from its beginning. */
export function isWorthRetrying(error: unknown): boolean {
  const code = codeOf(error)
  if (code === '40001' || code === '40P01') return true
  // A migration has run beside us: the statement prepared before it no longer fits. The driver prepares anew.
  return code === '26000' || (code === '0A000' && /cached plan/.test(rootOf(error).message))
}

function rootOf(error: unknown): Error {
  let e = error as Error
  while (e.cause instanceof Error) e = e.cause
  return e
}
