import type { FastifyRequest } from 'fastify'
import { holdsOf } from '../accounts/access.ts'

export interface Section {
  id: string
  href: string
  text: string
  current: boolean
}

/** The sections of the frame for the company of the page, or the active one: those this person can open. */
export function sectionsOf(request: FastifyRequest): Section[] {
  if (request.person?.isStaff && !request.customer) return deskSections(request)
  const company = request.customer ?? request.access?.active
  if (!company) return []
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
      current: isUnder(path, href, base) || also.some((tail) => isUnder(path, base + tail, base)),
    }))
}

/** The desk has the same frame with its own sections and no customer. */
function deskSections({ url, t }: FastifyRequest): Section[] {
  const path = url.split('?')[0]!
  const all = [
    { id: 'desk', href: '/desk', also: '/desk/requests' },
    { id: 'customers', href: '/desk/customers' },
    { id: 'learn', href: '/learn' },
  ]
  return all.map(({ id, href, also }) => ({
    id,
    href,
    text: t(`frame.section.${id}`),
    current: isUnder(path, href, '/desk') || (also !== undefined && isUnder(path, also, '/desk')),
  }))
}

function isUnder(path: string, href: string, base: string): boolean {
  return path === href || (href !== base && path.startsWith(`${href}/`))
}
