import { and, asc, eq, type Placeholder, sql } from 'drizzle-orm'
import { alias, type PgColumn } from 'drizzle-orm/pg-core'
import { prepared } from '../database/prepared.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import {
  configurations,
  contracts,
  entitlements,
  hosts,
  packMarks,
  packs,
  people,
  planLines,
  products,
  requestEvents,
  requestPacks,
  transfers,
} from '../schema.ts'
import type { FoundRequest } from './queries.ts'
import { countReceipts } from './receipts/queries.ts'

const fromHosts = alias(hosts, 'from_hosts')
const toHosts = alias(hosts, 'to_hosts')

/** Packs on a request's own page; all of them stand on a list of their own, and in the zip. */
const packsShown = 20

/** What a request's page shows beside the request itself. */
export async function listDetails(tx: Db, customerId: string, request: FoundRequest) {
  const [lines, files, packCount, receiptCount, events] = await Promise.all([
    request.status === 'completed' || !request.planId
      ? listTransfers(tx, { customerId, requestId: request.id })
      : listAskedLines(tx, { customerId, planId: request.planId }),
    listRequestPacks(tx, customerId, request.id, { limit: packsShown }),
    countRequestPacks(tx, { customerId, requestId: request.id }),
    countReceipts(tx, customerId, request.id),
    listEvents(tx, { customerId, requestId: request.id }),
  ])
  return { lines, packs: files, packCount, receiptCount, events }
}

/** [kind, value] of each of a host's machines. */
type Ids = [kind: string, value: string][]

const idsOf = (host: typeof hosts | typeof fromHosts | typeof toHosts) => sql`(
  select json_agg(json_build_array(m.id_kind, m.id_value) order by m.position) from host_members m
  where m.customer_id = ${host.customerId} and m.host_id = ${host.id})`

// New hardware bears the name of what it replaces: only their IDs tell the two apart.
const isSuccession = sql`${fromHosts.label} = ${toHosts.label}`

const line = {
  product: products.name,
  partNumber: products.partNumber,
  contractNumber: contracts.contractNumber,
  from: fromHosts.label,
  fromId: fromHosts.id,
  to: toHosts.label,
  // One that stands in the plan only has no page yet.
  toId: sql<string | null>`case when ${toHosts.status} <> 'planned' then ${toHosts.id} end`,
  fromIds: sql<Ids | null>`case when ${isSuccession} then ${idsOf(fromHosts)} end`,
  toIds: sql<Ids | null>`case when ${isSuccession} then ${idsOf(toHosts)} end`,
  isToNew: sql<boolean>`coalesce(${toHosts.status} = 'planned', false)`,
}

/** What was done, in the order it was. */
const listTransfers = prepared(['customerId', 'requestId'], (db, { customerId, requestId }) =>
  db
    .select({
      ...line,
      quantity: transfers.quantity,
      configurationNumber: configurations.configurationNumber,
    })
    .from(transfers)
    .innerJoin(entitlements, of(entitlements, customerId, transfers.entitlementId))
    .innerJoin(products, eq(products.id, entitlements.productId))
    .leftJoin(contracts, of(contracts, customerId, entitlements.contractId))
    .leftJoin(fromHosts, of(fromHosts, customerId, transfers.fromHostId))
    .leftJoin(toHosts, of(toHosts, customerId, transfers.toHostId))
    .leftJoin(configurations, of(configurations, customerId, transfers.configurationId))
    .where(and(eq(transfers.customerId, customerId), eq(transfers.requestId, requestId)))
    .orderBy(asc(transfers.id))
    .prepare(''),
)

/** What is asked for and not done (yet). */
const listAskedLines = prepared(['customerId', 'planId'], (db, { customerId, planId }) =>
  db
    .select({ ...line, quantity: planLines.quantity, configurationNumber: sql<string | null>`null` })
    .from(planLines)
    .innerJoin(entitlements, of(entitlements, customerId, planLines.entitlementId))
    .innerJoin(products, eq(products.id, entitlements.productId))
    .leftJoin(contracts, of(contracts, customerId, entitlements.contractId))
    .leftJoin(fromHosts, of(fromHosts, customerId, planLines.fromHostId))
    .leftJoin(toHosts, of(toHosts, customerId, planLines.toHostId))
    .where(and(eq(planLines.customerId, customerId), eq(planLines.planId, planId)))
    .orderBy(asc(planLines.id))
    .prepare(''),
)

/** `outdated`: the latest issue, but the next retrieval makes another; `retired`: with its host. */
type PackState = 'current' | 'outdated' | 'replaced' | 'retired'

