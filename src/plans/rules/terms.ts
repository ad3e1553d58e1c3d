import type { Rule } from '../check-plan.ts'
import type { PlanLine } from '../load-plan.ts'
import { type PlanProblem, problem } from '../problems.ts'

/** Only what is owned today can be placed: a term that ended, or is yet to begin, gives nothing. */
export const termRules: Rule =
  ({ today, plan }) =>
  (line) => {
    const { fromHostId, toHostId } = line
    if (toHostId === null) return []
    // A host that ends takes its temporary licenses along to its successor: its machine is gone.
    const isMoved = fromHostId !== null && !plan.details.retires?.includes(fromHostId)
    return isMoved ? whyItStays(line, today) : notInForce(line, today)
  }

/** Why what sits on a host cannot go to another one, whichever that is. */
export function whyItStays(line: InTerm, today: string): PlanProblem[] {
  return [...(line.kind === 'temporary' ? [problem('temporaryStays')] : []), ...notInForce(line, today)]
}

type InTerm = Pick<
  PlanLine,
  'kind' | 'entitled' | 'startsOn' | 'endsOn' | 'nextStartsOn' | 'contractNumber' | 'orderNumber'
>

/** Why an entitlement gives nothing today; nothing where its term is in force. */
export function notInForce(owned: InTerm, today: string): PlanProblem[] {
  const { kind, entitled, startsOn, endsOn, nextStartsOn, contractNumber } = owned
  if (entitled > 0 || startsOn === null) return []
  if (startsOn > today) return [problem('notBegun', { startsOn })]
  if (endsOn === null || endsOn >= today) return []
  if (kind === 'temporary') return [problem('temporaryOver', { endsOn })]
  if (nextStartsOn) return [problem('expiredRenewed', { endsOn, nextStartsOn })]
  return contractNumber
    ? [problem('expiredContract', { endsOn, contract: contractNumber })]
    : [problem('expired', { endsOn, order: owned.orderNumber ?? '' })]
}

/** True where termRules says why nothing is available, so that amounts need not be spoken of. */
export function isOutOfTerm(
  { entitled, startsOn, endsOn }: Pick<PlanLine, 'entitled' | 'startsOn' | 'endsOn'>,
  today: string,
): boolean {
  return entitled === 0 && startsOn !== null && (startsOn > today || (endsOn !== null && endsOn < today))
}
