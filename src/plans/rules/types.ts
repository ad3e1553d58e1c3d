import { productOn, type Rule, type Situation } from '../check-plan.ts'
import type { PlanLine } from '../load-plan.ts'
import { type PlanProblem, problem, type Sums } from '../problems.ts'
import type { Tool } from '../queries.ts'

/** What each license type asks of its host (domain.md section 3, License types). */
export const typeRules: Rule = (situation) => {
  const { after, lasting } = situation
  const stays = [
    { sums: after, extensions: extensionsOn(situation, after) },
    { sums: lasting, extensions: extensionsOn(situation, lasting) },
  ]
  return (line) => [
    ...(line.toHostId ? nodeLocked(line, line.toHostId, situation) : []),
    ...(line.toHostId ? withoutBase(line, line.toHostId, situation) : []),
    // What lasts has its base or not whether something lent stays or leaves.
    ...(line.fromHostId
      ? leavesExtension(line, line.fromHostId, situation, line.kind === 'sold' ? stays : stays.slice(0, 1))
      : []),
  ]
}

function nodeLocked(line: PlanLine, hostId: string, { hosts, after, plan }: Situation): PlanProblem[] {
  if (line.licenseType !== 'node-locked') return []
  const host = hosts.get(hostId)
  const params = { product: line.productName, host: host?.label ?? '' }
  const total = after.of(productOn(hostId, line.productId))
  const once = plan.tool === 'undo' ? 'undoneNodeLocked' : 'nodeLockedOnce'
  return [
    ...(host?.kind === 'triad' ? [problem('nodeLockedTriad', params)] : []),
    ...(total > 1 ? [problem(once, { ...params, total, quantity: line.quantity })] : []),
  ]
}

/** Of plans whose lines are not chosen one by one: another plan puts right what is missing. */
const missing: Partial<Record<Tool, string>> = { replace: 'replacedBaseMissing', undo: 'undoneBaseMissing' }

function withoutBase(line: PlanLine, hostId: string, situation: Situation): PlanProblem[] {
  const { hosts, after, lasting, plan } = situation
  if (!line.baseProductId) return []
  const key = productOn(hostId, line.baseProductId)
  const params = { base: line.baseName, product: line.productName, host: hosts.get(hostId)?.label ?? '' }
  if (after.of(key) <= 0) return [problem(missing[plan.tool] ?? 'baseMissing', params)]
  // A lent base ends by itself, and would leave its extension alone. What goes along with its host stays as it was.
  const goesAlong = line.fromHostId !== null && plan.details.retires?.includes(line.fromHostId)
  return line.kind === 'sold' && !goesAlong && lasting.of(key) <= 0 ? [problem('baseLent', params)] : []
}

/** By host and base product: the name of a product that extends it and is on the host afterwards. */
function extensionsOn({ lines, placements }: Situation, after: Sums): Map<string, string> {
  const found = new Map<string, string>()
  const note = (hostId: string | null, { baseProductId, productId, productName }: Extension) => {
    if (hostId && baseProductId && after.of(productOn(hostId, productId)) > 0)
      found.set(productOn(hostId, baseProductId), productName)
  }
  for (const placement of placements) note(placement.hostId, placement)
  for (const line of lines) note(line.toHostId, line)
  return found
}

type Extension = { baseProductId: string | null; productId: string; productName: string }

function leavesExtension(
  line: PlanLine,
  hostId: string,
  { hosts, plan }: Situation,
  stays: readonly { sums: Sums; extensions: Map<string, string> }[],
): PlanProblem[] {
  const key = productOn(hostId, line.productId)
  const alone = stays.find(({ sums, extensions }) => extensions.has(key) && sums.of(key) <= 0)
  if (!alone) return []
  const extension = alone.extensions.get(key)!
  const params = { extension, host: hosts.get(hostId)?.label ?? '' }
  return [problem(plan.tool === 'undo' ? 'undoneBaseNeeded' : 'baseNeeded', params)]
}
