import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** The passwords of the embedded database's roles, and what else must be remembered of it. */
export type Secrets = { admin: string; owner: string; app: string; port: number; rolesMade: boolean }

export function readSecrets(file: string): Secrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const password = () => randomBytes(24).toString('base64url')
  return { admin: password(), owner: password(), app: password(), port: 0, rolesMade: false }
}

/** Only this user may read the file; it is replaced whole, never written half. */
export function writeSecrets(file: string, secrets: Secrets): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(secrets), { mode: 0o600 })
  renameSync(draft, file)
}
