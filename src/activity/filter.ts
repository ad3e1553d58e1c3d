import { readDay } from '../web/day.ts'
import { text } from '../web/forms.ts'
import { nouns } from './verbs.ts'

export type ActivityFilter = {
  /** Part of a name or an e-mail address, of who acted or of whom it was about. */
  text: string
  /** What it was about: the first part of a verb; '' for anything. */
  about: string
  /** First and last day, 'YYYY-MM-DD' in the publisher's zone; '' for without end. */
  from: string
  to: string
  /** Customer number, upper case; only at the desk. */
  customer: string
}

/** The filter as an address says it; what it does not know counts as not said (see `wrongDays`). */
export function readFilter(query: unknown): ActivityFilter {
  const given = query as Record<string, unknown>
  return {
    text: text(given.q).slice(0, 100),
    about: nouns.find((noun) => noun === given.about) ?? '',
    from: readDay(text(given.from)) ?? '',
    to: readDay(text(given.to)) ?? '',
    customer: text(given.customer).toUpperCase().slice(0, 20),
  }
}

type WrongDay = { field: 'from' | 'to'; typed: string; why: 'noDay' | 'turnedRound' }

/** What is typed for a day and is none that exists, or ends before it begins. */
export function wrongDays(query: unknown): WrongDay[] {
  const given = query as Record<string, unknown>
  const days = (['from', 'to'] as const).map((field) => {
    const typed = text(given[field]).slice(0, 40)
    return { field, typed, day: readDay(typed) }
  })
  const none = days.filter(({ typed, day }) => typed !== '' && day === undefined)
  if (none.length > 0) return none.map(({ field, typed }) => ({ field, typed, why: 'noDay' }))
  const [from, to] = days
  const isTurned = from?.day && to?.day && from.day > to.day
  return isTurned ? [{ field: 'to', typed: to.typed, why: 'turnedRound' }] : []
}

/** The same list at another address or place; `isLong`: for printing, in few pages. */
export function withFilter(
  path: string,
  { text, ...filter }: ActivityFilter,
  { after = '', isLong = false } = {},
): string {
  const fields = { q: text, ...filter, pages: isLong ? 'long' : '', after }
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))
  return query.size > 0 ? `${path}?${query}` : path
}

export function isFiltered(filter: ActivityFilter): boolean {
  return Object.values(filter).some((value) => value !== '')
}
