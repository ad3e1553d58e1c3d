import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { isFiltered, type LicenseFilter } from '../licenses/filter.ts'
import { tellCompleted } from '../requests/completed.ts'
import { recordRequest } from '../requests/record.ts'

export type AskedFile = { customerId: string; personId: string; filter: LicenseFilter; at?: Date }

/** R2: files the making of a report as a request, completed at once. It keeps the filter and instant, not the file. */
export async function makeFile(tx: Db, { customerId, personId, filter, at = new Date() }: AskedFile) {
  const kind = 'detailed-report'
  const details = { filter, at: at.toISOString() }
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
