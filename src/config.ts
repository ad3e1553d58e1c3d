import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { type MailSettings, readMailSettings } from './mail/settings.ts'

/** What the environment says; see docs/install.md for each name. */
export interface Config {
  host: string
  port: number
  /** Folder of everything kept outside the database: embedded database, keys, mail files. */
  home: string
  /** Undefined: the embedded database. */
  databaseUrl: string | undefined
  /** The role that owns the tables and migrates; the same as databaseUrl where only one is given. */
  databaseOwnerUrl: string | undefined
  prepare: boolean
  demonstration: 'on' | 'off' | 'public'
  /** Address people use, for links in mail; without trailing slash. */
  baseUrl: string
  /** Addresses of proxies whose X-Forwarded-* headers count; false: none. */
  trustProxy: string | false
  secret: string
  packKeysFolder: string
  sessionIdleMinutes: number
  sessionHours: number
  mail: MailSettings
  logLevel: string
}

export class ConfigError extends Error {}

/**
 * Reads and checks the environment: the only place that does. Makes the home folder and, where none is set, the
 * secret that signs cookies and form tokens. Throws ConfigError with words for the operator.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const home = resolve(env.GUICHET_HOME || './var')
  const port = integer(env, 'PORT', 3000, 0, 65535)
  const host = env.HOST || '127.0.0.1'
  const config: Config = {
    host,
    port,
    home,
    databaseUrl: databaseUrl(env, 'DATABASE_URL'),
    databaseOwnerUrl: databaseUrl(env, 'DATABASE_OWNER_URL') ?? databaseUrl(env, 'DATABASE_URL'),
    prepare: choice(env, 'DATABASE_PREPARE', ['on', 'off'], 'on') === 'on',
    demonstration: choice(env, 'GUICHET_DEMO', ['on', 'off', 'public'], 'on'),
    baseUrl: baseUrl(env, host, port),
    trustProxy: proxies(env),
    secret: '',
    packKeysFolder: resolve(env.GUICHET_PACK_KEYS || join(home, 'keys', 'packs')),
    sessionIdleMinutes: integer(env, 'GUICHET_SESSION_IDLE_MINUTES', 120, 5, 60 * 24 * 30),
    sessionHours: integer(env, 'GUICHET_SESSION_HOURS', 12, 1, 24 * 90),
    mail: readMailSettings({
      url: env.GUICHET_SMTP_URL,
      from: env.GUICHET_MAIL_FROM,
      replyTo: env.GUICHET_MAIL_REPLY_TO,
    }),
    logLevel: choice(env, 'LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
  }
  if (config.databaseOwnerUrl && !config.databaseUrl) {
    throw new ConfigError('DATABASE_OWNER_URL is set but DATABASE_URL is not: set both, or neither.')
  }
  if (isDemonstration(config) && config.demonstration !== 'public' && !isLoopback(host)) {
    throw new ConfigError(
      `HOST is ${host}: the demonstration has known passwords, so it listens on this machine only. ` +
        'Leave HOST unset, or set GUICHET_DEMO=off (no demonstration) or GUICHET_DEMO=public (known passwords for anyone).',
    )
  }
  makeFolder(home)
  config.secret = readSecret(env, home)
  return config
}

const ownNames = new Set(
  'HOME URL TRUST_PROXY DEMO SECRET PACK_KEYS SMTP_URL MAIL_FROM MAIL_REPLY_TO SESSION_IDLE_MINUTES SESSION_HOURS'
    .split(' ')
    .map((name) => `GUICHET_${name}`),
)

/** Names that are meant for us and say nothing to us: misspelt, most likely. */
export function unknownSettings(env: NodeJS.ProcessEnv = process.env): string[] {
  return Object.keys(env).filter((name) => name.startsWith('GUICHET_') && env[name] && !ownNames.has(name))
}

/** Whether links made of `baseUrl` lead nowhere, as those of a `HOST` that stands for all addresses do. */
export function leadsNowhere({ baseUrl }: Pick<Config, 'baseUrl'>): boolean {
  return ['0.0.0.0', '[::]'].includes(new URL(baseUrl).hostname)
}

/** Whether the demonstration publisher is loaded into an empty embedded database. */
export function isDemonstration(config: Pick<Config, 'databaseUrl' | 'demonstration'>): boolean {
  return !config.databaseUrl && config.demonstration !== 'off'
}

