import { type SQL, sql } from 'drizzle-orm'
import { text } from '../web/forms.ts'

/** What of the licenses to show; the first is the default. */
export const shows = ['all', 'available', 'expiring', 'expired', 'over-placed'] as const

type Show = (typeof shows)[number]

/** Days before the end of a term from which it counts as expiring. */
export const expiringDays = 90

/** The one filter of License summary and of the detailed report. */
export type LicenseFilter = {
  /** Part of a product's name, or of a part, feature, contract or order number; '' for any. */
  text: string
  /** A family's name; '' for all. */
  family: string
  show: Show
}

/** The filter of an address or a stored request. Lenient: what is not known is as if it were not there. */
export function readFilter(query: unknown): LicenseFilter {
  const given = (query ?? {}) as Record<string, unknown>
  const show = shows.find((one) => one === given['show']) ?? 'all'
  return { text: text(given['text']).slice(0, 100), family: text(given['family']).slice(0, 200), show }
}

export function isFiltered({ text, family, show }: LicenseFilter): boolean {
  return text !== '' || family !== '' || show !== 'all'
}

/** An address with the filter, so far as it says something, and what else is given ('' and undefined are left out). */
export function withFilter(
  path: string,
  filter: LicenseFilter,
  more: Record<string, string | undefined> = {},
): string {
  const { text, family, show } = filter
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ text, family, show: show === 'all' ? '' : show, ...more })) {
    if (value) query.set(name, value)
  }
  return query.size ? `${path}?${query}` : path
}

/** Conditions joined by `and`; true where there are none. */
export function all(conditions: (SQL | undefined)[]): SQL {
  const given = conditions.filter((condition) => condition !== undefined)
  return given.length ? sql.join(given, sql` and `) : sql`true`
}
