import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { untilInWords, untilOfEntitlement } from '../licenses/until.ts'
import { text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { decodeCursor, encodeCursor, pageSize } from '../web/paging.ts'
import { listLatestTransfers, listPlaced } from './placed.ts'
import { findHost, type HostFilter, listHosts, sumHosts } from './register.ts'

export function hostRoutes(app: App): void {
  app.get('/c/:customer/hosts', { config: requires('licensing', 'reporting') }, showHosts)
  app.get('/c/:customer/hosts/:host', { config: requires('licensing', 'reporting') }, showHost)
}

async function showHosts(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const filter = readFilter(request.query)
  const [label, id] = cursorIn(request.query) ?? []
  const [found, totals] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      listHosts(tx, customer.id, filter, id === undefined ? undefined : { label: label!, id }),
      sumHosts(tx, customer.id, filter),
    ]),
  )
  const hosts = found.slice(0, pageSize)
  const last = hosts.at(-1)
  return reply.page('hosts/list', {
    title: t('hosts.title'),
    hosts,
    totals,
    filter,
    isFiltered: filter.text !== '' || filter.product !== '',
    all: `${customer.base}/hosts`,
    next:
      found.length > pageSize ? listHref(customer.base, filter, encodeCursor([last!.label, last!.id])) : null,
    first: id === undefined ? null : listHref(customer.base, filter),
  })
}

async function showHost(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, format } = request
  const today = request.server.today()
  const { host: hostId } = request.params as { host: string }
  if (!isId(hostId)) throw new NotFound()
  const [product, id] = cursorIn(request.query) ?? []
  const [host, found, transfers] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      findHost(tx, customer.id, hostId),
      listPlaced(tx, customer.id, hostId, id === undefined ? undefined : { product: product!, id }),
      listLatestTransfers(tx, customer.id, hostId),
    ]),
  )
  const placed = found.slice(0, pageSize)
  const last = placed.at(-1)
  const path = `${customer.base}/hosts/${host.id}`
  return reply.page('hosts/show', {
    title: host.label,
    host,
    placed: placed.map((row) => ({ ...row, until: untilInWords(untilOfEntitlement(row, today), t, format) })),
    transfers,
    next:
      found.length > pageSize ? `${path}?after=${encodeCursor([last!.product, last!.entitlement_id])}` : null,
    first: id === undefined ? null : path,
  })
}

function readFilter(query: unknown): HostFilter {
  const given = query as Record<string, unknown>
  return { text: text(given['text']).slice(0, 100), product: text(given['product']).slice(0, 100) }
}

function listHref(base: string, { text, product }: HostFilter, after?: string): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ text, product, after })) if (value) query.set(name, value)
  return query.size ? `${base}/hosts?${query}` : `${base}/hosts`
}

/** Where the page begins: the sort key of the row before, by name and then ID. */
function cursorIn(query: unknown): [name: string, id: string] | undefined {
  const [name, id] = decodeCursor((query as { after?: string }).after, 2) ?? []
  return typeof name === 'string' && isId(id) ? [name, id] : undefined
}
