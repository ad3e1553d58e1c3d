import { sql } from 'drizzle-orm'
import { readFilter } from '../licenses/filter.ts'
import type { AsOf } from '../web/as-of.ts'
import { todayIn } from '../web/format.ts'

/** What a report's request asked for, and of when; `chosen` the past day it was asked for, if one was. */
export function readAsked(details: Record<string, unknown>, createdAt: Date, timeZone: string) {
  const at = typeof details['at'] === 'string' ? details['at'] : createdAt.toISOString()
  const chosen = typeof details['asOf'] === 'string' ? details['asOf'] : null
  const day = chosen ?? todayIn(timeZone, new Date(at))
  const asOf: AsOf = { day, end: sql`${at}::timestamptz` }
  return { filter: readFilter(details['filter']), asOf, chosen }
}
