import { and, eq, sql } from 'drizzle-orm'
import { violated } from '../database/failures.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { formatRequestNumber } from '../requests/number.ts'
import type { PlanDetails } from '../schema.ts'
import { plans, requests } from '../schema.ts'
import { jsonRows } from '../sql.ts'
import type { PlanProblem } from './problems.ts'

/** Kinds of requests whose transfers can be reversed. An undo itself cannot. */
const undoable = ['configure', 'move', 'return', 'replace-hardware', 'temporary']

type OfRequest = { customerId: string; requestId: string }

/** Whether a request can be undone still: until when, or why not; undefined where there is nothing to undo in its kind. */
export type UndoState =
  | { until: Date; anyFetched: boolean; anyMoved: boolean }
  | { reason: PlanProblem }
  | undefined

/**
 * How it stands with undoing a request (domain.md section 3): within `undoHours` of its completion, once, by a new
 * request. Throws NotFound.
 */
export async function undoStateOf(
  tx: Db,
  { customerId, requestId }: OfRequest,
  undoHours: number,
  now = new Date(),
): Promise<UndoState> {
  const [row] = await tx.execute<{
    kind: string
    status: string
    completedAt: string | null
    /** The request that undoes it, and whether it is done. */
    undoneBy: number | null
    isUndone: boolean | null
    hasTransfers: boolean
    isEnd: boolean
    anyFetched: boolean
    /** A move is quantity that leaves a host. */
    anyMoved: boolean
  }>(sql`
    select r.kind, r.status, r.completed_at::text as "completedAt", r.details ? 'endOf' as "isEnd",
      u.number::float8 as "undoneBy", u.status = 'completed' as "isUndone",
      exists (select from transfers t where t.customer_id = r.customer_id and t.request_id = r.id) as "hasTransfers",
      exists (select from transfers t where t.customer_id = r.customer_id and t.request_id = r.id
        and t.from_host_id is not null) as "anyMoved",
      ${wasFetched} as "anyFetched"
    from requests r
    left join requests u on u.customer_id = r.customer_id and u.undoes_id = r.id
      and u.status not in ('declined', 'cancelled')
    where r.customer_id = ${customerId} and r.id = ${requestId}`)
  if (!row) throw new NotFound()
  if (!undoable.includes(row.kind) || row.status !== 'completed' || !row.hasTransfers) {
    return row.kind === 'undo' ? { reason: { key: 'plans.undo.isUndo' } } : undefined
  }
  if (row.isEnd) return undefined
  if (row.undoneBy !== null) {
    const key = row.isUndone ? 'plans.undo.already' : 'plans.undo.asked'
    return { reason: { key, params: { number: row.undoneBy } } }
  }
  const until = new Date(new Date(row.completedAt!).getTime() + undoHours * 3_600_000)
  if (until <= now) return { reason: { key: 'plans.undo.tooLate', params: { hours: undoHours } } }
  return { until, anyFetched: row.anyFetched, anyMoved: row.anyMoved }
}

// One pack at a time, or (with a `way`: as a zip, by mail) all that a request offers; that request may be a later one.
const wasFetched = sql`exists (
  select from request_packs p
  join request_packs f on f.customer_id = p.customer_id and f.host_id = p.host_id and f.issue = p.issue
  join request_events e on e.customer_id = f.customer_id and e.request_id = f.request_id and e.kind = 'pack-fetched'
    and (e.details ? 'way'
      or (e.details ->> 'hostId' = p.host_id::text and (e.details ->> 'issue')::integer = p.issue))
  where p.customer_id = r.customer_id and p.request_id = r.id)`

/** A draft of an undo may lie: when it is submitted the time counts again. Throws Invalid with why it is too late. */
export async function refuseUnlessUndoable(tx: Db, of: OfRequest, undoHours: number): Promise<void> {
  const state = await undoStateOf(tx, of, undoHours)
  if (!state || !('reason' in state)) return
  const { key, params = {} } = state.reason
  const { number } = params
  throw new Invalid([
    {
      key,
      params: number === undefined ? params : { ...params, number: formatRequestNumber(Number(number)) },
    },
  ])
}

