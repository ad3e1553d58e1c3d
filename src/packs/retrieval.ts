import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { countIfStale } from '../entitlements/count.ts'
import { Invalid } from '../errors.ts'
import { tellColleagues } from '../notifications/tell-colleagues.ts'
import type { Publisher } from '../publisher.ts'
import { recordCompleted } from '../requests/completed.ts'
import { mailPacks } from '../requests/mail-packs.ts'
import { type NewRequest, recordRequest } from '../requests/record.ts'
import { requestPacks } from '../schema.ts'
import { uuidArray } from '../sql.ts'
import type { Cutter } from './cutters/built-in.ts'
import { issuePacks } from './issue.ts'
import { hasPack, mostAtOnce } from './retrieval-queries.ts'

export type Retrieval = {
  customerId: string
  personId: string
  hostIds: string[]
  publisher: Publisher
  today: string
  /** Makes new issues. */
  cut: Cutter
  /** The files are sent to who asks. */
  isMailed?: boolean
}

/**
 * Retrieves the current pack of each host as one completed request; makes a new issue first where what is placed, the
 * header or a term changed since the last. Throws Invalid where no host is chosen, too many are, or one of them has
 * nothing to retrieve.
 */
export async function retrievePacks(tx: Db, retrieval: Retrieval): Promise<{ id: string; number: number }> {
  const { customerId, personId, today, isMailed = false } = retrieval
  const kind = 'retrieve-packs'
  // What began or ended today marks packs, also where nothing has counted yet; and in one order of locks.
  await countIfStale(tx, customerId, today)
  const chosen = await lockHosts(tx, customerId, [...new Set(retrieval.hostIds)])
  const details = { hosts: chosen.length }
  const request = await fileRequest(tx, { customerId, personId, kind, details }, isMailed)
  await issueWhereChanged(tx, retrieval, chosen, request)
  if (isMailed)
    await mailPacks(tx, { customerId, personId, request: { ...request, kind }, packs: chosen.length })
  const labels = chosen.map(({ label }) => label)
  await recordRetrieved(tx, { customerId, personId, request, labels })
  return request
}

/** One mail is enough: the one with the files says that the request is completed. */
async function fileRequest(tx: Db, asked: Omit<NewRequest, 'status'>, isMailed: boolean) {
  if (!isMailed) return recordCompleted(tx, asked)
  const request = await recordRequest(tx, { ...asked, status: 'completed' })
  await tellColleagues(tx, { ...asked, number: request.number })
  return request
}

type Retrieved = {
  customerId: string
  personId: string
  request: { id: string; number: number }
  labels: string[]
}

/** The company's record of a retrieval. */
export async function recordRetrieved(
  tx: Db,
  { customerId, personId, request, labels }: Retrieved,
): Promise<void> {
  await recordActivity(tx, {
    customerId,
    personId,
    verb: 'packs.retrieved',
    objectKind: 'request',
    objectId: request.id,
    requestId: request.id,
    details: { number: request.number, hosts: labels.slice(0, 20) },
  })
}

type Chosen = { id: string; label: string; issue: number; isCurrent: boolean }

/** Locked, so that the issue that is current now is the one retrieved. In order of ID, as every writer does. */
async function lockHosts(tx: Db, customerId: string, ids: string[]): Promise<Chosen[]> {
  if (ids.length === 0) throw new Invalid([{ field: 'host', key: 'retrieval.chooseOne' }])
  if (ids.length > mostAtOnce) {
    throw new Invalid([{ field: 'host', key: 'retrieval.tooMany', params: { most: mostAtOnce } }])
  }
  const found = await tx.execute<Chosen>(sql`
    select h.id, h.label, h.pack_issue as issue, h.is_pack_current as "isCurrent"
    from hosts h
    where h.customer_id = ${customerId} and h.id = any(${uuidArray(ids)}) and h.status = 'active' and ${hasPack}
    order by h.id for no key update of h`)
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
