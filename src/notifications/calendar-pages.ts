import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { listAssociations } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { Invalid, NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { families } from '../schema.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open, signedIn } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { makeCalendar } from './calendar.ts'
import {
  addFeed,
  type FeedFilter,
  listFeeds,
  listReportingIn,
  renewFeed,
  revokeFeed,
} from './calendar-queries.ts'

const path = '/account/notifications/calendars'
const FeedForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  customer: Type.String({ maxLength: 20 }),
  family: Type.String({ maxLength: 40 }),
  only: Type.String({ maxLength: 20 }),
})

type Asked = FastifyRequest<{ Params: { feed: string } }>

/** Makes, shows, renews and revokes a person's calendars; and the calendar itself, for programs that have its address. */
export function calendarPages(app: App): void {
  app.get(`${path}/new`, { config: signedIn }, async (request, reply) => showNew(request, reply))

  app.post(path, { config: { ...signedIn, redisplay: showNew } }, async (request, reply) => {
    const feed = await readFeed(request)
    return actOnce(request, reply, async (tx) => {
      const { id, token } = await addFeed(tx, request.person!.id, feed)
      keepToken(reply, id, token)
      return `${path}/${id}`
    })
  })

  app.get(`${path}/:feed`, { config: signedIn }, async (request: Asked, reply) => {
    const { id: personId } = request.person!
    const feed = (await listFeeds(app.database.db, personId)).find(({ id }) => id === request.params.feed)
    if (!feed) throw new NotFound()
    const token = keptToken(request, feed.id)
    const companies = await app.database.forPerson(personId, (tx) => listAssociations(tx, personId))
    const company = companies.find(({ number }) => number === feed.filter.customer)
    return reply.page('notifications/calendar', {
      title: feed.name,
      feed,
      // Of a company that they have left its number says enough.
      company: company ? `${company.number} - ${company.name}` : feed.filter.customer,
      address: token && `${app.config.baseUrl}/calendar/${token}.ics`,
    })
  })

  app.post(`${path}/:feed/renewal`, { config: signedIn }, async (request: Asked, reply) =>
    actOnce(request, reply, async (tx) => {
      const { feed } = request.params
      keepToken(reply, feed, await renewFeed(tx, request.person!.id, idOf(feed)))
      request.flash('notifications.calendar.renewed')
      return `${path}/${feed}`
    }),
  )

  app.post(`${path}/:feed/revocation`, { config: signedIn }, async (request: Asked, reply) =>
    actOnce(request, reply, async (tx) => {
      await revokeFeed(tx, request.person!.id, idOf(request.params.feed))
      request.flash('notifications.calendar.revoked')
      return '/account/notifications'
    }),
  )

  // Its address is the key: it stands in no log (logger.ts) and no index.
  app.get('/calendar/:file', { config: open, logLevel: 'warn' }, async (request, reply) => {
    const [, token] = /^([\w-]{22})\.ics$/.exec((request.params as { file: string }).file) ?? []
    const calendar = token && (await makeCalendar(app, token))
    if (!calendar) throw new NotFound()
    const tag = `"${createHash('sha256').update(calendar).digest('base64url').slice(0, 27)}"`
    reply.headers({ etag: tag, 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex, nofollow' })
    if (isAmong(tag, request.headers['if-none-match'])) return reply.code(304).send()
    return reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', 'inline; filename="guichet.ics"')
      .send(calendar)
  })
}

function isAmong(tag: string, sent: string | undefined): boolean {
  return (sent ?? '').split(',').some(
    (one) =>
      one
        .trim()
        .replace(/^W\//, '')
        .replace(/-(gzip|br)"$/, '"') === tag,
  )
}

function idOf(text: string): string {
  if (!isId(text)) throw new NotFound()
  return text
}

async function readFeed(request: FastifyRequest): Promise<{ name: string; filter: FeedFilter }> {
  const { name, customer, family, only } = readForm(request.body, FeedForm)
  const { customers, families } = await offered(request)
  const filter: FeedFilter = {}
  if (customer) {
    if (!customers.some(({ number }) => number === customer)) throw refused('customer')
    filter.customer = customer
  }
  if (family) {
    if (!families.some(({ id }) => id === family)) throw refused('family')
    filter.familyId = family
  }
  if (only === 'license' || only === 'maintenance') filter.only = only
  return { name, filter }
}

const refused = (field: string) => new Invalid([{ field, key: 'notifications.calendar.notOffered' }])

/** Companies whose ends the person may see now, and the families there are. */
async function offered({ server, person }: FastifyRequest) {
  const { database } = server
  const [customers, known] = await Promise.all([
    database.forPerson(person!.id, (tx) => listReportingIn(tx, person!, server.publisher(), server.today())),
    database.db.select({ id: families.id, name: families.name }).from(families).orderBy(families.name),
  ])
  return { customers, families: known }
}

async function showNew(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
): Promise<FastifyReply> {
  const { t } = request
  return reply.page('notifications/calendar-new', {
    title: t('notifications.calendar.new'),
    problems,
    values: { name: t('notifications.calendar.defaultName'), only: '', ...values },
    ...(await offered(request)),
  })
}

const cookieName = 'guichet_calendar'

// The address is shown for some minutes, on this browser only: the database has but its hash.
function keepToken(reply: FastifyReply, id: string, token: string): void {
  const options = {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path,
    maxAge: 600,
    secure: 'auto',
  } as const
  reply.setCookie(cookieName, `${id}.${token}`, options)
}

function keptToken(request: FastifyRequest, id: string): string | undefined {
  const sent = request.cookies[cookieName]
  const unsigned = sent ? request.unsignCookie(sent) : undefined
  const [ofFeed, token] = unsigned?.valid ? unsigned.value.split('.') : []
  return ofFeed === id ? token : undefined
}
