import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { isFiltered, type LicenseFilter } from '../licenses/filter.ts'
import { tellCompleted } from '../requests/completed.ts'
import { recordRequest } from '../requests/record.ts'
import type { AsOf } from '../web/as-of.ts'

export type AskedFile = { customerId: string; personId: string; filter: LicenseFilter; asOf: AsOf | null }

/** R2: files the making of a report as a request, completed at once. It keeps the filter and instant, not the file. */
export async function makeFile(tx: Db, { customerId, personId, filter, asOf }: AskedFile) {
  const kind = 'detailed-report'
  // The clock of what it is compared with: that of the database.
  const [clock] = await tx.execute<{ at: string }>(sql`
    select to_json(${asOf ? asOf.end : sql`clock_timestamp()`}) #>> '{}' as at`)
  const details = { filter, at: clock!.at, asOf: asOf?.day ?? null }
  const request = await recordRequest(tx, { customerId, kind, status: 'completed', personId, details })
  await recordActivity(tx, {
    customerId,
    personId,
    verb: 'report.made',
    objectKind: 'request',
    objectId: request.id,
    requestId: request.id,
    details: { isFiltered: isFiltered(filter) },
  })
  await tellCompleted(tx, { customerId, personId, number: request.number, kind })
  return request
}
