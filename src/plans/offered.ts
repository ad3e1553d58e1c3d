import type { FastifyRequest } from 'fastify'
import { sayProblem } from '../web/say-problem.ts'
import type { TemporaryUse } from './load-use.ts'
import { aboutTemporary } from './rules/temporary.ts'
import { whyItStays } from './rules/terms.ts'
import { whyNotNow } from './words.ts'

// What of the plan tools is offered on a page that is none of theirs, and in the checker's words why something is not.

/** A row of what is owned of a product, or of what sits on a host. */
type Row = {
  kind: 'sold' | 'temporary'
  entitled: number
  placed: number
  starts_on: string | null
  ends_on: string | null
  /** Of the next term, where none is in force. */
  next_starts_on: string | null
  contract_number: string | null
  sales_order_number: string | null
}

/** Why none of an entitlement can be placed today; null where some can. */
export function sayWhyNotNow(request: FastifyRequest, row: Row): string | null {
  const reason = whyNotNow(termOf(row), request.server.today())
  return reason ? sayProblem(request, reason) : null
}

/** Why nothing of these rows can move to another host, each reason once; [] where something can. */
export function sayWhyAllStay(request: FastifyRequest, rows: readonly Row[]): string[] {
  const reasons = rows.map((row) => whyItStays(termOf(row), request.server.today()))
  if (reasons.some((found) => found.length === 0)) return []
  return [...new Set(reasons.flat().map((one) => sayProblem(request, one)))]
}

/** Of a temporary license of a product: why none can be lent, and why a person would decide about one. */
export function sayTemporary(request: FastifyRequest, product: string, use: TemporaryUse | undefined) {
  const found = aboutTemporary(product, 1, use, request.server.publisher())
  const say = (isHold: boolean) =>
    found.filter(({ waitsFor }) => (waitsFor !== undefined) === isHold).map((one) => sayProblem(request, one))
  return { refusals: say(false), holds: say(true) }
}

function termOf(row: Row) {
  return {
    kind: row.kind,
    entitled: row.entitled,
    placed: row.placed,
    startsOn: row.starts_on,
    endsOn: row.ends_on,
    nextStartsOn: row.next_starts_on,
    contractNumber: row.contract_number,
    orderNumber: row.sales_order_number,
  }
}
