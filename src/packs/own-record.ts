import type { Database } from '../db.ts'
import { readLicenseFile } from './formats/flexnet-reader.ts'
import type { PackCheck } from './problems.ts'
import { findIssue } from './queries.ts'
import { findSeals } from './seal.ts'

/**
 * What the publisher's own record says of a checked pack: `current`; `outdated` (the latest issue, but what it says has
 * changed since); `superseded` (by `currentIssue`); `retired` (its host is no longer in use); or `unknown`.
 */
export type OwnRecord = {
  state: 'current' | 'outdated' | 'superseded' | 'retired' | 'unknown'
  currentIssue: number | null
}

const UNKNOWN: OwnRecord = { state: 'unknown', currentIssue: null }
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Looks the pack up by what its closing signature says. Null where that signature proves nothing. */
export async function ownRecord(database: Database, check: PackCheck): Promise<OwnRecord | null> {
  const { customerId, host, issue, seal } = check
  if (!seal || !host || issue === null) return null
  if (!customerId || !UUID.test(customerId) || !UUID.test(host.id)) return UNKNOWN
  const found = await database.readCustomer(customerId, (tx) => findIssue(tx, customerId, host.id, issue))
  if (!found || findSeals(readLicenseFile(found.text).comments)[0]?.jws !== seal) return UNKNOWN
  if (found.status === 'retired') return { state: 'retired', currentIssue: null }
  const { currentIssue, isCurrent } = found
  if (currentIssue !== issue) return { state: 'superseded', currentIssue }
  return { state: isCurrent ? 'current' : 'outdated', currentIssue }
}
