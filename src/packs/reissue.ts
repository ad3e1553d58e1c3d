import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { type IssueOptions, issuePacks } from './issue.ts'

type OfRequest = { customerId: string; requestId: string; hostId?: string | undefined }

/** Packs cut at once. */
export const reissuedAtOnce = 200

/**
 * Hosts in service, with licenses, whose pack was cut and is no longer current, and that a request has given none yet:
 * of the whole company, or one of them.
 */
const outdated = ({ customerId, requestId, hostId }: OfRequest) => sql`
  from hosts h
  where h.customer_id = ${customerId} and h.status = 'active' and h.pack_issue > 0 and not h.is_pack_current
    ${hostId ? sql`and h.id = ${hostId}::uuid` : sql``}
    and exists (
      select from placements p where p.customer_id = h.customer_id and p.host_id = h.id and p.quantity > 0)
    and not exists (
      select from request_packs r
      where r.customer_id = h.customer_id and r.request_id = ${requestId} and r.host_id = h.id)`

export async function countOutdated(tx: Db, of: OfRequest): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`select count(*)::int as count ${outdated(of)}`)
  return row!.count
}

/** Cuts the next issue of the first of those packs for a request, whose page then offers them. Returns how many. */
export async function reissuePacks(
  tx: Db,
  {
    hostId,
    personId,
    ...options
  }: Omit<IssueOptions, 'hostIds'> & { hostId?: string | undefined; personId: string },
): Promise<number> {
  const of = { customerId: options.customerId, requestId: options.request.id, hostId }
  const hosts = await tx.execute<{ id: string }>(sql`
    select h.id ${outdated(of)} order by h.label, h.id limit ${reissuedAtOnce}`)
  const issued = await issuePacks(tx, { ...options, hostIds: hosts.map(({ id }) => id) })
  if (issued.length > 0)
    await recordActivity(tx, {
      ...{ customerId: of.customerId, personId, verb: 'packs.retrieved', requestId: of.requestId },
      ...{ objectKind: 'request', objectId: of.requestId },
      details: { number: options.request.number, packs: issued.length },
    })
  return issued.length
}
