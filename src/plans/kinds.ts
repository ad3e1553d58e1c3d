import type { RequestKind } from '../requests/record.ts'
import type { PlanLine } from './load-plan.ts'
import type { Tool } from './queries.ts'

const kinds: Record<Exclude<Tool, 'bulk'>, RequestKind> = {
  configure: 'configure',
  move: 'move',
  return: 'return',
  replace: 'replace-hardware',
  temporary: 'temporary',
  undo: 'undo',
}

/** The kind of request a plan becomes: its tool's, or, of many lines at once, what they come to. */
export function kindOf(tool: Tool, lines: readonly Pick<PlanLine, 'fromHostId' | 'toHostId'>[]): RequestKind {
  if (tool !== 'bulk') return kinds[tool]
  if (lines.every(({ fromHostId }) => fromHostId === null)) return 'configure'
  return lines.every(({ toHostId }) => toHostId === null) ? 'return' : 'move'
}
