import { entitlementOn, type Rule } from '../check-plan.ts'
import { type PlanProblem, problem } from '../problems.ts'

/**
 * A plan from a file says what is to be on a host, not what is to be added to it: where somebody else changed that
 * meanwhile, its lines would lead to another quantity than was written, and are worked out anew first.
 */
export const sinceRules: Rule = ({ held, hosts }) => {
  const changed = (hostId: string | null, entitlementId: string, was: number | null): PlanProblem[] => {
    if (hostId === null || was === null) return []
    const now = held.of(entitlementOn(hostId, entitlementId))
    return now === was ? [] : [problem('changedSince', { host: hosts.get(hostId)?.label ?? '', was, now })]
  }
  return ({ entitlementId, fromHostId, toHostId, fromWas, toWas }) => [
    ...changed(fromHostId, entitlementId, fromWas),
    ...changed(toHostId, entitlementId, toWas),
  ]
}
