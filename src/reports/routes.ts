import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { isId } from '../ids.ts'
import { isFiltered, readFilter, withFilter } from '../licenses/filter.ts'
import { filterFields, filterInWords } from '../licenses/filter-fields.ts'
import { listFamilies } from '../licenses/queries.ts'
import { associated, requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { decodeCursor, encodeCursor } from '../web/paging.ts'
import { addressInWords, findAddress } from './address.ts'
import { columns, shownValue } from './columns.ts'
import { sendCsv } from './file.ts'
import { keyOf, type LineKey, listLines, type ReportLine, sumLines } from './lines.ts'
import { makeFile } from './make-file.ts'
import { printedLine } from './printed.ts'

/** Lines on one page of the screen. */
const linesOnScreen = 200
/** Lines that one printed page set holds: some 700 sheets. More is for a filter, or the file. */
const linesInPrint = 10_000
/** A report of a hundred thousand entitlements takes longer than a page may as a rule. */
const patience = { deadlineMs: 20_000 }

export function reportRoutes(app: App): void {
  app.get('/c/:customer/report', { config: requires('reporting') }, showReport)
  app.get('/c/:customer/report/print', { config: requires('reporting') }, printReport)
  app.post('/c/:customer/report', { config: requires('reporting') }, postReport)
  app.get('/c/:customer/requests/:number/report.csv', { config: associated }, sendCsv)
}

async function showReport(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, format } = request
  const today = request.server.today()
  const filter = readFilter(request.query)
  const after = keyIn(request.query)
  const [found, totals, families] = await request.server.database.readCustomer(
    customer.id,
    (tx) =>
      Promise.all([
        listLines(tx, customer.id, filter, today, { after, limit: linesOnScreen + 1 }),
        sumLines(tx, customer.id, filter, today),
        listFamilies(tx, customer.id),
      ]),
    patience,
  )
  const lines = found.slice(0, linesOnScreen)
  const path = `${customer.base}/report`
  const hasMore = found.length > linesOnScreen
  return reply.page('reports/detailed', {
    title: t('reports.title'),
    columns: columns.map(({ name, kind }) => ({
      name,
      text: t(`reports.column.${name}`),
      isNumber: kind === 'number',
    })),
    lines: lines.map((line) => cellsOf(line, request, today)),
    totals,
    ...filterFields(filter, families, t),
    filterWords: filterInWords(filter, t),
    isFiltered: isFiltered(filter),
    all: path,
    print: withFilter(`${path}/print`, filter),
    asOf: format.date(today),
    wide: true,
    next: hasMore ? withFilter(path, filter, { after: encodeCursor(keyOf(lines.at(-1)!)) }) : null,
    first: after ? withFilter(path, filter) : null,
  })
}

async function printReport(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, format } = request
  const today = request.server.today()
  const filter = readFilter(request.query)
  const [lines, totals, address] = await request.server.database.readCustomer(
    customer.id,
    (tx) =>
      Promise.all([
        listLines(tx, customer.id, filter, today, { limit: linesInPrint }),
        sumLines(tx, customer.id, filter, today),
        findAddress(tx, customer.id),
      ]),
    patience,
  )
  return reply.page('reports/print', {
    title: t('reports.title'),
    lines: lines.map((line) => printedLine(line, request, today)),
    totals,
    address: addressInWords(address, format) || 'none',
    filterWords: filterInWords(filter, t),
    asOf: format.date(today),
    back: withFilter(`${customer.base}/report`, filter),
    left: totals.lines - lines.length,
  })
}

/** Having the file made is a request (domain.md section 4): its page has the file, made again from the filter. */
async function postReport(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person } = request
  const filter = readFilter(request.body)
  return actOnce(request, reply, async (tx) => {
    const { number } = await makeFile(tx, { customerId: customer.id, personId: person!.id, filter })
    return `${customer.base}/requests/${number}`
  })
}

function cellsOf(line: ReportLine, { customer, t, format }: FastifyRequest, today: string) {
  return columns.map((column) => ({
    name: column.name,
    isNumber: column.kind === 'number',
    text: shownValue(column, column.value(line, customer, today), t, format),
    value: column.value(line, customer, today),
  }))
}

function keyIn(query: unknown): LineKey | undefined {
  const key = decodeCursor((query as { after?: string }).after, 6)
  if (!key) return undefined
  const [product, productId, entitlementId, isRest, host, hostId] = key
  const areIds = [productId, entitlementId, hostId].every(isId)
  const isKey =
    areIds && typeof product === 'string' && typeof host === 'string' && (isRest === 0 || isRest === 1)
  return isKey ? (key as LineKey) : undefined
}
