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

/** The filter as an address says it; what it does not know counts as not said. */
export function readFilter(query: unknown): ActivityFilter {
  const given = query as Record<string, unknown>
  return {
    text: text(given.q).slice(0, 100),
    about: nouns.find((noun) => noun === given.about) ?? '',
    from: dayOf(given.from),
    to: dayOf(given.to),
    customer: text(given.customer).toUpperCase().slice(0, 20),
  }
}

/** The same list at another address or place. */
export function withFilter(path: string, { text, ...filter }: ActivityFilter, after?: string): string {
  const fields = { q: text, ...filter, after: after ?? '' }
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))
  return query.size > 0 ? `${path}?${query}` : path
}

export function isFiltered(filter: ActivityFilter): boolean {
  return Object.values(filter).some((value) => value !== '')
}

function dayOf(value: unknown): string {
  const day = text(value)
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))
  return isDay && new Date(day).toISOString().startsWith(day) ? day : ''
}
