import type { FastifyRequest } from 'fastify'
import { withFilter } from '../licenses/filter.ts'
import { filterInWords } from '../licenses/filter-fields.ts'
import { readAsked } from '../reports/asked.ts'
import type { Entry } from './account/page.ts'
import { declineReasons } from './account/settle.ts'
import type { listDetails, RequestPack } from './detail.ts'
import { together, wordOf } from './events-in-words.ts'
import { mayFetch } from './fetch-pack.ts'
import { type listMessages, mayBeCancelled, openRequestStatuses } from './messages.ts'
import { formatRequestNumber } from './number.ts'
import { partOf } from './part.ts'
import type { FoundRequest } from './queries.ts'
import type { Scope } from './scope.ts'
import { statusTag } from './status.ts'

type Found = {
  about: FoundRequest
  messages: Awaited<ReturnType<typeof listMessages>>
} & Awaited<ReturnType<typeof listDetails>>

/** What views/requests/show shows of a request. */
export function requestPage(request: FastifyRequest, scope: Scope, found: Found) {
  const { customer, t } = request
  const { about, lines, packs } = found
  const href = `${customer.base}/requests/${about.number}`
  return {
    title: t('requests.one', { number: formatRequestNumber(about.number) }),
    about,
    tag: statusTag(about.status),
    lines,
    linePart: partOf(lines, request.query, href),
    report: about.kind === 'detailed-report' ? reportOf(about, scope, request) : null,
    packs: packs.map((pack) => packInWords(request, pack, href, mayFetch(scope, about, pack))),
    packCount: found.packCount,
    receiptCount: found.receiptCount,
    // Of several, what may be had comes as one file; only who asked has them mailed (domain.md section 4).
    mayHaveAll: packs.some((pack) => mayFetch(scope, about, pack)),
    mailTo:
      about.requestedBy === scope.personId && request.person!.isConfirmed ? request.person!.email : null,
    entries: companyEntries(request, found, 'company'),
    isOpen: openRequestStatuses.some((status) => status === about.status),
    isOwn: about.requestedBy === scope.personId,
    mayBeCancelled: mayBeCancelled(about),
    href,
  }
}

/** A pack of a list, its host by a name that no other bears, and where its file is for who may have it. */
export function packInWords(
  { format }: Pick<FastifyRequest, 'format'>,
  pack: RequestPack,
  requestHref: string,
  mayHave: boolean,
) {
  const ids = pack.ids?.map(([kind, value]) => format.hostId(kind, value)).join(', ')
  return {
    ...pack,
    host: ids ? `${pack.label} (${ids})` : pack.label,
    href: mayHave ? `${requestHref}/packs/${pack.hostId}` : null,
  }
}

/** A report's request keeps its filter and instant; the file is made from them (reports/file.ts). */
function reportOf(about: FoundRequest, { holds }: Scope, { customer, t, format, server }: FastifyRequest) {
  const { timeZone } = server.publisher()
  const { filter, asOf, chosen } = readAsked(about.details, about.createdAt, timeZone)
  const words = filterInWords(filter, t)
  const when = format.time(about.createdAt)
  return {
    facts: chosen
      ? t('requests.fileFactsThen', { filter: words, date: format.date(chosen), when })
      : t('requests.fileFacts', { filter: words, when }),
    file: holds.reporting ? `${customer.base}/requests/${about.number}/report.csv` : null,
    page: withFilter(`${customer.base}/report`, filter, { asOf: asOf.day }),
  }
}

/**
 * What happened to a request of a company and what was written about it, in order. To the company the publisher's
 * people are the desk, by no name.
 */
export function companyEntries(
  { t }: FastifyRequest,
  { events, messages, packs }: Pick<Found, 'events' | 'messages' | 'packs'>,
  side: 'company' | 'desk',
): Entry[] {
  const labels = new Map<unknown, string>(packs.map(({ hostId, label }) => [hostId, label]))
  const desk = (name: string) => (side === 'desk' ? t('requests.deskPerson', { name }) : t('requests.desk'))
  const happened = together(events).map(({ at, kind, details, personName, isStaff }) => ({
    at,
    who: personName === null ? t('requests.counter') : isStaff ? desk(personName) : personName,
    words: t(`requests.event.${wordOf(kind, details)}`, {
      ...{ issue: 0, host: '' },
      ...details,
      ...(labels.has(details['hostId']) ? { host: labels.get(details['hostId']) } : {}),
    }),
    reason: reasonOf(details['reason'], t),
    text: String(details['text'] ?? ''),
  }))
  const written = messages.map(({ at, fromDesk, personName, text }) => ({
    at,
    who: fromDesk ? desk(personName) : personName,
    words: t('requests.event.message'),
    reason: '',
    text,
  }))
  // Sorting keeps the order of those that bear one instant: what happened, then what was said with it.
  return [...happened, ...written].sort((one, other) => one.at.getTime() - other.at.getTime())
}

function reasonOf(reason: unknown, t: FastifyRequest['t']): string {
  const known = declineReasons.find((one) => one === reason)
  return known && known !== 'other' ? t(`requests.reason.${known}`) : ''
}
