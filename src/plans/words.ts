import type { FastifyRequest } from 'fastify'
import type { Choice } from '../entitlements/queries.ts'
import { sayProblem } from '../web/say-problem.ts'
import type { Seat } from './load-use.ts'
import { type PlanProblem, problem } from './problems.ts'
import { notInForce } from './rules/terms.ts'

type Reader = Pick<FastifyRequest, 't' | 'format'>

/** Reasons named of a plan that a person decides about; of a long plan there may be thousands. */
const shownHolds = 20

/** Why a person decides about a plan, in the reader's words: the first reasons, and how many more there are. */
export function sayHolds(reader: Reader, holds: readonly PlanProblem[]): string[] {
  const more = holds.length - shownHolds
  return [
    ...holds.slice(0, shownHolds).map((one) => sayProblem(reader, one)),
    ...(more > 0 ? [reader.t('plans.holds.more', { count: more })] : []),
  ]
}

type Owned = Parameters<typeof notInForce>[0] & Pick<Choice, 'placed'>

/**
 * Why none of an entitlement can be placed now; the checker says the same once it is in a plan. `seat`: where it sits,
 * if that is to be said.
 */
export function whyNotNow(owned: Owned, today: string, seat?: Seat): PlanProblem | undefined {
  if (owned.kind === 'temporary') return problem('temporaryStays')
  const [reason] = notInForce(owned, today)
  if (reason) return reason
  const { entitled, placed } = owned
  if (placed > entitled) return problem('overPlaced', { placed, entitled, excess: placed - entitled })
  if (entitled > placed) return undefined
  if (!seat) return problem('allPlaced', { placed })
  const { host, quantity, others, elsewhere } = seat
  return problem('allPlacedSeat', { placed, host, quantity, others, elsewhere })
}

/** What is left of a year's moves of an entitlement, before a plan; beyond it the desk decides. */
export function sayMovesLeft({ t, server }: FastifyRequest, owned: number, moved: number): string {
  const limit = server.publisher().movesPerYear * owned
  return t('plans.check.movesLeft', { left: Math.max(0, limit - moved), limit })
}

/** Until when an entitlement can be used, in words. */
export function sayUntil({ t, format }: Reader, { endsOn }: { endsOn: string | null }): string {
  return endsOn === null ? t('plans.perpetual') : format.shortDate(endsOn)
}
