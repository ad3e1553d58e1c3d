import type { FastifyRequest } from 'fastify'
import { readFilter, withFilter } from '../licenses/filter.ts'
import { filterInWords } from '../licenses/filter-fields.ts'
import type { listDetails } from './detail.ts'
import { mayFetch } from './fetch-pack.ts'
import { formatRequestNumber } from './number.ts'
import type { FoundRequest } from './queries.ts'
import type { Scope } from './scope.ts'
import { statusTag } from './status.ts'

type Found = { about: FoundRequest } & Awaited<ReturnType<typeof listDetails>>

/** What views/requests/show shows of a request. */
export function requestPage(request: FastifyRequest, scope: Scope, found: Found) {
  const { customer, t } = request
  const { about, lines, packs, events } = found
  const labels = new Map<unknown, string>(packs.map(({ hostId, label }) => [hostId, label]))
  const wordsOf = ({ kind, details }: Found['events'][number]) =>
    t(`requests.event.${kind}`, { issue: 0, ...details, host: labels.get(details.hostId) ?? '' })
  const href = `${customer.base}/requests/${about.number}`
  return {
    title: t('requests.one', { number: formatRequestNumber(about.number) }),
    about,
    tag: statusTag(about.status),
    lines,
    report: about.kind === 'detailed-report' ? reportOf(about, scope, request) : null,
    packs: packs.map((pack) => ({
      ...pack,
      href: mayFetch(scope, about, pack) ? `${href}/packs/${pack.hostId}` : null,
    })),
    events: events.map((event) => ({ ...event, words: wordsOf(event) })),
  }
}

/** A report's request keeps its filter; the file and the page are made from it (reports/routes.ts). */
function reportOf(about: FoundRequest, { holds }: Scope, { customer, t }: FastifyRequest) {
  const filter = readFilter(about.details['filter'])
  return {
    words: filterInWords(filter, t),
    file: holds.reporting ? `${customer.base}/requests/${about.number}/report.csv` : null,
    page: withFilter(`${customer.base}/report`, filter),
  }
}
