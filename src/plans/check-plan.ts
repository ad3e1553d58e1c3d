import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import {
  loadPlanFacts,
  loadPlanHosts,
  loadPlanLines,
  loadPlanPlacements,
  type PlanFacts,
  type PlanHost,
  type PlanLine,
  type PlanPlacement,
} from './load-plan.ts'
import { loadMoves, loadSeats, loadTemporaryUse, type Seat, type TemporaryUse } from './load-use.ts'
import { type PlanProblem, Sums } from './problems.ts'
import { amountRules } from './rules/amounts.ts'
import { hostRules } from './rules/hosts.ts'
import { planHolds, planRules, whyEmpty } from './rules/plan.ts'
import { sinceRules } from './rules/since.ts'
import { temporaryRules } from './rules/temporary.ts'
import { termRules } from './rules/terms.ts'
import { typeRules } from './rules/types.ts'

export type Policies = {
  movesPerYear: number
  /** The publisher's, whose days are meant. */
  timeZone: string
  temporaryDays: number
  temporaryOpen: number
  temporaryPerYear: number
  allowAnyHostId: boolean
  hostIdKinds: readonly string[]
}

/** All that the rules look at. */
export type Situation = {
  planId: string
  plan: PlanFacts
  today: string
  policies: Policies
  lines: readonly PlanLine[]
  hosts: ReadonlyMap<string, PlanHost>
  placements: readonly PlanPlacement[]
  /** Of each entitlement on each of these hosts now, by entitlementOn(). */
  held: Sums
  /** Of each product on each host once the plan is done, by productOn(). */
  after: Sums
  /** The same without what is lent. */
  lasting: Sums
  seats: ReadonlyMap<string, Seat>
  moved: ReadonlyMap<string, number>
  /** By product, where the plan has lines of temporary licenses. */
  temporary: ReadonlyMap<string, TemporaryUse>
}

/** Gives the reasons why a line cannot be done, or not without a person. A rule sees the whole plan and knows no tool. */
export type Rule = (situation: Situation) => (line: PlanLine) => PlanProblem[]

export type CheckedLine = PlanLine & {
  /** Why it cannot be done. */
  problems: PlanProblem[]
  /** Why a person decides about it. */
  holds: PlanProblem[]
}

export type Checked = {
  lines: CheckedLine[]
  hosts: PlanHost[]
  placements: PlanPlacement[]
  /** Reasons against the plan as a whole. */
  problems: PlanProblem[]
  /** Why a person decides about the plan; those of its lines are among them, each said once. */
  holds: PlanProblem[]
  /** True: submitting it now would do all of it, at once or when it is approved. */
  isDoable: boolean
  /** By entitlement that leaves a host: moves in the rolling year so far. */
  moved: ReadonlyMap<string, number>
  plan: PlanFacts
}

export type CheckOptions = {
  customerId: string
  planId: string
  today: string
  publisher: Policies
  /** Replace hardware: as it is once it is filled anew, which submitting and approving it begin with. */
  isAhead?: boolean
}

const rules: Rule[] = [sinceRules, termRules, amountRules, typeRules, hostRules, temporaryRules]

/**
 * Every reason why each line of a plan cannot be done now (domain.md section 3, Plans). General for transfers
 * between pool and hosts in any direction. Three to five statements, however long the plan is. The customer is
 * counted for `today`; a writer holds the locks of lockForTransfers, a reader sees how things stand at the moment.
 */
export async function checkPlan(
  tx: Db,
  { customerId, planId, today, publisher, isAhead = false }: CheckOptions,
): Promise<Checked> {
  const [plan, lines] = await Promise.all([
    loadPlanFacts(tx, { customerId, planId }),
    loadPlanLines(tx, { customerId, planId, today, isAhead }),
  ])
  if (!plan) throw new NotFound()
  const hostIds = unique([...lines.flatMap(hostsOf), ...(plan.details.retires ?? [])])
  const leaving = unique(lines.filter((line) => line.fromHostId !== null).map((line) => line.entitlementId))
  const short = shortOf(lines)
  const lent = unique(lines.filter(({ kind }) => kind === 'temporary').map(({ productId }) => productId))
  const [hosts, placements, seats, moved, temporary] = await Promise.all([
    loadPlanHosts(tx, customerId, hostIds, plan.details),
    loadPlanPlacements(tx, customerId, hostIds),
    short.length > 0 ? loadSeats(tx, customerId, short) : new Map<string, Seat>(),
    leaving.length > 0
      ? loadMoves(tx, customerId, leaving, { today, timeZone: publisher.timeZone })
      : new Map<string, number>(),
    lent.length > 0 ? loadTemporaryUse(tx, customerId, lent, today) : new Map<string, TemporaryUse>(),
  ])
  const situation: Situation = {
    planId,
    plan,
    today,
    policies: publisher,
    lines,
    hosts: new Map(hosts.map((host) => [host.id, host])),
    placements,
    held: heldNow(placements),
    after: productsAfter(lines, placements),
    lasting: productsAfter(lines.filter(isSold), placements.filter(isSold)),
    seats,
    moved,
    temporary,
  }
  const checkers = rules.map((rule) => rule(situation))
  const checked = lines.map((line) => {
    const found = checkers.flatMap((check) => check(line))
    return {
      ...line,
      problems: found.filter(({ waitsFor }) => !waitsFor),
      holds: found.filter(({ waitsFor }) => waitsFor),
    }
  })
  const problems = lines.length === 0 ? [whyEmpty(situation)] : planRules(situation)
  const holds = onceEach([...checked.flatMap((line) => line.holds), ...planHolds(situation)])
  const isDoable = problems.length === 0 && checked.every((line) => line.problems.length === 0)
  return { lines: checked, hosts, placements, problems, holds, isDoable, moved, plan }
}

function onceEach(holds: readonly PlanProblem[]): PlanProblem[] {
  return [...new Map(holds.map((one) => [JSON.stringify(one), one])).values()]
}

export function hostsOf({ fromHostId, toHostId }: Pick<PlanLine, 'fromHostId' | 'toHostId'>): string[] {
  return [fromHostId, toHostId].filter((id) => id !== null)
}

/** Key of Situation.held. */
export function entitlementOn(hostId: string, entitlementId: string): string {
  return `${hostId} ${entitlementId}`
}

function heldNow(placements: readonly PlanPlacement[]): Sums {
  const held = new Sums()
  for (const { hostId, entitlementId, quantity } of placements)
    held.add(entitlementOn(hostId, entitlementId), quantity)
  return held
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

function isSold({ kind }: Pick<PlanLine, 'kind'>): boolean {
  return kind === 'sold'
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}
