import type { FastifyRequest } from 'fastify'
import { formatRequestNumber } from '../number.ts'
import { statusTag } from '../status.ts'
import type { AccountEvent, AccountRequest } from './queries.ts'

/** Who looks: the person who asked sees who decides as "the license desk", whoever that is. */
export type Side = 'person' | 'supervisors' | 'desk'

export type Entry = { at: Date; who: string; words: string; reason: string; text: string }

/** What the page of a person's request shows of it, to that side. */
export function accountRequestPage(
  request: FastifyRequest,
  about: AccountRequest,
  events: AccountEvent[],
  side: Side,
) {
  const { t } = request
  return {
    title: t('requests.one', { number: formatRequestNumber(about.number) }),
    about,
    tag: statusTag(about.status),
    isOpen: isOpen(about),
    entries: events.filter((event) => isShown(event, side)).map((event) => entryOf(request, event, side)),
  }
}

export function isOpen({ status }: Pick<AccountRequest, 'status'>): boolean {
  return status === 'in-review' || status === 'needs-information'
}

// That supervisors were asked says that the proof was right.
function isShown({ kind }: AccountEvent, side: Side): boolean {
  return side !== 'person' || kind !== 'handed-to-supervisors'
}

function entryOf({ t }: FastifyRequest, event: AccountEvent, side: Side): Entry {
  const { at, kind, text, fromDesk, details, personName } = event
  const reason =
    details['reason'] && details['reason'] !== 'other' ? t(`requests.reason.${details['reason']}`) : ''
  return { at, who: whoOf(), words: t(`requests.event.${kind}`), reason, text }

  function whoOf(): string {
    if (!fromDesk) return personName ?? t('requests.counter')
    if (side === 'person') return t('requests.desk')
    return personName ?? t('requests.counter')
  }
}
