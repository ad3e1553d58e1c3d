import type { FastifyReply, FastifyRequest } from 'fastify'
import { hostIdOf, hostPath } from './address.ts'
import { findHost, listRelatives } from './find-host.ts'
import { listHistory } from './history.ts'
import { historyLines } from './history-lines.ts'
import { placedLine, relativesOf } from './host-page.ts'
import { listNotes } from './notes.ts'
import { listPlaced } from './placed.ts'

/** Lines of each kind on the sheet; a host hardly has more, and the sheet says where there are. */
const most = { placed: 500, history: 20, notes: 10 }

/** A host on paper: what it is, everything placed on it, its latest history and notes. */
export async function showSheet(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const hostId = hostIdOf(request)
  const [host, placed, history, notes, relatives] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      findHost(tx, customer.id, hostId),
      listPlaced(tx, customer.id, hostId, { asOf: null, today: server.today(), size: most.placed }),
      listHistory(tx, customer.id, hostId, { size: most.history }),
      listNotes(tx, customer.id, hostId, { size: most.notes }),
      listRelatives(tx, customer.id, hostId),
    ]),
  )
  return reply.page('hosts/sheet', {
    title: t('hosts.sheet.title', { host: host.label }),
    host,
    here: hostPath(request, hostId),
    relatives: relativesOf(relatives),
    placed: placed.slice(0, most.placed).map((row) => placedLine(row, request)),
    morePlaced: placed.length > most.placed,
    history: historyLines(history.rows, request),
    moreHistory: history.next !== undefined,
    notes: notes.rows.filter(({ text }) => text !== ''),
    now: new Date(),
  })
}
