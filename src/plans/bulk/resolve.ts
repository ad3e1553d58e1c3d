import { clip } from '../../imports/cells.ts'
import type { FileRemark } from '../../schema.ts'
import { asText } from '../../web/csv.ts'
import type { Target } from './differences.ts'
import { type BulkEntitlement, type Facts, orderLine, placedOn } from './facts.ts'
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
  const hasZeros = rows.some(({ cells }) => /^0\d/.test(cells.order))
  for (const row of rows) resolveRow(row, { facts, hasZeros, seen }, resolved)
  return resolved
}

/** `hasZeros`: order numbers of the file have kept the zeros at their front. */
type Known = { facts: Facts; hasZeros: boolean; seen: Map<string, number> }

function resolveRow(row: FileRow, { facts, hasZeros, seen }: Known, resolved: Resolved): void {
  const { line, text, cells } = row
  const was = readAmount(cells.placed_now)
  const wanted = readAmount(cells.new_quantity)
  const isEdited = was === undefined || wanted === undefined || was !== wanted
  const host = facts.hosts.get(cells.host)
  const bought = boughtAs(row, facts, hasZeros)
  const entitlement = bought.length === 1 ? bought[0] : undefined
  const key = host && entitlement && placedOn(host.id, entitlement.id)
  const twice = key === undefined ? undefined : seen.get(key)
  const reasons = isEdited ? reasonsAgainst(row, facts, { bought, twice }) : []
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

/**
 * What the row's order line may be. Orders may differ in nothing but zeros at the front of their numbers: then the
 * number counts as it is typed where it is text, or the file has kept such zeros; where a spreadsheet may have taken them away, what
 * else the row says of the license has to tell which it is.
 */
function boughtAs({ cells, isExact }: FileRow, facts: Facts, hasZeros: boolean): readonly BulkEntitlement[] {
  const all = facts.entitlements.get(orderLine(cells.order, cells.line)) ?? []
  if (all.length < 2) return all
  const exact = all.filter(({ order }) => order === cells.order.toUpperCase())
  if (isExact || (hasZeros && exact.length > 0)) return exact
  const fitting = all.filter(
    ({ partNumber, contract }) =>
      (cells.part_number === '' || cells.part_number.toUpperCase() === partNumber) &&
      (cells.contract === '' || cells.contract.toUpperCase() === contract),
  )
  return fitting.length > 0 ? fitting : all
}

type Found = { bought: readonly BulkEntitlement[]; twice: number | undefined }

function reasonsAgainst({ cells, beyond }: FileRow, facts: Facts, { bought, twice }: Found): Refusal[] {
  const { host, order, line } = cells
  const [entitlement] = bought
  const reasons: Refusal[] = []
  const refuse = (name: string, params: Refusal['params'] = {}) =>
    reasons.push({ key: `bulk.row.${name}`, params })
  if (beyond > 0) refuse('cells', { beyond })
  if (host === '') refuse('noHost')
  else if (!facts.hosts.has(host)) refuse('hostUnknown', { host: clip(host) })
  if (order === '' || line === '') refuse('noOrder')
  else if (!entitlement) refuse('orderUnknown', { order: clip(order), line: clip(line) })
  else if (bought.length > 1)
    refuse('orderSeveral', {
      orders: bought.map((one) => one.order).join(', '),
      example: asText(bought[0]!.order),
    })
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
