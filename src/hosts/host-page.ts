import type { FastifyReply, FastifyRequest } from 'fastify'
import { firstDay } from '../customers/history.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { untilInWords, untilOfEntitlement } from '../licenses/until.ts'
import { listPackEnds } from '../packs/ends.ts'
import { sayWhyAllStay } from '../plans/offered.ts'
import { readAsOf, showAsOf } from '../web/as-of.ts'
import type { Problem } from '../web/forms.ts'
import { decodeCursor, encodeCursor, pageSize } from '../web/paging.ts'
import { hostIdOf, hostPath } from './address.ts'
import { findHost, listRelatives } from './find-host.ts'
import { listHistory } from './history.ts'
import { historyLines } from './history-lines.ts'
import { listNotes } from './notes.ts'
import { listPlaced, type PlacedRow } from './placed.ts'

const nothing = { rows: [], next: undefined }

/** Entries of the history that the host's own page shows; the rest has a page. */
const latest = 8

/** A host: what it is, what is placed on it, what happened to it, what was written about it; now or on a past day. */
export async function showHost(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, t, server } = request
  const hostId = hostIdOf(request)
  const { timeZone } = server.publisher()
  const read = readAsOf(request.query, { today: server.today(), timeZone })
  const { asOf, problem } = read
  const { after, notes: olderNotes } = request.query as { after?: string; notes?: string }
  const key = keyOf(after)
  const found = await server.database.readCustomer(customer.id, async (tx: Db) => {
    const since = asOf ? await firstDay(tx, customer.id, timeZone) : null
    // A host that came later is no host of that day: the page says so, and shows it as it is.
    const host = await findHost(tx, customer.id, hostId, asOf).catch((error: unknown) => {
      if (asOf && error instanceof NotFound) return null
      throw error
    })
    const [now, placed, history, notes, relatives, ends] = await Promise.all([
      findHost(tx, customer.id, hostId),
      host ? listPlaced(tx, customer.id, hostId, { asOf, today: server.today(), after: key }) : [],
      asOf ? nothing : listHistory(tx, customer.id, hostId, { size: latest }),
      asOf ? nothing : listNotes(tx, customer.id, hostId, { after: olderNotes }),
      listRelatives(tx, customer.id, hostId),
      listPackEnds(tx, customer.id, [hostId], server.today()),
    ])
    return { since, host, now, placed, history, notes, relatives, ends }
  })
  const placed = found.placed.slice(0, pageSize)
  const last = placed.at(-1)
  const path = hostPath(request, hostId)
  const on = asOf ? `asOf=${asOf.day}` : ''
  if (problem) reply.code(422)
  return reply.page('hosts/show', {
    title: (found.host ?? found.now).label,
    here: path,
    host: found.host ?? found.now,
    isThere: found.host !== null,
    isRetiredNow: found.now.status === 'retired',
    relatives: relativesOf(found.relatives),
    packEndsOn: asOf ? null : (found.ends.get(hostId) ?? null),
    placed: placed.map((row) => placedLine(row, request, asOf?.day)),
    // Of several pages only all of them together would say so.
    whyAllStay: asOf || key || found.placed.length > pageSize ? [] : sayWhyAllStay(request, placed),
    history: historyLines(found.history.rows, request),
    notes: found.notes.rows,
    olderNotes: found.notes.next ? `${path}?notes=${found.notes.next}#notes` : null,
    asOf: showAsOf(read, found.since, request),
    problems: problem ? [{ field: 'asOf', message: t(problem.key) }] : problems,
    values,
    next:
      found.placed.length > pageSize
        ? `${path}?${[on, `after=${encodeCursor([last!.product, last!.entitlement_id])}`].filter(Boolean).join('&')}`
        : null,
    first: key ? `${path}${on && `?${on}`}` : null,
  })
}

/** A line of what is placed, with its end in words. */
export function placedLine(row: PlacedRow, { t, format, server }: FastifyRequest, day = server.today()) {
  return { ...row, until: untilInWords(untilOfEntitlement(row, day), t, format) }
}

/** Predecessors, the latest last, and successors, the first first. */
export function relativesOf(relatives: Awaited<ReturnType<typeof listRelatives>>) {
  return {
    former: relatives.filter(({ steps }) => steps < 0),
    successors: relatives.filter(({ steps }) => steps > 0),
  }
}

function keyOf(after: unknown) {
  const [product, id] = decodeCursor(after, 2) ?? []
  return typeof product === 'string' && isId(id) ? { product, id } : undefined
}
