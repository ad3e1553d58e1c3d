import type { Db } from '../db.ts'
import {
  loadMoves,
  loadPlanHosts,
  loadPlanLines,
  loadPlanPlacements,
  loadSeats,
  type PlanHost,
  type PlanLine,
  type PlanPlacement,
  type Seat,
} from './load-plan.ts'
import { type PlanProblem, problem, Sums } from './problems.ts'
import { amountRules } from './rules/amounts.ts'
import { hostRules } from './rules/hosts.ts'
import { termRules } from './rules/terms.ts'
import { typeRules } from './rules/types.ts'

export type Policies = {
  movesPerYear: number
  allowAnyHostId: boolean
  hostIdKinds: readonly string[]
}

/** All that the rules look at. */
export type Situation = {
  planId: string
  today: string
  policies: Policies
  lines: readonly PlanLine[]
  hosts: ReadonlyMap<string, PlanHost>
  placements: readonly PlanPlacement[]
  /** Of each product on each host once the plan is done, by productOn(). */
  after: Sums
  seats: ReadonlyMap<string, Seat>
  moved: ReadonlyMap<string, number>
}

/** Gives the reasons why a line cannot be done. A rule sees the whole plan and knows no tool. */
export type Rule = (situation: Situation) => (line: PlanLine) => PlanProblem[]

export type CheckedLine = PlanLine & { problems: PlanProblem[] }

export type Checked = {
  lines: CheckedLine[]
  hosts: PlanHost[]
  placements: PlanPlacement[]
  /** Reasons against the plan as a whole. */
  problems: PlanProblem[]
  /** True: submitting it now would do all of it. */
  isDoable: boolean
  /** By entitlement that leaves a host: moves in the rolling year so far. */
  moved: ReadonlyMap<string, number>
}

export type CheckOptions = { customerId: string; planId: string; today: string; publisher: Policies }

const rules: Rule[] = [termRules, amountRules, typeRules, hostRules]

/**
 * Every reason why each line of a plan cannot be done now (domain.md section 3, Plans). General for transfers
 * between pool and hosts in any direction. Three to five statements, however long the plan is. The customer is
 * counted for `today`; a writer holds the locks of lockForTransfers, a reader sees how things stand at the moment.
 */
export async function checkPlan(
  tx: Db,
  { customerId, planId, today, publisher }: CheckOptions,
): Promise<Checked> {
  const lines = await loadPlanLines(tx, { customerId, planId, today })
  const hostIds = [...new Set(lines.flatMap(hostsOf))]
  const leaving = unique(lines.filter((line) => line.fromHostId !== null).map((line) => line.entitlementId))
  const short = shortOf(lines)
  const [hosts, placements, seats, moved] = await Promise.all([
    loadPlanHosts(tx, customerId, hostIds),
    loadPlanPlacements(tx, customerId, hostIds),
    short.length > 0 ? loadSeats(tx, customerId, short) : new Map<string, Seat>(),
    leaving.length > 0 ? loadMoves(tx, customerId, leaving, today) : new Map<string, number>(),
  ])
  const situation: Situation = {
    planId,
    today,
    policies: publisher,
    lines,
    hosts: new Map(hosts.map((host) => [host.id, host])),
    placements,
    after: productsAfter(lines, placements),
    seats,
    moved,
  }
  const checkers = rules.map((rule) => rule(situation))
  const checked = lines.map((line) => ({ ...line, problems: checkers.flatMap((check) => check(line)) }))
  const problems = lines.length === 0 ? [problem('empty')] : []
  const isDoable = problems.length === 0 && checked.every((line) => line.problems.length === 0)
  return { lines: checked, hosts, placements, problems, isDoable, moved }
}

export function hostsOf({ fromHostId, toHostId }: Pick<PlanLine, 'fromHostId' | 'toHostId'>): string[] {
  return [fromHostId, toHostId].filter((id) => id !== null)
}

/** Key of Situation.after. */
export function productOn(hostId: string, productId: string): string {
  return `${hostId} ${productId}`
}

/** What a plan takes out of the pool in all, less what it gives back, by entitlement. */
export function takenFromPool(lines: readonly PlanLine[]): Sums {
  const taken = new Sums()
  for (const line of lines) {
    if (line.fromHostId === null) taken.add(line.entitlementId, line.quantity)
    if (line.toHostId === null) taken.add(line.entitlementId, -line.quantity)
  }
  return taken
}

function shortOf(lines: readonly PlanLine[]): string[] {
  const taken = takenFromPool(lines)
  return unique(
    lines
      .filter((line) => taken.of(line.entitlementId) > line.entitled - line.placed)
      .map((line) => line.entitlementId),
  )
}

function productsAfter(lines: readonly PlanLine[], placements: readonly PlanPlacement[]): Sums {
  const after = new Sums()
  for (const { hostId, productId, quantity } of placements) after.add(productOn(hostId, productId), quantity)
  for (const { fromHostId, toHostId, productId, quantity } of lines) {
    if (fromHostId) after.add(productOn(fromHostId, productId), -quantity)
    if (toHostId) after.add(productOn(toHostId, productId), quantity)
  }
  return after
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}
