import type { App } from '../app.ts'
import type { Translate } from '../web/i18n.ts'

/** What one can see to in one's own account, in the order of the page; each is a page under /account. */
export const accountSections = [
  'profile',
  'companies',
  'upgrade',
  'notifications',
  'password',
  'email',
  'second-factor',
  'single-sign-on',
  'sessions',
  'activity',
  'deletion',
] as const

export type AccountSection = (typeof accountSections)[number]

export function sectionPath(section: AccountSection): string {
  return `/account/${section}`
}

/** The sections with their words, for links. */
export function listSections(
  app: Pick<App, 'routeTable'>,
  t: Translate,
): { section: AccountSection; href: string; text: string; hint: string }[] {
  const pages = new Set(app.routeTable.filter(({ method }) => method === 'GET').map(({ url }) => url))
  return accountSections
    .map((section) => ({
      section,
      href: sectionPath(section),
      text: t(`accounts.section.${section}`),
      hint: t(`accounts.sectionHint.${section}`),
    }))
    .filter(({ href }) => pages.has(href))
}
