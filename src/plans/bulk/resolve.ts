import { clip } from '../../imports/cells.ts'
import type { FileRemark } from '../../schema.ts'
import type { Target } from './differences.ts'
import { type Facts, orderLine, placedOn } from './facts.ts'
import { type FileRow, readAmount } from './read-file.ts'

/** A row whose "placed now" is no longer so. */
export type Stale = Target & { line: number; text: string; product: string; was: number; isEdited: boolean }

export type Resolved = {
  /** What rows that were edited ask for; also where it is so already. */
  targets: Target[]
  refused: FileRemark[]
  stale: Stale[]
}

type Refusal = Pick<FileRemark, 'key' | 'params'>

/**
 * What a file's rows ask for. A row whose new quantity is what the file gave as placed was not edited, and asks for
 * nothing, whatever became of it since. Every reason against a row is given.
 */
export function resolveRows(rows: readonly FileRow[], facts: Facts): Resolved {
  const resolved: Resolved = { targets: [], refused: [], stale: [] }
  const seen = new Map<string, number>()
  for (const row of rows) resolveRow(row, facts, seen, resolved)
  return resolved
}

function resolveRow(row: FileRow, facts: Facts, seen: Map<string, number>, resolved: Resolved): void {
  const { line, text, cells } = row
  const was = readAmount(cells.placed_now)
  const wanted = readAmount(cells.new_quantity)
  const isEdited = was === undefined || wanted === undefined || was !== wanted
  const host = facts.hosts.get(cells.host)
  const entitlement = facts.entitlements.get(orderLine(cells.order, cells.line))
  const key = host && entitlement && placedOn(host.id, entitlement.id)
  const twice = key === undefined ? undefined : seen.get(key)
  const reasons = isEdited ? reasonsAgainst(row, facts, twice) : []
  if (reasons.length > 0) {
    resolved.refused.push(...reasons.map((reason) => ({ line, text, ...reason })))
    return
  }
  if (!host || !entitlement || key === undefined || wanted === undefined || twice !== undefined) return
  seen.set(key, line)
  const now = facts.placed.get(key) ?? 0
  const target = { entitlementId: entitlement.id, hostId: host.id, label: host.label, now, wanted }
  if (isEdited) resolved.targets.push(target)
  if (was !== undefined && was !== now)
    resolved.stale.push({ ...target, line, text, product: entitlement.product, was, isEdited })
}

function reasonsAgainst({ cells }: FileRow, facts: Facts, twice: number | undefined): Refusal[] {
  const { host, order, line } = cells
  const entitlement = facts.entitlements.get(orderLine(order, line))
  const reasons: Refusal[] = []
  const refuse = (name: string, params: Refusal['params'] = {}) =>
    reasons.push({ key: `bulk.row.${name}`, params })
  if (host === '') refuse('noHost')
  else if (!facts.hosts.has(host)) refuse('hostUnknown', { host: clip(host) })
  if (order === '' || line === '') refuse('noOrder')
  else if (!entitlement) refuse('orderUnknown', { order: clip(order), line: clip(line) })
  else if (cells.part_number !== '' && cells.part_number.toUpperCase() !== entitlement.partNumber)
    refuse('otherProduct', {
      order: clip(order),
      line: clip(line),
      product: entitlement.product,
      partNumber: entitlement.partNumber,
      typed: clip(cells.part_number),
    })
  if (cells.new_quantity === '') refuse('noQuantity')
  else if (readAmount(cells.new_quantity) === undefined)
    refuse('notWhole', { typed: clip(cells.new_quantity) })
  if (twice !== undefined) refuse('twice', { other: twice })
  return reasons
}
