import { text } from '../web/forms.ts'

/** Rows of a long list on a request's page. */
export const partSize = 200

export type Part<T> = {
  rows: T[]
  /** Counted from 1. */
  from: number
  to: number
  of: number
  /** Addresses of the parts beside it, and of the whole list, for printing; null where there are none. */
  previous: string | null
  next: string | null
  all: string | null
}

/**
 * The part of a list that the address of a request's page asks for (`?part=3`, `?part=all`); beyond the end it is the
 * last. The rows are of one request, read as a whole anyway, so their parts go by number.
 */
export function partOf<T>(list: readonly T[], query: unknown, path: string): Part<T> {
  const asked = text((query as Record<string, unknown>)['part'])
  const last = Math.max(1, Math.ceil(list.length / partSize))
  const isWhole = last === 1 || asked === 'all'
  const page = isWhole ? 1 : Math.min(last, /^[1-9]\d{0,4}$/.test(asked) ? Number(asked) : 1)
  const from = (page - 1) * partSize
  const rows = isWhole ? [...list] : list.slice(from, from + partSize)
  const href = (part: number | string) => `${path}?part=${part}#list`
  return {
    rows,
    from: from + 1,
    to: from + rows.length,
    of: list.length,
    previous: page > 1 ? href(page - 1) : null,
    next: !isWhole && page < last ? href(page + 1) : null,
    all: isWhole ? null : href('all'),
  }
}
