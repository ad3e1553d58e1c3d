import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { countIfStale } from '../entitlements/count.ts'
import { newId } from '../ids.ts'
import { issuePacks } from '../packs/issue.ts'
import { recordCompleted } from '../requests/completed.ts'
import { uuidArray } from '../sql.ts'
import type { ExecuteOptions } from './execute-plan.ts'
import { endTemporary } from './temporary.ts'
import { lockForTransfers, writeTransfers } from './write-transfers.ts'

type Ended = {
  requestId: string
  requestedBy: string
  entitlementId: string
  hostId: string
  quantity: number
  configurationId: string
}

/**
 * Ends a company's temporary licenses whose last day is past: their quantity goes back, the next pack of each host is
 * cut, and who had asked is told, under a request for each request that had asked for them. What has ended already is
 * left alone, so it may run any number of times. Returns how many placements ended.
 */
export async function endTemporaryLicenses(tx: Db, options: Omit<ExecuteOptions, 'planId'>): Promise<number> {
  const { customerId, today } = options
  await countIfStale(tx, customerId, today)
  const over = await tx.execute<{ id: string }>(sql`
    select entitlement_id as id from temporary_licenses
    where customer_id = ${customerId} and ended_at is null and ends_on < ${today}::date order by entitlement_id`)
  if (over.length === 0) return 0
  const entitlementIds = over.map(({ id }) => id)
  const ended = await lockPlaced(tx, customerId, entitlementIds)
  for (const lines of Map.groupBy(ended, ({ requestId }) => requestId).values()) {
    await giveBack(tx, options, lines)
  }
  await endTemporary(tx, customerId, entitlementIds)
  return ended.length
}

/** Where they sit, read once nothing about it can change any more. */
async function lockPlaced(tx: Db, customerId: string, entitlementIds: string[]): Promise<Ended[]> {
  const ids = sql`(select entitlement_id from temporary_licenses
    where customer_id = ${customerId} and ended_at is null and entitlement_id = any(${uuidArray(entitlementIds)}))`
  const places = await tx.execute<{ id: string }>(sql`
    select distinct host_id as id from placements where customer_id = ${customerId} and entitlement_id in ${ids}`)
  await lockForTransfers(tx, customerId, { entitlementIds, hostIds: places.map(({ id }) => id) })
  return tx.execute<Ended>(sql`
    select r.id as "requestId", r.requested_by as "requestedBy", l.entitlement_id as "entitlementId",
      l.host_id as "hostId", l.quantity, l.configuration_id as "configurationId"
    from placements l
    join temporary_licenses t on t.customer_id = l.customer_id and t.entitlement_id = l.entitlement_id
    join plans n on n.customer_id = t.customer_id and n.id = t.plan_id
    join requests r on r.customer_id = n.customer_id and r.id = n.request_id
    where l.customer_id = ${customerId} and l.entitlement_id in ${ids} and l.quantity > 0
    order by r.id, l.host_id, l.entitlement_id`)
}

async function giveBack(
  tx: Db,
  { customerId, publisher, today, now = new Date(), cut }: Omit<ExecuteOptions, 'planId'>,
  lines: readonly Ended[],
): Promise<void> {
  const { requestedBy: personId, requestId } = lines[0]!
  const request = await recordCompleted(tx, {
    customerId,
    kind: 'return',
    personId,
    details: { endOf: requestId },
  })
  await writeTransfers(tx, {
    customerId,
    requestId: request.id,
    loadId: null,
    personId: null,
    lines: lines.map(({ entitlementId, hostId, quantity, configurationId }) => ({
      id: newId(),
      entitlementId,
      fromHostId: hostId,
      toHostId: null,
      quantity,
      configurationId,
    })),
  })
  const hostIds = [...new Set(lines.map(({ hostId }) => hostId))]
  await issuePacks(tx, { customerId, hostIds, publisher, today, now, cut, request })
  await recordActivity(tx, {
    customerId,
    personId: null,
    verb: 'temporary.ended',
    objectKind: 'request',
    objectId: requestId,
    requestId: request.id,
    details: { number: request.number, lines: lines.length },
  })
}
