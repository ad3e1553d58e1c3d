import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyIdOf } from './jwks.ts'

// Keys that sign packs: one JSON file each, in a folder of their own outside the database.
// A key is retired or declared compromised by changing `status` in its file.

export type KeyStatus = 'active' | 'retired' | 'compromised'

export type PackKey = {
  kid: string
  status: KeyStatus
  /** first day on which the key may have been in other hands */
  compromisedFrom: string | null
  createdAt: string
  publicKey: KeyObject
  privateKey: KeyObject
}

type KeyFile = {
  kid: string
  status: KeyStatus
  compromisedFrom?: string
  createdAt: string
  jwk: JsonWebKey
}

/** A key file or folder that cannot be used; the message is for the person who runs the server. */
export class KeyProblem extends Error {}

/** All keys of the folder, newest first. Throws KeyProblem: no folder, open to others, unreadable. */
export function loadKeys(folder: string): PackKey[] {
  refuseIfOpen(folder, 0o022, 'can be changed by other users', 'chmod 700')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readKey(join(folder, name)))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.kid < b.kid ? -1 : 1))
}

/** The key to sign with: the newest active one. Throws KeyProblem where there is none. */
export function activeKey(keys: readonly PackKey[]): PackKey {
  const key = keys.find(({ status }) => status === 'active')
  if (!key)
    throw new KeyProblem('No active key for signing license packs. Make one with: guichet keys create')
  return key
}

/** Makes a new active key, in memory only. */
export function newKey(at: Date = new Date()): KeyFile {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { kid: keyIdOf(jwk), status: 'active', createdAt: at.toISOString(), jwk }
}

/** Writes it (file 0600, folder 0700). Older active keys stay valid; the newest signs. */
export function storeKey(folder: string, key: KeyFile): PackKey {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const path = join(folder, `${key.kid}.json`)
  writeFileSync(path, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return readKey(path)
}

/** Both: a key that is in no record (tasks/make-key.ts makes one that is). */
export function createKey(folder: string, at: Date = new Date()): PackKey {
  return storeKey(folder, newKey(at))
}

/** The keys of the folder, which is made where it is not there; none before a first start. */
export function findKeys(folder: string): PackKey[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return loadKeys(folder)
}

/** The keys of the folder, with a first one where there is none, which is in no record. */
export function openKeys(folder: string): PackKey[] {
  const keys = findKeys(folder)
  return keys.length > 0 ? keys : [createKey(folder)]
}

function readKey(path: string): PackKey {
  refuseIfOpen(path, 0o077, 'can be read by other users', 'chmod 600')
  const file = parse(path)
  const statuses: readonly string[] = ['active', 'retired', 'compromised']
  if (!statuses.includes(file.status))
    throw new KeyProblem(
      `Key file ${path}: status must be active, retired or compromised, not "${file.status}"`,
    )
  if (!/^(\d{4}-\d\d-\d\d)?$/.test(file.compromisedFrom ?? ''))
    throw new KeyProblem(`Key file ${path}: compromisedFrom is a day such as 2026-11-24`)
  const privateKey = importKey(path, file.jwk)
  if (file.kid !== keyIdOf(file.jwk))
    throw new KeyProblem(`Key file ${path}: the key ID is not that of the key in it`)
  return {
    kid: file.kid,
    status: file.status,
    compromisedFrom: file.compromisedFrom ?? null,
    createdAt: String(file.createdAt ?? ''),
    publicKey: createPublicKey(privateKey),
    privateKey,
  }
}

function parse(path: string): KeyFile {
  try {
    return Object(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new KeyProblem(`Key file ${path} is not readable JSON`)
  }
}

function importKey(path: string, jwk: JsonWebKey): KeyObject {
  try {
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // said below, in the same words as a key of another kind
  }
  throw new KeyProblem(`Key file ${path}: there is no Ed25519 private key (JWK) in it`)
}

function refuseIfOpen(path: string, bits: number, what: string, remedy: string) {
  const mode = modeOf(path)
  // Windows reports no such bits; there, folders of a user are closed to others by default
  if (process.platform !== 'win32' && mode & bits)
    throw new KeyProblem(
      `${path} ${what} (mode ${(mode & 0o777).toString(8)}). Close it with: ${remedy} ${path}`,
    )
}

function modeOf(path: string): number {
  try {
    return statSync(path).mode
  } catch {
    throw new KeyProblem(`Cannot read ${path}: it does not exist, or this user may not read it`)
  }
}