/**
 * Begins the plan that reverses a request's transfers, as a draft that can be looked at first; hosts that a
 * replacement made and ended change places again. A draft that does this already is taken up. Returns its ID; throws
 * Conflict with the reason why it cannot be undone.
 */
export async function beginUndo(
  tx: Db,
  {
    customerId,
    requestId,
    personId,
    undoHours,
    now,
  }: OfRequest & { personId: string; undoHours: number; now?: Date },
): Promise<string> {
  const state = await undoStateOf(tx, { customerId, requestId }, undoHours, now)
  if (!state || 'reason' in state) {
    throw new Conflict(state?.reason.key ?? 'plans.undo.nothing', state?.reason.params ?? {})
  }
  const [open] = await tx.execute<{ id: string }>(sql`
    select id from plans where customer_id = ${customerId} and tool = 'undo' and status = 'draft'
      and details ->> 'undoes' = ${requestId} order by id limit 1`)
  if (open) return open.id
  const planId = newId()
  const details = await reversedHosts(tx, customerId, requestId)
  await tx.insert(plans).values({
    customerId,
    id: planId,
    tool: 'undo',
    createdBy: personId,
    details: { ...details, undoes: requestId },
  })
  const lines = await reversedLines(tx, customerId, requestId)
  await tx.execute(sql`
    insert into plan_lines (customer_id, plan_id, id, entitlement_id, from_host_id, to_host_id, quantity)
    select ${customerId}, ${planId}, "id", "entitlementId", "fromHostId", "toHostId", "quantity"
    from jsonb_to_recordset(${jsonRows(lines.map((line) => ({ ...line, id: newId() })))})
      as l ("id" uuid, "entitlementId" uuid, "fromHostId" uuid, "toHostId" uuid, "quantity" integer)`)
  return planId
}

async function reversedLines(tx: Db, customerId: string, requestId: string) {
  return tx.execute<Record<string, unknown>>(sql`
    select entitlement_id as "entitlementId", to_host_id as "fromHostId", from_host_id as "toHostId",
      sum(quantity)::integer as quantity
    from transfers where customer_id = ${customerId} and request_id = ${requestId}
    group by 1, 2, 3 order by min(id::text)`)
}

/** A replacement's successor ends when it is undone, and the host it replaced comes back. */
async function reversedHosts(tx: Db, customerId: string, requestId: string): Promise<PlanDetails> {
  const rows = await tx.execute<{ successor: string; former: string }>(sql`
    select s.id as successor, s.replaces_host_id as former
    from requests r
    join plans p on p.customer_id = r.customer_id and p.request_id = r.id and p.tool = 'replace'
    join hosts s on s.customer_id = p.customer_id and s.plan_id = p.id and s.replaces_host_id is not null
    where r.customer_id = ${customerId} and r.id = ${requestId}`)
  if (rows.length === 0) return {}
  return { retires: rows.map(({ successor }) => successor), revives: rows.map(({ former }) => former) }
}

/**
 * Notes on an undo which request it undid, and whether the moves of both are given back: if nobody fetched a pack of
 * what is undone. Throws Conflict where it has been undone meanwhile.
 */
export async function settleUndone(
  tx: Db,
  { customerId, requestId, undoes }: OfRequest & { undoes: string },
): Promise<void> {
  const [row] = await tx.execute<{ fetched: boolean }>(sql`
    select ${wasFetched} as fetched from requests r where r.customer_id = ${customerId} and r.id = ${undoes}`)
  try {
    await tx
      .update(requests)
      .set({ undoesId: undoes, givesMovesBack: row?.fetched === false })
      .where(and(eq(requests.customerId, customerId), eq(requests.id, requestId)))
  } catch (error) {
    if (violated(error) !== 'requests_undone_once') throw error
    throw new Conflict('plans.undo.meanwhile')
  }
}

/** The number of the request that a plan undoes; undefined for a plan of another tool. */
export async function undoneNumber(tx: Db, customerId: string, { undoes }: PlanDetails) {
  if (!undoes) return undefined
  const [row] = await tx.execute<{ number: number }>(sql`
    select number::float8 as number from requests where customer_id = ${customerId} and id = ${undoes}`)
  return row?.number
}
