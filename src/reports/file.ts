import type { FastifyReply, FastifyRequest } from 'fastify'
import { Forbidden, NotFound } from '../errors.ts'
import { parseRequestNumber } from '../requests/number.ts'
import { findRequest } from '../requests/queries.ts'
import { readAsked } from './asked.ts'
import { findCompany } from './company.ts'
import { csvOf } from './csv.ts'
import type { Report } from './line-source.ts'
import type { ReportLine } from './lines.ts'
import { streamLines } from './stream.ts'
import { makeTurns } from './turns.ts'

/** A file being sent holds one of the few connections for streams: two at a time, so that jobs keep theirs. */
const takeTurn = makeTurns(2, 10_000)
/** A reader who takes longer is cut off. */
const longestMs = 10 * 60_000

/**
 * The file of a report's request, as a plain GET, for who holds Reporting: made again from the stored filter and
 * instant, so that it says the same whenever it is fetched. `?raw=1` is the variant for machines.
 */
export async function sendCsv(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, locale } = request
  const { report, name } = await findReport(request)
  const isRaw = (request.query as { raw?: string }).raw === '1'
  const file = `${t('reports.fileName')}-${customer.number}-${report.day}${isRaw ? '-raw' : ''}.csv`
  const batches = await openBatches(request, reply, report)
  const whose = { number: customer.number, name }
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${file}"`)
    .header('cache-control', 'no-store')
    .send(csvOf(batches, { customer: whose, day: report.day, t, locale, isRaw }))
}

async function findReport({ server, customer, params }: FastifyRequest) {
  const read = parseRequestNumber((params as { number: string }).number)
  if ('problem' in read) throw new NotFound()
  return server.database.readCustomer(customer.id, async (tx) => {
    const found = await findRequest(tx, customer.id, read.number)
    if (found.kind !== 'detailed-report') throw new NotFound()
    if (!customer.holds.reporting) throw new Forbidden(['reporting'])
    const { filter, asOf } = readAsked(found.details, found.createdAt, server.publisher().timeZone)
    const { name } = await findCompany(tx, customer.id, asOf)
    const report: Report = { customerId: customer.id, filter, day: asOf.day, asOf }
    return { report, name }
  })
}

/** The report's lines, the first of them read: what fails by then is answered as a page, not as a cut-off file. */
async function openBatches(
  { server }: FastifyRequest,
  reply: FastifyReply,
  report: Report,
): Promise<AsyncIterable<ReportLine[]>> {
  const giveBack = await takeTurn()
  const batches = streamLines(server.database, report)
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
