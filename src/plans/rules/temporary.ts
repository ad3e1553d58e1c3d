import type { Policies, Rule } from '../check-plan.ts'
import type { TemporaryUse } from '../load-use.ts'
import { hold, type PlanProblem, problem } from '../problems.ts'

/** Of a product the company owns, at most what it owns; beyond what is open or was had in a year the desk decides. */
export const temporaryRules: Rule =
  ({ plan, temporary, policies }) =>
  (line) => {
    if (line.kind !== 'temporary' || line.fromHostId !== null) return []
    const use = temporary.get(line.productId)
    // What an undo brings back was counted when it was lent, and is open still where only a part was returned.
    const others =
      use && plan.tool === 'undo'
        ? { ...use, open: use.open - (line.placed > 0 ? 1 : 0), inYear: use.inYear - 1 }
        : use
    return aboutTemporary(line.productName, line.quantity, others, policies)
  }

/** Why so many of a product cannot be lent, or not without the desk. */
export function aboutTemporary(
  product: string,
  asked: number,
  { owned, open, inYear }: TemporaryUse = { owned: 0, open: 0, inYear: 0 },
  { temporaryOpen, temporaryPerYear }: Pick<Policies, 'temporaryOpen' | 'temporaryPerYear'>,
): PlanProblem[] {
  return [
    ...(owned === 0 ? [problem('temporaryNotOwned', { product })] : []),
    ...(owned > 0 && asked > owned ? [problem('temporaryTooMany', { product, owned, asked })] : []),
    ...(open >= temporaryOpen
      ? [hold('desk', 'temporaryOpen', { product, open, limit: temporaryOpen })]
      : []),
    ...(inYear >= temporaryPerYear
      ? [hold('desk', 'temporaryYear', { product, count: inYear, limit: temporaryPerYear })]
      : []),
  ]
}
