import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { changePart, sayChange } from '../customers/change-part.ts'
import { Conflict, Forbidden } from '../errors.ts'
import { planPart, sayPlanPart } from '../plans/request-part.ts'
import { privilegePart } from '../privileges/request-part.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { associated, signedIn } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { accountRequestRoutes, MessageForm, numberOf } from './account/routes.ts'
import { listDetails } from './detail.ts'
import { reachRequest } from './fetch-pack.ts'
import { listHref, readFilter } from './filter.ts'
import { findByNumber } from './find.ts'
import { countMessage } from './limits.ts'
import { cancelRequest, listMessages, mayBeCancelled, writeFromCompany } from './messages.ts'
import { requestPackPages } from './pack-pages.ts'
import { requestPage } from './page.ts'
import { partOf } from './part.ts'
import { listRequests } from './queries.ts'
import { receiptPages } from './receipts/pages.ts'
import { type Scope, seesCompany } from './scope.ts'
import { requestKinds, requestStatuses, statusTag } from './status.ts'

export function requestRoutes(app: App): void {
  accountRequestRoutes(app)
  requestPackPages(app)
  receiptPages(app)
  app.get('/requests/find', { config: signedIn }, (request, reply) => findByNumber(request, reply))
  app.get('/c/:customer/requests', { config: associated }, showList)
  app.get('/c/:customer/requests/:number', { config: associated }, (request, reply) =>
    showRequest(request, reply, [], {}),
  )
  app.post(
    '/c/:customer/requests/:number/messages',
    { config: { ...associated, redisplay: showRequest } },
    sendMessage,
  )
  app.post('/c/:customer/requests/:number/cancellation', { config: associated }, cancel)
}

async function showList(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const { number } = request.query as { number?: string }
  if (number) return reply.redirect(`/requests/find?${new URLSearchParams({ number, in: customer.number })}`)
  const scope = scopeOf(request)
  const filter = readFilter(request.query, scope)
  const page = await request.server.database.readCustomer(customer.id, (tx) =>
    listRequests(tx, customer.id, filter),
  )
  return reply.page('requests/list', {
    title: t('requests.title'),
    requests: page.rows.map((row) => ({ ...row, tag: statusTag(row.status) })),
    filter,
    kinds: requestKinds,
    statuses: requestStatuses,
    seesCompany: seesCompany(scope),
    isFiltered: Boolean(filter.text || filter.kind || filter.status || filter.mine),
    next: page.next ? listHref(customer.base, filter, page.next) : null,
    first: filter.after ? listHref(customer.base, filter) : null,
  })
}

export async function showRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, server } = request
  const number = numberOf(request)
  const canonical = `${customer.base}/requests/${number}`
  const typed = (request.params as { number: string }).number
  if (request.method === 'GET' && typed !== String(number)) return reply.redirect(canonical, 308)
  const scope = scopeOf(request)
  const found = await server.database.readCustomer(customer.id, async (tx) => {
    const about = await reachRequest(tx, customer.id, number, scope)
    const [details, messages, privileges, plan, change] = await Promise.all([
      listDetails(tx, customer.id, about),
      listMessages(tx, customer.id, about.id),
      privilegePart(tx, customer.id, about, scope),
      planPart(tx, customer.id, about, { publisher: server.publisher(), today: server.today() }),
      changePart(tx, customer.id, about),
    ])
    return { about, messages, privileges, plan, change, ...details }
  })
  return reply.page('requests/show', {
    ...requestPage(request, scope, found),
    ofPrivileges: found.privileges,
    changePart: partOf(found.privileges?.changes ?? [], request.query, canonical),
    ofChange: sayChange(request, found.change),
    ofPlan: sayPlanPart(request, found.about, found.plan),
    keys: [randomUUID(), randomUUID()],
    problems,
    values: { text: values['text'], words: values['words'] },
  })
}

function sendMessage(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const { id, name, email } = request.person!
  return actOnce(request, reply, async (tx) => {
    const found = await reachRequest(tx, customer.id, numberOf(request), scopeOf(request))
    const { text } = readForm(request.body, MessageForm)
    await countMessage(tx, id)
    const by = { id, name: name || email }
    await writeFromCompany(tx, { customerId: customer.id, request: found, by, text })
    request.flash('requests.messageSent')
    return `${customer.base}/requests/${found.number}`
  })
}

function cancel(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const by = request.person!.id
  return actOnce(request, reply, async (tx) => {
    const found = await reachRequest(tx, customer.id, numberOf(request), scopeOf(request))
    if (found.requestedBy !== by) throw new Forbidden()
    if (!mayBeCancelled(found)) throw new Conflict('privileges.review.ofCounter')
    await cancelRequest(tx, { customerId: customer.id, request: found, by })
    request.flash('requests.isCancelled')
    return `${customer.base}/requests/${found.number}`
  })
}

function scopeOf({ person, customer }: FastifyRequest): Scope {
  return { personId: person!.id, holds: customer.holds }
}
