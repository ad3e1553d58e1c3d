import type { FastifyReply, FastifyRequest } from 'fastify'
import { text } from '../web/forms.ts'
import { hostIdOf, hostPath } from './address.ts'
import { findHost } from './find-host.ts'
import { listHistory, onlies } from './history.ts'
import { historyLines } from './history-lines.ts'

/** Everything that happened to a host, or its transfers, or its packs, page by page. */
export async function showHistory(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const hostId = hostIdOf(request)
  const given = request.query as Record<string, unknown>
  const only = onlies.find((one) => one === given['only']) ?? 'all'
  const after = text(given['after'])
  const [host, page] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([findHost(tx, customer.id, hostId), listHistory(tx, customer.id, hostId, { only, after })]),
  )
  const path = hostPath(request, hostId)
  const href = (one: string, place?: string) => {
    const query = new URLSearchParams({
      ...(one === 'all' ? {} : { only: one }),
      ...(place ? { after: place } : {}),
    })
    return query.size ? `${path}/history?${query}` : `${path}/history`
  }
  return reply.page('hosts/history', {
    title: t('hosts.history.title', { host: host.label }),
    host,
    here: path,
    history: historyLines(page.rows, request),
    onlies: onlies.map((one) => ({ text: t(`hosts.only.${one}`), href: href(one), isChosen: one === only })),
    next: page.next ? href(only, page.next) : null,
    first: after ? href(only) : null,
  })
}
