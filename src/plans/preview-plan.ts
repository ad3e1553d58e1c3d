import type { Db } from '../db.ts'
import { composePack } from '../packs/compose.ts'
import { type DiffLine, diffPacks } from '../packs/diff.ts'
import { loadPackFacts, type PackFacts, type PackPlacement, packInput } from '../packs/load-pack-input.ts'
import { listCurrentPacks } from '../packs/queries.ts'
import { partSizes } from './check-parts.ts'
import { type Checked, type CheckedLine, hostsOf } from './check-plan.ts'
import type { PlanHost } from './load-plan.ts'
import { Sums } from './problems.ts'
import { lastDay } from './temporary.ts'

/** A product on a host before and after a plan. */
export type ProductRow = { name: string; partNumber: string; before: number; after: number }

export type HostPreview = {
  host: PlanHost
  rows: ProductRow[]
  isChanged: boolean
  /** Issue that holds now (0: none yet) and the one that would come. */
  issue: number
  nextIssue: number
  /** Which license lines of the pack come and go, without signatures. */
  difference: DiffLine[]
}

export type PreviewOptions = {
  customerId: string
  today: string
  publisher: { name: string; temporaryDays: number }
}

/**
 * Touched hosts, those of one page, as they are and as a checked plan would leave them. Lines that cannot be done are
 * left out: they stand with their reasons.
 */
export async function previewPlan(
  tx: Db,
  checked: Checked,
  options: PreviewOptions,
  { from, to }: { from: number; to: number } = { from: 1, to: partSizes.hosts },
): Promise<HostPreview[]> {
  const hosts = checked.hosts.slice(from - 1, to)
  const shown = new Set(hosts.map(({ id }) => id))
  const lines = checked.lines.filter(
    (line) => line.problems.length === 0 && hostsOf(line).some((id) => shown.has(id)),
  )
  const [loaded, packs] = await Promise.all([
    loadPackFacts(tx, {
      ...options,
      hostIds: [...shown],
      entitlementIds: [...new Set(lines.map((line) => line.entitlementId))],
    }),
    listCurrentPacks(tx, options.customerId, [...shown]),
  ])
  const facts = { ...loaded, entitlements: asIfLent(loaded.entitlements, lines, options) }
  const now = Map.groupBy(facts.placements, ({ hostId }) => hostId)
  return hosts.map((host) =>
    previewHost(host, { now: now.get(host.id) ?? [], lines, facts, pack: packs.get(host.id) ?? null }),
  )
}

/** A temporary license has its days once the plan is done: those it would have today. Its request has no number yet. */
function asIfLent(
  entitlements: PackFacts['entitlements'],
  lines: readonly CheckedLine[],
  { today, publisher }: PreviewOptions,
): PackFacts['entitlements'] {
  const lent = new Map(entitlements)
  for (const { entitlementId, kind, startsOn } of lines) {
    if (kind !== 'temporary' || startsOn !== null) continue
    const endsOn = lastDay(today, publisher.temporaryDays)
    lent.set(entitlementId, {
      ...entitlements.get(entitlementId)!,
      startsOn: today,
      endsOn,
      orderNumber: noNumberYet,
    })
  }
  return lent
}

/** Stands in a preview's SN= where a request number will. */
const noNumberYet = 'T?'

type Known = { now: PackPlacement[]; lines: CheckedLine[]; facts: PackFacts; pack: string | null }

/** `pack`: the one on the host now, which may be older than what is placed there, and than what terms give. */
function previewHost(host: PlanHost, { now, lines, facts, pack }: Known): HostPreview {
  const then = applyLines(host.id, now, lines)
  const after = composePack(packInput(facts, host.id, then, null))
  const rows = compareProducts(now, then, facts)
  return {
    host,
    rows,
    isChanged: isChanged(now, then),
    issue: host.packIssue,
    nextIssue: host.packIssue + 1,
    difference: diffPacks(pack, after),
  }
}

/** Also where as many of a product come as go: of another contract, they are other lines of the pack. */
function isChanged(now: readonly PackPlacement[], then: readonly PackPlacement[]): boolean {
  const before = new Map(now.map(({ entitlementId, quantity }) => [entitlementId, quantity]))
  return now.length !== then.length || then.some((one) => before.get(one.entitlementId) !== one.quantity)
}

/** How many hosts have other licenses, or more or fewer of them, once the lines that can be done are. */
export function countChanged({ lines, hosts }: Pick<Checked, 'lines' | 'hosts'>): number {
  const changes = new Map<string, Sums>(hosts.map(({ id }) => [id, new Sums()]))
  for (const { problems, fromHostId, toHostId, entitlementId, quantity } of lines) {
    if (problems.length > 0) continue
    if (fromHostId) changes.get(fromHostId)?.add(entitlementId, -quantity)
    if (toHostId) changes.get(toHostId)?.add(entitlementId, quantity)
  }
  return [...changes.values()].filter((sums) => sums.values().some((sum) => sum !== 0)).length
}

/** What sits on a host once these lines are done. */
function applyLines(
  hostId: string,
  now: readonly PackPlacement[],
  lines: readonly CheckedLine[],
): PackPlacement[] {
  const then = new Map(now.map((placement) => [placement.entitlementId, { ...placement }]))
  for (const { entitlementId, fromHostId, toHostId, quantity } of lines) {
    const change = toHostId === hostId ? quantity : fromHostId === hostId ? -quantity : 0
    if (change === 0) continue
    const placement = then.get(entitlementId) ?? {
      hostId,
      entitlementId,
      quantity: 0,
      configurationNumber: null,
    }
    then.set(entitlementId, { ...placement, quantity: placement.quantity + change })
  }
  return [...then.values()].filter(({ quantity }) => quantity > 0)
}

function compareProducts(
  now: PackPlacement[],
  then: PackPlacement[],
  { entitlements }: PackFacts,
): ProductRow[] {
  const before = new Sums()
  const after = new Sums()
  const names = new Map<string, string>()
  for (const [placements, sums] of [
    [now, before],
    [then, after],
  ] as const) {
    for (const { entitlementId, quantity } of placements) {
      const { partNumber, productName } = entitlements.get(entitlementId)!
      names.set(partNumber, productName)
      sums.add(partNumber, quantity)
    }
  }
  return [...names]
    .map(([partNumber, name]) => ({
      name,
      partNumber,
      before: before.of(partNumber),
      after: after.of(partNumber),
    }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.partNumber.localeCompare(b.partNumber))
}
