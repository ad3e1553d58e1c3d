import type { FastifyRequest } from 'fastify'
import { planPath } from './open-draft.ts'

/** Lines and hosts on one page of a whole plan. */
export const partSizes = { lines: 200, hosts: 20 }

type Name = keyof typeof partSizes

/** A part of a list: rows `from` to `to` (counted from 1) of `of`, and where the parts beside it are. */
export type Part = { from: number; to: number; of: number; previous: string | null; next: string | null }

/**
 * The part of a plan's lines or hosts that the address asks for (`?lines=3`, `?hosts=2`); beyond the end it is the
 * last. The lists are of one plan, read as a whole anyway to be checked, so their parts go by number.
 */
export function partOf(request: FastifyRequest, name: Name, of: number): Part {
  const size = partSizes[name]
  const last = Math.max(1, Math.ceil(of / size))
  const page = Math.min(last, numberIn(request.query, name))
  const href = (to: number) => partHref(request, name, to)
  return {
    from: (page - 1) * size + 1,
    to: Math.min(of, page * size),
    of,
    previous: page > 1 ? href(page - 1) : null,
    next: page < last ? href(page + 1) : null,
  }
}

function numberIn(query: unknown, name: Name): number {
  const typed = String((query as Record<string, unknown>)[name] ?? '')
  return /^[1-9]\d{0,4}$/.test(typed) ? Number(typed) : 1
}

/** The same page with another part of one list; the other list stays where it is. */
function partHref(request: FastifyRequest, name: Name, page: number): string {
  const pages = (['lines', 'hosts'] as const).map((one): [string, number] => [
    one,
    one === name ? page : numberIn(request.query, one),
  ])
  const query = new URLSearchParams(
    pages.filter(([, number]) => number > 1).map(([key, n]) => [key, String(n)]),
  )
  const path = planPath(request, request.plan.id)
  return `${path}${query.size > 0 ? `?${query}` : ''}#${name === 'lines' ? 'lines' : 'hosts'}`
}
