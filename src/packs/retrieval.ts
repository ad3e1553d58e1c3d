import { and, eq, exists, inArray, sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import type { Publisher } from '../publisher.ts'
import { recordCompleted } from '../requests/completed.ts'
import { hosts, placements, requestPacks } from '../schema.ts'
import type { Cutter } from './cutters/built-in.ts'
import { issuePacks } from './issue.ts'

export type Retrieval = {
  customerId: string
  personId: string
  hostIds: string[]
  publisher: Publisher
  today: string
  /** Makes new issues. */
  cut: Cutter
}

/**
 * Retrieves the current pack of each host as one completed request; makes a new issue first where what is placed
 * changed since the last. Throws Invalid where no host is chosen, or one of them has nothing to retrieve.
 */
export async function retrievePacks(tx: Db, retrieval: Retrieval): Promise<{ id: string; number: number }> {
  const { customerId, personId } = retrieval
  const chosen = await lockHosts(tx, customerId, [...new Set(retrieval.hostIds)])
  const details = { hosts: chosen.length }
  const request = await recordCompleted(tx, { customerId, personId, kind: 'retrieve-packs', details })
  await issueWhereChanged(tx, retrieval, chosen, request)
  await recordActivity(tx, {
    customerId,
    personId,
    verb: 'packs.retrieved',
    objectKind: 'request',
    objectId: request.id,
    requestId: request.id,
    details: { number: request.number, hosts: chosen.map(({ label }) => label).slice(0, 20) },
  })
  return request
}

type Chosen = { id: string; label: string; issue: number; isCurrent: boolean }

/** Locked, so that the issue that is current now is the one retrieved. In order of ID, as every writer does. */
async function lockHosts(tx: Db, customerId: string, ids: string[]): Promise<Chosen[]> {
  if (ids.length === 0) throw new Invalid([{ field: 'host', key: 'retrieval.chooseOne' }])
  const placed = tx
    .select({ one: sql`1` })
    .from(placements)
    .where(and(eq(placements.customerId, customerId), eq(placements.hostId, hosts.id)))
  const found = await tx
    .select({ id: hosts.id, label: hosts.label, issue: hosts.packIssue, isCurrent: hosts.isPackCurrent })
    .from(hosts)
    .where(
      and(
        eq(hosts.customerId, customerId),
        inArray(hosts.id, ids),
        eq(hosts.status, 'active'),
        exists(placed),
      ),
    )
    .orderBy(hosts.id)
    .for('no key update')
  if (found.length < ids.length) throw new Invalid([{ field: 'host', key: 'retrieval.gone' }])
  return found
}

async function issueWhereChanged(
  tx: Db,
  { customerId, publisher, today, cut }: Retrieval,
  chosen: Chosen[],
  request: { id: string; number: number },
): Promise<void> {
  const isKept = ({ issue, isCurrent }: Chosen) => isCurrent && issue > 0
  const kept = chosen.filter(isKept)
  const hostIds = chosen.filter((host) => !isKept(host)).map(({ id }) => id)
  if (kept.length > 0) {
    await tx
      .insert(requestPacks)
      .values(kept.map(({ id, issue }) => ({ customerId, requestId: request.id, hostId: id, issue })))
  }
  if (hostIds.length > 0) {
    await issuePacks(tx, { customerId, hostIds, publisher, today, now: new Date(), cut, request })
  }
}
