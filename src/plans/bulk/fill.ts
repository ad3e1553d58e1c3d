import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { Invalid } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { formatRequestNumber } from '../../requests/number.ts'
import { type FileRemark, type PlanDetails, plans } from '../../schema.ts'
import { jsonRows } from '../../sql.ts'
import { touchDraft } from '../drafts.ts'
import { mostLines } from './columns.ts'
import { differences, type Target } from './differences.ts'
import { loadFacts, loadLastChanges, loadPlaced, placedOn } from './facts.ts'
import { type FileRow, readFile } from './read-file.ts'
import { type Resolved, resolveRows, type Stale } from './resolve.ts'

type OfPlan = { customerId: string; planId: string }

/** Remarks that are kept; of more it is said how many there are. */
const keptRemarks = 200

/**
 * Makes a file's changes the lines of a draft: in the place of what it has, or added to it. Refused rows are kept with
 * their reasons. Throws Invalid where it is no such file, changes nothing, or changes too much; NotFound, Conflict.
 */
export async function fillPlan(
  tx: Db,
  { customerId, planId, text, adds }: OfPlan & { text: string; adds: boolean },
): Promise<void> {
  const rows = readFile(text)
  if (rows.length === 0) refuse('bulk.file.empty')
  await touchDraft(tx, { customerId, planId })
  const resolved = resolveRows(rows, await loadFacts(tx, customerId, rows))
  const changed = resolved.targets.filter(({ now, wanted }) => now !== wanted)
  refuseUnlessFits(rows, changed.length, resolved)
  const targets = adds ? await withPlanned(tx, { customerId, planId }, resolved.targets) : resolved.targets
  await storeLines(tx, { customerId, planId }, targets)
  await storeDetails(tx, { customerId, planId }, rows, resolved)
}

/**
 * Works out anew what a draft changes, from what its file wrote and what is placed now. Throws NotFound, Conflict.
 */
export async function renewLines(tx: Db, of: OfPlan): Promise<void> {
  await touchDraft(tx, of)
  await storeLines(tx, of, await listPlanned(tx, of))
}

function refuse(key: string, params: Record<string, number> = {}): never {
  throw new Invalid([{ field: 'file', key, params }])
}

function refuseUnlessFits(rows: readonly FileRow[], changed: number, { refused }: Resolved): void {
  const wrong = new Set(refused.map(({ line }) => line)).size
  if (changed > mostLines) refuse('bulk.file.tooMany', { changed, most: mostLines })
  if (wrong > mostLines) refuse('bulk.file.tooWrong', { wrong, most: mostLines, line: refused[0]!.line })
  if (changed === 0 && wrong === 0) refuse('bulk.file.unchanged', { rows: rows.length })
}

/** The targets of the file, and those which the plan has already for other hosts and entitlements. */
async function withPlanned(
  tx: Db,
  { customerId, planId }: OfPlan,
  targets: readonly Target[],
): Promise<Target[]> {
  const typed = new Set(targets.map((one) => placedOn(one.hostId, one.entitlementId)))
  const planned = await listPlanned(tx, { customerId, planId })
  const kept = planned.filter((one) => !typed.has(placedOn(one.hostId, one.entitlementId)))
  return [...kept, ...targets]
}

/** What the lines of a draft make of each entitlement on each host, and what is there now. */
async function listPlanned(tx: Db, { customerId, planId }: OfPlan): Promise<Target[]> {
  const planned = await tx.execute<{
    entitlementId: string
    hostId: string
    label: string
    change: number
    was: number | null
  }>(sql`
    select l.entitlement_id as "entitlementId", h.id as "hostId", h.label, sum(l.change)::integer as change,
      max(l.was) as was
    from (
      select entitlement_id, to_host_id as host_id, quantity as change, to_was as was from plan_lines
      where customer_id = ${customerId} and plan_id = ${planId} and to_host_id is not null
      union all
      select entitlement_id, from_host_id, -quantity, from_was from plan_lines
      where customer_id = ${customerId} and plan_id = ${planId} and from_host_id is not null
    ) l join hosts h on h.customer_id = ${customerId} and h.id = l.host_id
    group by l.entitlement_id, h.id, h.label`)
  const placed = await loadPlaced(
    tx,
    customerId,
    planned.map(({ hostId }) => hostId),
    planned.map(({ entitlementId }) => entitlementId),
  )
  return planned.map(({ change, was, ...one }) => {
    const now = placed.get(placedOn(one.hostId, one.entitlementId)) ?? 0
    return { ...one, now, wanted: Math.max(0, (was ?? now) + change) }
  })
}

async function storeLines(tx: Db, { customerId, planId }: OfPlan, targets: readonly Target[]): Promise<void> {
  const now = new Map(targets.map((one) => [placedOn(one.hostId, one.entitlementId), one.now]))
  const was = (hostId: string | null, entitlementId: string) =>
    hostId === null ? null : (now.get(placedOn(hostId, entitlementId)) ?? 0)
  const lines = differences(targets).map((line) => ({
    ...line,
    id: newId(),
    fromWas: was(line.fromHostId, line.entitlementId),
    toWas: was(line.toHostId, line.entitlementId),
  }))
  await tx.execute(sql`delete from plan_lines where customer_id = ${customerId} and plan_id = ${planId}`)
  if (lines.length === 0) return
  await tx.execute(sql`
    insert into plan_lines (customer_id, plan_id, id, entitlement_id, from_host_id, to_host_id, quantity,
      from_was, to_was)
    select ${customerId}::uuid, ${planId}::uuid, l.id, l."entitlementId", l."fromHostId", l."toHostId", l.quantity,
      l."fromWas", l."toWas"
    from jsonb_to_recordset(${jsonRows(lines)}) as l (id uuid, "entitlementId" uuid, "fromHostId" uuid,
      "toHostId" uuid, quantity integer, "fromWas" integer, "toWas" integer)`)
}

async function storeDetails(
  tx: Db,
  { customerId, planId }: OfPlan,
  rows: readonly FileRow[],
  { refused, stale }: Resolved,
): Promise<void> {
  const details: PlanDetails = {
    refused,
    remarks: await remarksOn(tx, customerId, stale.slice(0, keptRemarks)),
    remarkCount: stale.length,
    madeAt: madeAt(rows),
  }
  await tx
    .update(plans)
    .set({ details: sql`details || ${JSON.stringify(details)}::jsonb` })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
}

/** "Since the file was made, … changed it to N": who it was, where a request says so. */
async function remarksOn(tx: Db, customerId: string, stale: readonly Stale[]): Promise<FileRemark[]> {
  const changes = await loadLastChanges(
    tx,
    customerId,
    stale.map(({ hostId, entitlementId }) => ({ hostId, entitlementId })),
  )
  return stale.map(({ line, text, product, label, was, now, wanted, isEdited, ...one }) => {
    const change = changes.get(placedOn(one.hostId, one.entitlementId))
    const by = change
      ? { by: change.by, number: formatRequestNumber(change.request) }
      : { by: '', number: '' }
    const became = !isEdited ? 'left' : now === wanted ? 'done' : 'set'
    return {
      line,
      text,
      key: 'bulk.row.stale',
      params: { product, host: label, was, now, wanted, known: change ? 'yes' : 'no', became, ...by },
    }
  })
}

/** The earliest instant that a row names. */
function madeAt(rows: readonly FileRow[]): string | null {
  const times = rows
    .filter(({ cells }) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(cells.made_at))
    .map(({ cells }) => Date.parse(cells.made_at))
    .filter(Number.isFinite)
  return times.length === 0 ? null : new Date(times.reduce((a, b) => Math.min(a, b))).toISOString()
}
