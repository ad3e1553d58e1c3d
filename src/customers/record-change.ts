import { createHash } from 'node:crypto'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import { recordCompleted } from '../requests/completed.ts'

export type ChangedLine = { field: string; before: string; after: string }

/** What the request of a change of address or contact keeps: of what, and each field that changed. */
export type ChangeDetails = {
  of: 'company' | 'host'
  hostId?: string
  /** The host's label after the change. */
  host?: string
  lines: ChangedLine[]
}

type Values = Record<string, string>

/** Stands in the form for the values it was made from, so that a change meanwhile is noticed. */
export function markOf(values: Values): string {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16)
}

/**
 * The fields in which `after` differs from `before`. Throws Invalid where none does, or where `before` is no longer
 * what the form was made from.
 */
export function changedLines(before: Values, after: Values, mark: string): ChangedLine[] {
  const lines = Object.keys(after)
    .map((field) => ({ field, before: before[field] ?? '', after: after[field] ?? '' }))
    .filter((line) => line.before !== line.after)
  if (lines.length === 0) throw new Invalid([{ key: 'addresses.unchanged' }])
  if (mark !== markOf(before)) throw new Invalid([{ key: 'addresses.changedMeanwhile' }])
  return lines
}

/** Files a change that is done in the same transaction as a request, and records who did it. */
export async function recordChange(
  tx: Db,
  { customerId, personId, details }: { customerId: string; personId: string; details: ChangeDetails },
): Promise<{ id: string; number: number }> {
  const request = await recordCompleted(tx, { customerId, personId, kind: 'update-contacts', details })
  const { of, hostId, lines } = details
  await recordActivity(tx, {
    ...{ customerId, personId, requestId: request.id, objectId: hostId ?? customerId },
    verb: of === 'host' ? 'address.host-changed' : 'address.company-changed',
    objectKind: of === 'host' ? 'host' : 'customer',
    // What stood there and stands there now is the request's to say: this record is kept for ever.
    details: { number: request.number, fields: lines.map(({ field }) => field) },
  })
  return request
}
