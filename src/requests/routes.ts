import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { associated, signedIn } from '../web/guard.ts'
import { listDetails } from './detail.ts'
import { fetchPack, reachRequest, readPack } from './fetch-pack.ts'
import { packFileName } from './file-name.ts'
import { listHref, readFilter } from './filter.ts'
import { findByNumber } from './find.ts'
import { parseRequestNumber } from './number.ts'
import { requestPage } from './page.ts'
import { listRequests } from './queries.ts'
import { type Scope, seesCompany } from './scope.ts'
import { requestKinds, requestStatuses, statusTag } from './status.ts'

export function requestRoutes(app: App): void {
  app.get('/requests/find', { config: signedIn }, (request, reply) => findByNumber(request, reply))
  app.get('/c/:customer/requests', { config: associated }, showList)
  app.get('/c/:customer/requests/:number', { config: associated }, showRequest)
  app.get('/c/:customer/requests/:number/packs/:host', { config: associated }, downloadPack)
  app.get('/c/:customer/requests/:number/packs/:host/view', { config: associated }, showPack)
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

async function showRequest(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const number = numberOf(request)
  const canonical = `${customer.base}/requests/${number}`
  if ((request.params as { number: string }).number !== String(number)) return reply.redirect(canonical, 308)
  const scope = scopeOf(request)
  const found = await request.server.database.readCustomer(customer.id, async (tx) => {
    const about = await reachRequest(tx, customer.id, number, scope)
    return { about, ...(await listDetails(tx, customer.id, about)) }
  })
  return reply.page('requests/show', requestPage(request, scope, found))
}

async function downloadPack(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  // A browser that only asks for the size has not got the file.
  const take = request.method === 'HEAD' ? readPack : fetchPack
  const { pack } = await request.server.database.forCustomer(customer.id, (tx) =>
    take(tx, customer.id, numberOf(request), hostOf(request), scopeOf(request)),
  )
  const name = packFileName(customer.number, pack.label, pack.issue)
  return reply
    .type('text/plain; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(pack.text)
}

async function showPack(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const { request: about, pack } = await request.server.database.readCustomer(customer.id, (tx) =>
    readPack(tx, customer.id, numberOf(request), hostOf(request), scopeOf(request)),
  )
  return reply.page('requests/pack', {
    title: t('requests.pack.title', { host: pack.label, issue: pack.issue }),
    about,
    pack,
    href: `${customer.base}/requests/${about.number}`,
  })
}

function scopeOf({ person, customer }: FastifyRequest): Scope {
  return { personId: person!.id, holds: customer.holds }
}

/** The number in the address, in any spelling; what is none is not there. */
function numberOf(request: FastifyRequest): number {
  const read = parseRequestNumber((request.params as { number: string }).number)
  if ('problem' in read) throw new NotFound()
  return read.number
}

function hostOf(request: FastifyRequest): string {
  const { host } = request.params as { host: string }
  if (!/^[0-9a-f-]{36}$/.test(host)) throw new NotFound()
  return host
}