type KeyUse =
  | 'session'
  | 'form'
  | 'cookie'
  | 'seal'
  | 'totp'
  | 'recovery'
  | 'issuer'
  | 'unsubscribe'
  | 'receipt'

/** Who runs this command on this machine, where it says so. */
export function operatorOf(env: NodeJS.ProcessEnv = process.env): string | undefined {
  try {
    return env['SUDO_USER'] || userInfo().username
  } catch {
    // A user without an entry in the list of users, as in a container.
    return undefined
  }
}

/** A key of its own for each use, so that no signature of one can be passed off as another's. */
export function keyFor(config: Pick<Config, 'secret'>, use: KeyUse): string {
  return createHash('sha256').update(`guichet ${use} ${config.secret}`).digest('hex')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function integer(env: NodeJS.ProcessEnv, name: string, otherwise: number, from: number, to: number): number {
  const text = env[name]
  if (!text) return otherwise
  const value = Number(text)
  if (!Number.isInteger(value) || value < from || value > to) {
    throw new ConfigError(`${name} is "${text}": it takes a whole number from ${from} to ${to}.`)
  }
  return value
}

function choice<T extends string>(
  env: NodeJS.ProcessEnv,
  name: string,
  values: readonly T[],
  otherwise: T,
): T {
  const text = env[name]
  if (!text) return otherwise
  const value = values.find((v) => v === text)
  if (!value) throw new ConfigError(`${name} is "${text}": it takes one of ${values.join(', ')}.`)
  return value
}

function databaseUrl(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = env[name]
  if (!text) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    throw new ConfigError(
      `${name} is not a Postgres address: it reads postgres://USER:PASSWORD@HOST:PORT/DATABASE.`,
    )
  }
  return text
}

function baseUrl(env: NodeJS.ProcessEnv, host: string, port: number): string {
  const text = env.GUICHET_URL
  if (!text) return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new ConfigError(
      `GUICHET_URL is "${text}": it takes the address people use, such as https://licenses.example.com`,
    )
  }
  return url.origin
}

/** Addresses and networks as proxy-addr, which Fastify asks, reads them. */
function proxies(env: NodeJS.ProcessEnv): string | false {
  const text = env.GUICHET_TRUST_PROXY
  if (!text) return false
  const wrong = text.split(',').find((part) => !isProxy(part.trim()))
  if (wrong === undefined) return text
  throw new ConfigError(
    `GUICHET_TRUST_PROXY is "${text}": it takes IP addresses or networks such as 10.0.0.0/8, separated by commas, ` +
      `or loopback; "${wrong.trim()}" is neither.`,
  )
}

function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [, address, bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address ?? '')] ?? 0
  return most > 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= most))
}

function makeFolder(home: string): void {
  try {
    mkdirSync(home, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isFile = code === 'EEXIST' || code === 'ENOTDIR'
    throw new ConfigError(
      isFile
        ? `The folder ${home} cannot be made: there is a file of that name, or on the way to it. Set GUICHET_HOME to a folder.`
        : `The folder ${home} cannot be made (${code}): make it writable for this user, or set GUICHET_HOME to one that is.`,
    )
  }
}

function readSecret(env: NodeJS.ProcessEnv, home: string): string {
  if (env.GUICHET_SECRET) {
    if (env.GUICHET_SECRET.length < 32)
      throw new ConfigError('GUICHET_SECRET is too short: 32 characters or more.')
    return env.GUICHET_SECRET
  }
  const folder = join(home, 'keys')
  const file = join(folder, 'secret')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'EEXIST') {
      throw new ConfigError(
        `${file} cannot be written (${code}): make ${home} writable, or set GUICHET_HOME.`,
      )
    }
  }
  refuseReadableByOthers(file)
  const secret = readFileSync(file, 'utf8').trim()
  // A process killed while it made the file leaves it empty: everyone could sign with that.
  if (secret.length < 32)
    throw new ConfigError(`${file} holds no whole secret. Remove it: the next start makes one.`)
  return secret
}

/** A private key that others can read is no longer private. Throws ConfigError. */
export function refuseReadableByOthers(file: string): void {
  const mode = statSync(file).mode & 0o077
  if (mode !== 0) {
    throw new ConfigError(
      `Others can read ${file}: it holds a private key. Run "chmod 600 ${file}", and if others may have read it, make a new one.`,
    )
  }
}
