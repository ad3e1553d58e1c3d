import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../app.ts'
import { Invalid } from '../errors.ts'
import { list, type Problem, readForm, text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { builtInCutter } from './cutters/built-in.ts'
import { activeKey } from './keys.ts'
import { retrievePacks } from './retrieval.ts'
import { listRetrievable, type RetrievalFilter } from './retrieval-queries.ts'

const Chosen = Type.Object({ host: Type.Array(Type.String()) })

export function retrievalRoutes(app: App): void {
  app.get('/c/:customer/packs', { config: requires('reporting') }, (request, reply) =>
    showHosts(request, reply, [], {}),
  )
  app.post(
    '/c/:customer/packs',
    { config: { ...requires('reporting'), redisplay: showHosts } },
    (request, reply) =>
      actOnce(request, reply, async (tx) => {
        const { customer } = request
        const retrieved = await retrievePacks(tx, {
          customerId: customer.id,
          personId: request.person!.id,
          hostIds: hostIds(request.body),
          publisher: app.publisher(),
          today: app.today(),
          cut: builtInCutter(activeKey(app.packKeys)),
        })
        return `${customer.base}/requests/${retrieved.number}`
      }),
  )
}

async function showHosts(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  const filter = readFilter(request.query)
  const page = await request.server.database.readCustomer(customer.id, (tx) =>
    listRetrievable(tx, customer.id, filter),
  )
  return reply.page('packs/retrieve', {
    title: t('retrieval.title'),
    hosts: page.rows,
    filter,
    chosen: list(values.host),
    action: href(customer.base, filter, filter.after),
    next: page.next ? href(customer.base, filter, page.next) : null,
    first: filter.after ? href(customer.base, filter) : null,
    problems,
    values: { ...values, q: filter.text },
  })
}

function hostIds(body: unknown): string[] {
  const { host } = readForm(body, Chosen)
  const isId = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
  if (!host.every(isId)) throw new Invalid([{ field: 'host', key: 'retrieval.gone' }])
  return host
}

function readFilter(query: unknown): RetrievalFilter {
  const given = query as Record<string, unknown>
  return { text: text(given.q).slice(0, 100), after: text(given.after) }
}

/** The address of the list, of its next page, and of the form (so that a redisplay shows the same page). */
function href(base: string, filter: RetrievalFilter, after?: string): string {
  const query = new URLSearchParams()
  if (filter.text) query.set('q', filter.text)
  if (after) query.set('after', after)
  return query.size > 0 ? `${base}/packs?${query}` : `${base}/packs`
}
