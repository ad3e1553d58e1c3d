import { productOn, type Rule, type Situation } from '../check-plan.ts'
import type { PlanLine } from '../load-plan.ts'
import { type PlanProblem, problem } from '../problems.ts'

/** What each license type asks of its host (domain.md section 3, License types). */
export const typeRules: Rule = (situation) => {
  const extensions = extensionsOn(situation)
  return (line) => [
    ...(line.toHostId ? nodeLocked(line, line.toHostId, situation) : []),
    ...(line.toHostId ? withoutBase(line, line.toHostId, situation) : []),
    ...(line.fromHostId ? leavesExtension(line, line.fromHostId, situation, extensions) : []),
  ]
}

function nodeLocked(line: PlanLine, hostId: string, { hosts, after }: Situation): PlanProblem[] {
  if (line.licenseType !== 'node-locked') return []
  const host = hosts.get(hostId)
  const params = { product: line.productName, host: host?.label ?? '' }
  const total = after.of(productOn(hostId, line.productId))
  return [
    ...(host?.kind === 'triad' ? [problem('nodeLockedTriad', params)] : []),
    ...(total > 1 ? [problem('nodeLockedOnce', { ...params, total, quantity: line.quantity })] : []),
  ]
}

function withoutBase(line: PlanLine, hostId: string, { hosts, after }: Situation): PlanProblem[] {
  if (!line.baseProductId || after.of(productOn(hostId, line.baseProductId)) > 0) return []
  return [problem('baseMissing', { base: line.baseName, host: hosts.get(hostId)?.label ?? '' })]
}

/** By host and base product: the name of a product that extends it and is on the host afterwards. */
function extensionsOn({ lines, placements, after }: Situation): Map<string, string> {
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
  { hosts, after }: Situation,
  extensions: Map<string, string>,
): PlanProblem[] {
  const key = productOn(hostId, line.productId)
  const extension = extensions.get(key)
  if (!extension || after.of(key) > 0) return []
  return [problem('baseNeeded', { extension, host: hosts.get(hostId)?.label ?? '' })]
}
