import type { FastifyReply, FastifyRequest } from 'fastify'
import { firstDay } from '../customers/history.ts'
import { isId } from '../ids.ts'
import { readAsOf, showAsOf } from '../web/as-of.ts'
import { decodeCursor, encodeCursor, pageSize } from '../web/paging.ts'
import { listTwins, type Twin } from './duplicates.ts'
import { listHref, readFilter, shows } from './filter.ts'
import { listHosts } from './register.ts'

/** The register of a company's hosts, as they are or as they were on a day. */
export async function showHosts(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const filter = readFilter(request.query)
  const { timeZone } = server.publisher()
  const read = readAsOf(request.query, { today: server.today(), timeZone })
  const { asOf, problem } = read
  const key = keyIn(request.query)
  const [{ rows: found, totals }, since] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      listHosts(tx, customer.id, filter, { asOf, after: key }),
      asOf ? firstDay(tx, customer.id, timeZone) : null,
    ]),
  )
  const hosts = found.slice(0, pageSize)
  const twins = await twinsOf(request, filter.show, hosts)
  const last = hosts.at(-1)
  const more: Record<string, string> = asOf ? { asOf: asOf.day } : {}
  if (problem) reply.code(422)
  return reply.page('hosts/list', {
    title: t('hosts.title'),
    hosts: hosts.map((host) => ({ ...host, twins: twins.get(host.id) ?? [] })),
    totals,
    filter,
    shows: shows.map((show) => ({ value: show, text: t(`hosts.show.${show}`) })),
    isFiltered: filter.text !== '' || filter.product !== '' || filter.show !== 'all',
    asOf: showAsOf(read, since, request),
    problems: problem ? [{ field: 'asOf', message: t(problem.key) }] : [],
    all: `${customer.base}/hosts`,
    next:
      found.length > pageSize
        ? listHref(customer.base, filter, { ...more, after: encodeCursor([last!.sort_label, last!.id]) })
        : null,
    first: key === undefined ? null : listHref(customer.base, filter, more),
  })
}

/** Why each host of the page is listed as a duplicate: by reason, with the hosts it shares that with. */
async function twinsOf({ server, customer }: FastifyRequest, show: string, hosts: readonly { id: string }[]) {
  if (show !== 'duplicates') return new Map<string, [string, Twin[]][]>()
  const ids = hosts.map(({ id }) => id)
  const twins = await server.database.readCustomer(customer.id, (tx) => listTwins(tx, customer.id, ids))
  const byHost = Map.groupBy(twins, ({ hostId }) => hostId)
  return new Map(
    [...byHost].map(([id, rows]) => [id, [...Map.groupBy(rows, ({ reason }) => reason)]] as const),
  )
}

/** Where the page begins: the label and ID of the row before. */
function keyIn(query: unknown) {
  const [label, id] = decodeCursor((query as { after?: string }).after, 2) ?? []
  return typeof label === 'string' && isId(id) ? { label, id } : undefined
}
