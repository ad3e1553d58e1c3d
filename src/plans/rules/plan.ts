import type { Situation } from '../check-plan.ts'
import type { PlanHost } from '../load-plan.ts'
import { hold, hostProblem, type PlanProblem, problem, Sums } from '../problems.ts'

/** Reasons against the plan as a whole: a host that ends with it is left with nothing, and new hardware is new. */
export function planRules(situation: Situation): PlanProblem[] {
  return [...notEmptied(situation), ...notNew(situation)]
}

function notEmptied({ plan, hosts, placements, lines }: Situation): PlanProblem[] {
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

/** Why what is to take the place of a host is no other hardware than it has. */
function notNew({ plan, hosts }: Situation): PlanProblem[] {
  if (plan.tool !== 'replace') return []
  const former = hosts.get(plan.details.retires?.[0] ?? '')
  const successor = [...hosts.values()].find(({ status }) => status === 'planned')
  if (!former || !successor) return []
  const stay = new Set(successor.members.map(idOf))
  const { reason } = plan.details
  if ((reason === 'lost' || reason === 'stolen') && former.members.every((member) => stay.has(idOf(member))))
    return [problem('stillThere', { host: former.label })]
  const machines = ({ members }: PlanHost) => members.map((one) => `${idOf(one)} ${one.serverName}`).join()
  return machines(former) === machines(successor) ? [problem('nothingNew', { host: former.label })] : []
}

function idOf({ idKind, idValue }: PlanHost['members'][number]): string {
  return `${idKind} ${idValue}`
}

/** Why a plan is without lines: none was added, or nothing is left on the host that it was to replace. */
export function whyEmpty({ plan, hosts, placements }: Situation): PlanProblem {
  const former = plan.tool === 'replace' ? hosts.get(plan.details.retires?.[0] ?? '') : undefined
  // With licenses on it, its successor is yet to be named.
  if (!former || placements.some(({ hostId }) => hostId === former.id)) return problem('empty')
  return problem(former.status === 'retired' ? 'formerRetired' : 'nothingToReplace', { host: former.label })
}

/** What a person decides about a plan whatever its lines (domain.md section 3, Policies). */
export function planHolds({ plan }: Situation): PlanProblem[] {
  const { reason } = plan.details
  return [
    ...(reason === 'lost' || reason === 'stolen' ? [hold('desk', reason)] : []),
    ...(plan.requiresApproval ? [hold('colleague', 'approval')] : []),
  ]
}
