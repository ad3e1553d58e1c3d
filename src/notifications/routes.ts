import type { FastifyReply, FastifyRequest } from 'fastify'
import { listAssociations } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { list, type Problem, text } from '../web/forms.ts'
import { associated, signedIn } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { calendarPages } from './calendar-pages.ts'
import { listFeeds } from './calendar-queries.ts'
import {
  findChoices,
  findCompanyChoices,
  listCompaniesWithChoices,
  saveChoices,
  saveCompanyChoices,
} from './choices.ts'
import { readChoices } from './choices-form.ts'
import { topics } from './topics.ts'
import { unsubscribePages } from './unsubscribe-pages.ts'

/** What a person has mailed to them, for all companies and for one; their calendars; the link in each mail. */
export function notificationRoutes(app: App): void {
  app.get('/account/notifications', { config: signedIn }, async (request, reply) =>
    showChoices(request, reply),
  )

  app.post(
    '/account/notifications',
    { config: { ...signedIn, redisplay: showChoices } },
    async (request, reply) => {
      const choices = readChoices(request.body)
      return actOnce(request, reply, async (tx) => {
        await saveChoices(tx, request.person!.id, choices)
        request.flash('notifications.saved')
        return '/account/notifications'
      })
    },
  )

  app.get('/account/notifications/company', { config: signedIn }, async (request, reply) => {
    const number = text((request.query as { number?: unknown }).number).toUpperCase()
    if (!/^[A-Z0-9-]{1,20}$/.test(number)) throw new NotFound()
    return reply.redirect(`/c/${number}/notifications`, 303)
  })

  app.get('/c/:customer/notifications', { config: associated }, async (request, reply) =>
    showCompany(request, reply),
  )

  app.post(
    '/c/:customer/notifications',
    { config: { ...associated, redisplay: showCompany } },
    async (request, reply) => {
      const isOwn = text((request.body as { own?: unknown } | undefined)?.own) === 'yes'
      const choices = isOwn ? readChoices(request.body) : null
      const { id, base, name } = request.customer
      return actOnce(request, reply, async (tx) => {
        await saveCompanyChoices(tx, id, request.person!.id, choices)
        request.flash('notifications.savedFor', { name })
        return `${base}/notifications`
      })
    },
  )

  calendarPages(app)
  unsubscribePages(app)
}

async function showChoices(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
): Promise<FastifyReply> {
  const { database } = request.server
  const { id } = request.person!
  const [choices, associations, different, feeds] = await Promise.all([
    findChoices(database.db, id),
    database.forPerson(id, (tx) => listAssociations(tx, id)),
    database.forPerson(id, (tx) => listCompaniesWithChoices(tx, id)),
    listFeeds(database.db, id),
  ])
  return reply.page('notifications/show', {
    title: request.t('notifications.title'),
    problems,
    values: problems.length > 0 ? typed(values) : shown(choices),
    topics,
    companies: associations,
    different,
    feeds,
  })
}

async function showCompany(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
): Promise<FastifyReply> {
  const { customer, person, server, t } = request
  const { isOwn, ...choices } = await server.database.readCustomer(customer.id, (tx) =>
    findCompanyChoices(tx, customer.id, person!.id),
  )
  const seen =
    problems.length > 0 ? { ...typed(values), own: 'yes' } : { ...shown(choices), own: isOwn ? 'yes' : 'no' }
  return reply.page('notifications/company', {
    title: t('notifications.forCompany', { number: customer.number, name: customer.name }),
    problems,
    values: seen,
    topics,
  })
}

function shown(choices: Awaited<ReturnType<typeof findChoices>>) {
  return { topics: topics.filter((topic) => choices.topics[topic]), leadDays: choices.leadDays.join(', ') }
}

function typed(values: Record<string, unknown>) {
  return { ...values, topics: list(values.topics) }
}
