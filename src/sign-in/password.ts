import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Unavailable } from '../errors.ts'

const derive = promisify(argon2) as (
  algorithm: 'argon2id',
  parameters: {
    message: string
    nonce: Buffer
    parallelism: number
    tagLength: number
    memory: number
    passes: number
  },
) => Promise<Buffer>

// OWASP's minimum for argon2id (19 MiB, two passes); kept with each hash, so they can be raised later.
const memory = 19_456
const passes = 2
const parallelism = 1

/** Hash with its parameters and salt in the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await limited(() => deriveKey(password, { nonce, memory, passes, parallelism, tagLength: 32 }))
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`
}

/** Whether a password is the one of a hash; takes as long where there is no hash (no account, no password yet). */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const parts = parse(hash ?? (await nobody))
  if (!parts) return false
  const tag = await limited(() => deriveKey(password, { ...parts, tagLength: parts.tag.length }))
  return timingSafeEqual(tag, parts.tag) && Boolean(hash)
}

type Parameters = { nonce: Buffer; memory: number; passes: number; parallelism: number; tagLength: number }

function deriveKey(password: string, parameters: Parameters): Promise<Buffer> {
  const { nonce, tagLength } = parameters
  const message = password.normalize('NFC')
  return derive('argon2id', {
    message,
    nonce,
    tagLength,
    memory: parameters.memory,
    passes: parameters.passes,
    parallelism: parameters.parallelism,
  })
}

function parse(hash: string) {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash)
  if (!match) return undefined
  const [, m, t, p, nonce, tag] = match
  return {
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    nonce: Buffer.from(nonce!, 'base64'),
    tag: Buffer.from(tag!, 'base64'),
  }
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

// Hashing fills libuv's four threads, which file reading and DNS need too: two at once, the others wait in order.
const atOnce = 2
// A longer queue than a person would wait for is an attack, and each in it holds a connection.
const mostWaiting = 100
let running = 0
const waiting: (() => void)[] = []

async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (waiting.length >= mostWaiting) throw new Unavailable('too many passwords are being checked')
  if (running >= atOnce) await new Promise<void>((resume) => waiting.push(resume))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

const nobody = hashPassword(randomBytes(16).toString('hex'))
