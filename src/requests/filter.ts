import { text } from '../web/forms.ts'
import type { RequestFilter } from './queries.ts'
import type { Scope } from './scope.ts'
import { requestKinds, requestStatuses } from './status.ts'

/** The list's filter as an address says it; what it does not know counts as not said. */
export function readFilter(query: unknown, scope: Scope): RequestFilter {
  const given = query as Record<string, unknown>
  return {
    scope,
    mine: text(given.whose) === 'mine',
    kind: requestKinds.find((kind) => kind === given.kind),
    status: requestStatuses.find((status) => status === given.status),
    text: text(given.q).slice(0, 100),
    after: text(given.after),
  }
}

/** The address of the same list, with or without the place where it goes on. */
export function listHref(base: string, filter: RequestFilter, after?: string): string {
  const query = new URLSearchParams()
  if (filter.text) query.set('q', filter.text)
  if (filter.kind) query.set('kind', filter.kind)
  if (filter.status) query.set('status', filter.status)
  if (filter.mine) query.set('whose', 'mine')
  if (after) query.set('after', after)
  return query.size > 0 ? `${base}/requests?${query}` : `${base}/requests`
}
