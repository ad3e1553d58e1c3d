import { entitlementOn, type Rule, type Situation, takenFromPool } from '../check-plan.ts'
import type { PlanLine } from '../load-plan.ts'
import { hold, type PlanProblem, problem, Sums } from '../problems.ts'
import { isOutOfTerm } from './terms.ts'

/** Enough in the pool, enough on the host that gives, and enough moves left: beyond them the desk decides. */
export const amountRules: Rule = (situation) => {
  const taken = takenFromPool(situation.lines)
  const leaving = new Sums()
  const moving = new Sums()
  const takers = new Sums()
  for (const line of situation.lines) {
    if (line.fromHostId === null) takers.add(line.entitlementId, 1)
    else {
      leaving.add(entitlementOn(line.fromHostId, line.entitlementId), line.quantity)
      moving.add(line.entitlementId, line.quantity)
    }
  }
  return (line) =>
    line.fromHostId === null
      ? notAvailable(line, taken.of(line.entitlementId), takers.of(line.entitlementId), situation)
      : [
          ...notHeld(
            line,
            leaving.of(entitlementOn(line.fromHostId, line.entitlementId)),
            situation.held.of(entitlementOn(line.fromHostId, line.entitlementId)),
            situation,
          ),
          ...noMovesLeft(line, moving.of(line.entitlementId), situation),
        ]
}

function notAvailable(line: PlanLine, asked: number, lines: number, situation: Situation): PlanProblem[] {
  const { entitled, placed } = line
  if (asked <= 0 || asked <= entitled - placed || isOutOfTerm(line, situation.today)) return []
  if (placed > entitled) return [problem('overPlaced', { placed, entitled, excess: placed - entitled })]
  const seat = situation.seats.get(line.entitlementId)
  const available = entitled - placed
  const params = { available, asked, lines }
  if (!seat) return [problem('notEnough', params)]
  const { host, quantity, others, elsewhere } = seat
  return [problem('notEnoughSeat', { ...params, host, quantity, others, elsewhere })]
}

function notHeld(line: PlanLine, asked: number, held: number, { plan, hosts }: Situation): PlanProblem[] {
  if (asked <= held) return []
  return [
    problem(plan.tool === 'undo' ? 'undoneLeft' : 'notHeld', {
      host: hosts.get(line.fromHostId!)?.label ?? '',
      held,
      asked,
    }),
  ]
}

function noMovesLeft(line: PlanLine, asked: number, { plan, policies, moved }: Situation): PlanProblem[] {
  // What is undone gives its moves back, or has been counted when it was done.
  if (plan.tool === 'undo' || line.kind === 'temporary') return []
  const limit = policies.movesPerYear * line.owned
  const left = Math.max(0, limit - (moved.get(line.entitlementId) ?? 0))
  return asked <= left ? [] : [hold('desk', 'noMovesLeft', { product: line.productName, left, limit, asked })]
}
