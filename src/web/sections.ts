import type { FastifyRequest } from 'fastify'
import { holdsOf } from '../accounts/access.ts'

export interface Section {
  id: string
  href: string
  text: string
  /** What aria-current says: the page itself, or a page under it. */
  current?: 'page' | 'true'
}

/** The sections of the frame for the company of the page, or the active one: those this person can open. */
export function sectionsOf(request: FastifyRequest): Section[] {
  if (request.person?.isStaff && !request.customer) return deskSections(request)
  const company = request.customer ?? request.access?.active
  if (!company) return visitorSections(request)
  const { base } = company
  const { holds } = holdsOf(company, request.person!, request.server.publisher())
  const path = request.url.split('?')[0]!
  const tools = holds.licensing || holds.reporting
  const all = [
    { id: 'overview', href: base, isShown: true },
    {
      id: 'licenses',
      href: `${base}/licenses`,
      isShown: tools,
      also: ['/license-file', '/configure', '/move', '/replace', '/return', '/temporary', '/plans', '/bulk'],
    },
    { id: 'hosts', href: `${base}/hosts`, isShown: tools, also: ['/addresses'] },
    { id: 'requests', href: `${base}/requests`, isShown: true },
    { id: 'reports', href: `${base}/report`, isShown: holds.reporting, also: ['/packs'] },
    { id: 'people', href: `${base}/people`, isShown: holds.supervisor, also: ['/activity'] },
    { id: 'learn', href: '/learn', isShown: true },
  ]
  return all
    .filter(({ isShown }) => isShown)
    .map(({ id, href, also = [] }) => ({
      id,
      href,
      text: request.t(`frame.section.${id}`),
      current: currentOf(path, [href, ...also.map((tail) => base + tail)], base),
    }))
}

/** What is open to people without a company. */
function visitorSections({ url, t }: FastifyRequest): Section[] {
  const path = url.split('?')[0]!
  const all = [
    { id: 'manage', href: '/' },
    { id: 'learn', href: '/learn' },
    { id: 'services', href: '/services' },
  ]
  return all.map(({ id, href }) => ({
    id,
    href,
    text: t(`frame.${id}`),
    current: currentOf(path, [href], '/'),
  }))
}

/** The desk has the same frame with its own sections and no customer. */
function deskSections({ url, t }: FastifyRequest): Section[] {
  const path = url.split('?')[0]!
  const all = [
    { id: 'desk', href: '/desk', also: ['/desk/requests'] },
    { id: 'customers', href: '/desk/customers' },
    { id: 'learn', href: '/learn' },
  ]
  return all.map(({ id, href, also = [] }) => ({
    id,
    href,
    text: t(`frame.section.${id}`),
    current: currentOf(path, [href, ...also], '/desk'),
  }))
}

/** Every page is under the base: only the base itself belongs to its section. */
function currentOf(path: string, [page, ...also]: string[], base: string): Section['current'] {
  if (path === page) return 'page'
  return [page, ...also].some((href) => path === href || (href !== base && path.startsWith(`${href}/`)))
    ? 'true'
    : undefined
}
