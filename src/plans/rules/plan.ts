import type { Situation } from '../check-plan.ts'
import { hold, hostProblem, type PlanProblem, Sums } from '../problems.ts'

/** Reasons against the plan as a whole: a host that ends with it is left with nothing. */
export function planRules({ plan, hosts, placements, lines }: Situation): PlanProblem[] {
  const left = new Sums()
  for (const { hostId, quantity } of placements) left.add(hostId, quantity)
  for (const { fromHostId, toHostId, quantity } of lines) {
    if (fromHostId) left.add(fromHostId, -quantity)
    if (toHostId) left.add(toHostId, quantity)
  }
  return (plan.details.retires ?? [])
    .filter((id) => left.of(id) > 0)
    .map((id) => hostProblem('notEmptied', { host: hosts.get(id)?.label ?? '', left: left.of(id) }))
}

/** What a person decides about a plan whatever its lines (domain.md section 3, Policies). */
export function planHolds({ plan }: Situation): PlanProblem[] {
  const { reason } = plan.details
  return [
    ...(reason === 'lost' || reason === 'stolen' ? [hold('desk', reason)] : []),
    ...(plan.requiresApproval ? [hold('colleague', 'approval')] : []),
  ]
}
