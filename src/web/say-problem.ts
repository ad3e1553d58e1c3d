import type { FastifyRequest } from 'fastify'
import type { Params } from '../errors.ts'

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
    const isDay = typeof value === 'string' && /^date$|On$/.test(name)
    return [name, isDay ? format.date(value) : value]
  })
  return t(key, Object.fromEntries(said))
}
