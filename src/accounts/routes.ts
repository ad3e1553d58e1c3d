import { eq } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { listAccountRequests } from '../requests/account/queries.ts'
import { statusTag } from '../requests/status.ts'
import { people } from '../schema.ts'
import { signedIn } from '../web/guard.ts'
import { isLocale, localeNames } from '../web/i18n.ts'
import { listAssociations } from './access.ts'
import { deletionRoutes } from './deletion.ts'
import { emailRoutes } from './email.ts'
import { passwordRoutes } from './password.ts'
import { profileRoutes } from './profile.ts'
import { listSections, sectionPath } from './sections.ts'

/** On the page itself; the switcher has all of them. */
const mostCompanies = 10

/** One's own account: who one is here, for which companies, and what one can see to. */
export function accountRoutes(app: App): void {
  app.get('/account', { config: signedIn }, async (request, reply) => {
    const { id } = request.person!
    const sections = listSections(app, request.t)
    const [companies, you] = await Promise.all([
      app.database.forPerson(id, (tx) => listAssociations(tx, id)),
      describe(request),
    ])
    return reply.page('accounts/show', {
      title: request.t('accounts.title'),
      you,
      companies: companies.slice(0, mostCompanies),
      companyCount: companies.length,
      accountSections: sections,
    })
  })

  app.get('/', { config: signedIn }, async (request, reply) => {
    const { active, person } = request.access!
    if (person.isStaff) return reply.redirect('/desk', 303)
    if (active) return reply.redirect(active.base, 303)
    const asked = await app.database.forPerson(person.id, (tx) => listAccountRequests(tx, person.id))
    return reply.page('accounts/plain', {
      title: request.t('accounts.plainTitle'),
      email: person.email,
      asked: asked.map((one) => ({ ...one, tag: statusTag(one.status) })),
      hasUpgrade: listSections(app, request.t).some(({ section }) => section === 'upgrade'),
    })
  })

  profileRoutes(app)
  passwordRoutes(app)
  emailRoutes(app)
  deletionRoutes(app)
}

/** Who one is here: the rows of a summary list. */
async function describe({ person, server, t }: FastifyRequest) {
  const { id, name, email, language, timeZone } = person!
  const [row] = await server.database.db.select({ phone: people.phone }).from(people).where(eq(people.id, id))
  const change = (section: 'profile' | 'email', of: string) => ({
    href: sectionPath(section),
    text: t('accounts.change'),
    of: t('accounts.changeOf', { what: of }),
  })
  const rows: [key: string, value: string, section: 'profile' | 'email'][] = [
    ['accounts.name', name || t('accounts.notGiven'), 'profile'],
    ['accounts.email', email, 'email'],
    ['accounts.phone', row?.phone || t('accounts.notGiven'), 'profile'],
    [
      'accounts.language',
      isLocale(language) ? localeNames[language] : t('accounts.profile.asBrowser'),
      'profile',
    ],
    [
      'accounts.timeZone',
      timeZone?.replaceAll('_', ' ') ??
        t('accounts.profile.asPublisher', { zone: server.publisher().timeZone }),
      'profile',
    ],
  ]
  return rows.map(([key, value, section]) => ({ key: t(key), value, action: change(section, t(key)) }))
}
