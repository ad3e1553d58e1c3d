import type { FastifyRequest } from 'fastify'
import type { Params } from '../errors.ts'

type Reader = Pick<FastifyRequest, 't' | 'format'>

/** What is wrong in the reader's words; days among its values ('2026-11-24') are written out. */
export function sayProblem(
  { t, format }: Reader,
  { key, params = {} }: { key: string; params?: Params | undefined },
): string {
  const isDay = (value: unknown): value is string =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
  return t(
    key,
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, isDay(value) ? format.date(value) : value]),
    ),
  )
}
