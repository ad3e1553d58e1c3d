import type { FastifyRequest } from 'fastify'
import type { Params } from '../errors.ts'
import { readDay } from './day.ts'

type Reader = Pick<FastifyRequest, 't' | 'format'>

/**
 * What is wrong in the reader's words. Days among its values ('2026-11-24') are written out: those that are named so
 * (`date`, `endsOn`). Others that look like days are what somebody typed, or the name of a host.
 */
export function sayProblem(
  { t, format }: Reader,
  { key, params = {} }: { key: string; params?: Params | undefined },
): string {
  const said = Object.entries(params).map(([name, value]) => {
    const isDay = /^date$|On$/.test(name) && typeof value === 'string' && readDay(value) === value
    return [name, isDay ? format.date(value) : value]
  })
  return t(key, Object.fromEntries(said))
}
