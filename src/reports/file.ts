import type { FastifyReply, FastifyRequest } from 'fastify'
import { Forbidden, NotFound } from '../errors.ts'
import { type LicenseFilter, readFilter } from '../licenses/filter.ts'
import { parseRequestNumber } from '../requests/number.ts'
import { findRequest } from '../requests/queries.ts'
import { csvOf } from './csv.ts'
import type { ReportLine } from './lines.ts'
import { streamLines } from './stream.ts'
import { makeTurns } from './turns.ts'

/** A file being sent holds one of the few connections for streams: two at a time, so that jobs keep theirs. */
const takeTurn = makeTurns(2, 10_000)
/** A reader who takes longer is cut off. */
const longestMs = 10 * 60_000

/**
 * The file of a report's request, as a plain GET, for who holds Reporting: made again from the stored filter.
 * `?raw=1` is the variant for machines.
 */
export async function sendCsv(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, locale } = request
  const today = request.server.today()
  const filter = await findFilter(request)
  const isRaw = (request.query as { raw?: string }).raw === '1'
  const name = `${t('reports.fileName')}-${customer.number}-${today}${isRaw ? '-raw' : ''}.csv`
  const batches = await openBatches(request, reply, filter, today)
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store')
    .send(csvOf(batches, { customer, today, t, locale, isRaw }))
}

async function findFilter({ server, customer, params }: FastifyRequest): Promise<LicenseFilter> {
  const read = parseRequestNumber((params as { number: string }).number)
  if ('problem' in read) throw new NotFound()
  const found = await server.database.readCustomer(customer.id, (tx) =>
    findRequest(tx, customer.id, read.number),
  )
  if (found.kind !== 'detailed-report') throw new NotFound()
  if (!customer.holds.reporting) throw new Forbidden(['reporting'])
  return readFilter(found.details['filter'])
}

/** The report's lines, the first of them read: what fails by then is answered as a page, not as a cut-off file. */
async function openBatches(
  { server, customer }: FastifyRequest,
  reply: FastifyReply,
  filter: LicenseFilter,
  today: string,
): Promise<AsyncIterable<ReportLine[]>> {
  const giveBack = await takeTurn()
  const batches = streamLines(server.database, customer.id, filter, today)
  const timer = setTimeout(() => reply.raw.destroy(), longestMs)
  const end = () => {
    clearTimeout(timer)
    batches.return(undefined).then(giveBack, giveBack)
  }
  // Sent to the end, left by the reader, or never begun: the answer closes.
  reply.raw.once('close', end)
  // Left while waiting for its turn: it has closed already and will not again.
  if (reply.raw.destroyed) end()
  const first = await batches.next()
  return (async function* () {
    if (first.done) return
    yield first.value
    yield* batches
  })()
}
