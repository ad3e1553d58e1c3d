import type { FastifyRequest } from 'fastify'
import { sayProblem } from '../../web/say-problem.ts'
import type { PlanProblem } from '../problems.ts'
import { whyItStays } from '../rules/terms.ts'
import { type Target, whyNotHere } from '../targets.ts'
import { sayMovesLeft, sayUntil } from '../words.ts'
import { fieldOf } from './quantities.ts'
import type { Leaving } from './queries.ts'

type Given = {
  row: Leaving
  /** Null: back to the pool. */
  to: Target | null
  /** Moves of the entitlement in the rolling year so far. */
  moved: number
  fill: 'all' | 'none' | undefined
}

/** One row of what may leave a host: how much, what is left of its moves, and why it cannot go. */
export function leavingLine(request: FastifyRequest, { row, to, moved, fill }: Given) {
  const { t, server } = request
  const reason = whyItCannotGo(row, to, server.today())
  const filled = { all: Math.max(0, row.held - row.elsewhere), none: 0 }
  const quantity = fill ? filled[fill] : row.here
  return {
    ...row,
    field: fieldOf(row.id),
    until: sayUntil(request, row),
    quantity: quantity || '',
    reason: reason && sayProblem(request, reason),
    remarks: [
      ...(row.elsewhere ? [t('plans.leaving.elsewhere', { count: row.elsewhere })] : []),
      ...(to && lacksBase(row) ? [t('plans.host.lacksBase', { base: row.baseName, host: to.label })] : []),
      ...(to === null && row.kind === 'temporary' ? [t('plans.leaving.endsTemporary')] : []),
    ],
    moves: row.kind === 'temporary' ? null : sayMovesLeft(request, row.owned, moved),
  }
}

/** Why none of it can go there; undefined where it can. The checker says the same. */
export function whyItCannotGo(row: Leaving, to: Target | null, today: string): PlanProblem | undefined {
  if (to === null) return undefined
  const [reason] = whyItStays(row, today)
  return reason ?? whyNotHere({ ...to, ofProduct: row.ofProduct }, row)
}

function lacksBase({ baseProductId, ofBase }: Leaving): boolean {
  return baseProductId !== null && ofBase <= 0
}
