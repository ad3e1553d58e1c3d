import type { Rule } from '../check-plan.ts'
import type { PlanLine } from '../load-plan.ts'
import { type PlanProblem, problem } from '../problems.ts'

/** Only what is owned today can be placed: a term that ended, or is yet to begin, gives nothing. */
export const termRules: Rule =
  ({ today }) =>
  (line) =>
    line.toHostId === null ? [] : [...staysWhereItIs(line), ...notInForce(line, today)]

function staysWhereItIs({ kind, fromHostId }: PlanLine): PlanProblem[] {
  return kind === 'temporary' && fromHostId !== null ? [problem('temporaryStays')] : []
}

type InTerm = Pick<
  PlanLine,
  'entitled' | 'startsOn' | 'endsOn' | 'nextStartsOn' | 'contractNumber' | 'orderNumber'
>

/** Why an entitlement gives nothing today; nothing where its term is in force. */
export function notInForce(owned: InTerm, today: string): PlanProblem[] {
  const { entitled, startsOn, endsOn, nextStartsOn, contractNumber } = owned
  if (entitled > 0 || startsOn === null) return []
  if (startsOn > today) return [problem('notBegun', { startsOn })]
  if (endsOn === null || endsOn >= today) return []
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
