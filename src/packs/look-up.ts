import { sql } from 'drizzle-orm'
import type { Database } from '../db.ts'
import { findIssue } from './queries.ts'

/**
 * What the record says of a printed pack: `current`; `outdated` (the latest issue, but what it says has changed and
 * the next one is made on demand); `superseded` by a later issue; `retired` with its host; or `unknown`.
 */
export type LookedUp = 'current' | 'outdated' | 'superseded' | 'retired' | 'unknown'

/**
 * The state of the pack that a printed code names. Its digest must fit (its first 32 digits or more), so whoever asks
 * has had the paper; a wrong one and a mark that was never given are the same answer.
 */
export async function lookUpPack(database: Database, mark: string, digest: string): Promise<LookedUp> {
  const [given, start] = [mark.toLowerCase(), digest.toLowerCase()]
  if (!/^[0-9a-f]{20}$/.test(given) || !/^[0-9a-f]{32,64}$/.test(start)) return 'unknown'
  const [marked] = await database.db.execute<{ customerId: string; hostId: string; issue: number }>(sql`
    select customer_id as "customerId", host_id as "hostId", issue from pack_marks where mark = ${given}`)
  if (!marked) return 'unknown'
  const { customerId, hostId, issue } = marked
  const pack = await database.readCustomer(customerId, (tx) => findIssue(tx, customerId, hostId, issue))
  if (!pack?.digest.startsWith(start)) return 'unknown'
  if (pack.status === 'retired') return 'retired'
  if (pack.currentIssue !== issue) return 'superseded'
  return pack.isCurrent ? 'current' : 'outdated'
}
