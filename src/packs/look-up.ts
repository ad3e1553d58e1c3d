import { sql } from 'drizzle-orm'
import type { Database, Db } from '../db.ts'
import { countIfStale } from '../entitlements/count.ts'
import { findIssue } from './queries.ts'

/**
 * What the record says of a printed pack: `current`; `outdated` (the latest issue, but what it says has changed and
 * the next one is made on demand); `superseded` by a later issue; `retired` with its host; or `unknown`.
 */
export type LookedUp = 'current' | 'outdated' | 'superseded' | 'retired' | 'unknown'

type Marked = { customerId: string; hostId: string; issue: number }

/**
 * The state of the pack that a printed code names. Its digest must fit (its first 32 digits or more), so whoever asks
 * has had the paper; a wrong one and a mark that was never given are the same answer. `today`: 'YYYY-MM-DD' in the
 * publisher's zone; a term that began or ended by then counts also where nothing has counted it yet.
 */
export async function lookUpPack(
  database: Database,
  mark: string,
  digest: string,
  today: string,
): Promise<LookedUp> {
  const [given, start] = [mark.toLowerCase(), digest.toLowerCase()]
  if (!/^[0-9a-f]{20}$/.test(given) || !/^[0-9a-f]{32,64}$/.test(start)) return 'unknown'
  const [marked] = await database.db.execute<Marked>(sql`
    select customer_id as "customerId", host_id as "hostId", issue from pack_marks where mark = ${given}`)
  if (!marked) return 'unknown'
  const { customerId, hostId, issue } = marked
  const find = (tx: Db) => findIssue(tx, customerId, hostId, issue)
  let pack = await database.readCustomer(customerId, find)
  if (!pack?.digest.startsWith(start)) return 'unknown'
  if (
    pack.isCurrent &&
    !(await database.readCustomer(customerId, (tx) => isCounted(tx, customerId, today)))
  ) {
    await database.forCustomer(customerId, (tx) => countIfStale(tx, customerId, today), {
      deadlineMs: 60_000,
    })
    pack = await database.readCustomer(customerId, find)
  }
  if (pack!.status === 'retired') return 'retired'
  if (pack!.currentIssue !== issue) return 'superseded'
  return pack!.isCurrent ? 'current' : 'outdated'
}

async function isCounted(tx: Db, customerId: string, today: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select id from customers where id = ${customerId} and counted_on >= ${today}::date`)
  return rows.length > 0
}