/** The packs a request produced (`isProduced`) or retrieved, by label: `limit` of them. */
export function listRequestPacks(
  tx: Db,
  customerId: string,
  requestId: string,
  { limit, after, hostId }: { limit: number; after?: { label: string; id: string }; hostId?: string },
) {
  return selectPacks(tx, {
    ...{ customerId, requestId, limit },
    ...{ hostId: hostId ?? null, afterLabel: after?.label ?? null, afterId: after?.id ?? null },
  })
}

const selectPacks = prepared(
  ['customerId', 'requestId', 'limit', 'hostId', 'afterLabel', 'afterId'],
  (db, { customerId, requestId, limit, hostId, afterLabel, afterId }) =>
    db
      .select({
        hostId: requestPacks.hostId,
        issue: requestPacks.issue,
        label: hosts.label,
        ids: sql<Ids | null>`case when ${hosts.status} = 'retired' or ${hosts.replacesHostId} is not null
          then ${idsOf(hosts)} end`,
        issuedAt: packs.createdAt,
        isProduced: sql<boolean>`${packs.requestId} is not distinct from ${requestPacks.requestId}`,
        state: sql<PackState>`case when ${hosts.status} = 'retired' then 'retired'
          when ${hosts.packIssue} <> ${requestPacks.issue} then 'replaced'
          when ${hosts.isPackCurrent} then 'current' else 'outdated' end`,
      })
      .from(requestPacks)
      .innerJoin(hosts, of(hosts, customerId, requestPacks.hostId))
      .innerJoin(
        packs,
        and(
          eq(packs.customerId, customerId),
          eq(packs.hostId, requestPacks.hostId),
          eq(packs.issue, requestPacks.issue),
        ),
      )
      .where(
        and(
          eq(requestPacks.customerId, customerId),
          eq(requestPacks.requestId, requestId),
          sql`(${hostId}::uuid is null or ${requestPacks.hostId} = ${hostId}::uuid)`,
          sql`(${afterLabel}::text is null
            or (${hosts.label}, ${hosts.id}) > (${afterLabel}::text, ${afterId}::uuid))`,
        ),
      )
      .orderBy(asc(hosts.label), asc(hosts.id))
      .limit(limit)
      .prepare(''),
)

export type RequestPack = Awaited<ReturnType<typeof listRequestPacks>>[number]

async function countRequestPacks(tx: Db, of: { customerId: string; requestId: string }): Promise<number> {
  const [row] = await selectPackCount(tx, of)
  return row!.count
}

const selectPackCount = prepared(['customerId', 'requestId'], (db, { customerId, requestId }) =>
  db
    .select({ count: sql<number>`count(*)::int` })
    .from(requestPacks)
    .where(and(eq(requestPacks.customerId, customerId), eq(requestPacks.requestId, requestId)))
    .prepare(''),
)

/** One pack of a request with its text and what its printed code says; throws NotFound. */
export async function findRequestPack(tx: Db, customerId: string, request: FoundRequest, hostId: string) {
  const [found] = await listRequestPacks(tx, customerId, request.id, { limit: 1, hostId })
  if (!found) throw new NotFound()
  const [file] = await tx
    .select({ text: packs.text, digest: packs.digest, mark: packMarks.mark })
    .from(packs)
    .leftJoin(
      packMarks,
      and(
        eq(packMarks.customerId, customerId),
        eq(packMarks.hostId, packs.hostId),
        eq(packMarks.issue, packs.issue),
      ),
    )
    .where(and(eq(packs.customerId, customerId), eq(packs.hostId, hostId), eq(packs.issue, found.issue)))
  return { ...found, ...file! }
}

const listEvents = prepared(['customerId', 'requestId'], (db, { customerId, requestId }) =>
  db
    .select({
      at: requestEvents.at,
      kind: requestEvents.kind,
      details: requestEvents.details,
      personName: sql<string | null>`coalesce(nullif(${people.name}, ''), ${people.email})`,
      isStaff: people.isStaff,
    })
    .from(requestEvents)
    .leftJoin(people, eq(people.id, requestEvents.personId))
    .where(and(eq(requestEvents.customerId, customerId), eq(requestEvents.requestId, requestId)))
    // What one transaction did bears one instant: what it was completed with stands before its completion.
    .orderBy(asc(requestEvents.at), sql`${requestEvents.kind} = 'completed'`, asc(requestEvents.id))
    .prepare(''),
)

function of(table: { customerId: PgColumn; id: PgColumn }, customerId: string | Placeholder, id: PgColumn) {
  return and(eq(table.customerId, customerId), eq(table.id, id))
}
