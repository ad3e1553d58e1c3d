import { text } from '../web/forms.ts'
import { type Privilege, privilegeList } from './list.ts'

/** Not signed in for this many days, or never at all. */
export const signInDays = [30, 90, 365] as const

export type PeopleFilter = {
  /** Part of a name or an address. */
  text: string
  privilege: Privilege | 'none' | ''
  /** '' any; 'never'; else days without a sign-in. */
  signedIn: string
  after: string
}

/** The list's filter as an address says it; what it does not know counts as not said. */
export function readFilter(query: unknown): PeopleFilter {
  const given = (query ?? {}) as Record<string, unknown>
  const privilege = text(given.privilege)
  const signedIn = text(given.signedIn)
  return {
    text: text(given.q).slice(0, 100),
    privilege: [...privilegeList, 'none' as const].find((one) => one === privilege) ?? '',
    signedIn: ['never', ...signInDays.map(String)].find((one) => one === signedIn) ?? '',
    after: text(given.after),
  }
}

/** The filter as the fields of an address or a form. */
export function filterFields({ text: q, privilege, signedIn }: PeopleFilter): [string, string][] {
  const fields: [string, string][] = [
    ['q', q],
    ['privilege', privilege],
    ['signedIn', signedIn],
  ]
  return fields.filter(([, value]) => value !== '')
}

/** An address with the filter, and with the place where the list goes on. */
export function withFilter(path: string, filter: PeopleFilter, after?: string): string {
  const query = new URLSearchParams(filterFields(filter))
  if (after) query.set('after', after)
  return query.size > 0 ? `${path}?${query}` : path
}
