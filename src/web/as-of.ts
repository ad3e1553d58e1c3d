import { type SQL, sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { ProblemKey } from '../errors.ts'
import { readDay } from './day.ts'
import { text } from './forms.ts'

/** A past day whose end a page shows, and that instant for statements: what happened before it counts. */
export type AsOf = { day: string; end: SQL }

export type ReadAsOf = {
  /** Null: as of now. */
  asOf: AsOf | null
  /** What stands in the field: a day, or what was typed where it is none. */
  typed: string
  problem: ProblemKey | null
}

type Clock = { today: string; timeZone: string }

/**
 * The `asOf` of an address, a day as readDay takes it. Today is as of now; what is no day, or to come, is a problem of
 * the field.
 */
export function readAsOf(query: unknown, { today, timeZone }: Clock): ReadAsOf {
  const typed = text((query as Record<string, unknown>)['asOf']).slice(0, 40)
  if (typed === '') return { asOf: null, typed, problem: null }
  const day = readDay(typed)
  if (!day) return { asOf: null, typed, problem: { field: 'asOf', key: 'frame.asOfNoDay' } }
  if (day > today) return { asOf: null, typed, problem: { field: 'asOf', key: 'frame.asOfToCome' } }
  if (day === today) return { asOf: null, typed: day, problem: null }
  return { asOf: { day, end: endOf(day, timeZone) }, typed: day, problem: null }
}

/** The first instant after a day in the publisher's zone. */
function endOf(day: string, timeZone: string): SQL {
  return sql`((${day}::date + 1)::timestamp at time zone ${timeZone})`
}

/** What views/shared/_as-of and _as-of-field show of it; `since` is the day on which the company's history begins. */
export function showAsOf(
  { asOf, typed, problem }: ReadAsOf,
  since: string | null,
  { t, server }: FastifyRequest,
) {
  return {
    day: asOf?.day ?? null,
    typed,
    today: server.today(),
    since,
    isBefore: asOf !== null && since !== null && asOf.day < since,
    message: problem && t(problem.key),
  }
}
