import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { firstDay } from '../customers/history.ts'
import { Invalid } from '../errors.ts'
import { isId } from '../ids.ts'
import { isFiltered, readFilter, withFilter } from '../licenses/filter.ts'
import { filterFields, filterInWords } from '../licenses/filter-fields.ts'
import { listFamilies } from '../licenses/queries.ts'
import { readAsOf, showAsOf } from '../web/as-of.ts'
import { associated, requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { decodeCursor, encodeCursor } from '../web/paging.ts'
import { columns, shownValue, type Whose } from './columns.ts'
import { addressInWords, findCompany } from './company.ts'
import { sendCsv } from './file.ts'
import type { Report } from './line-source.ts'
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
  const { customer, t, format, server } = request
  const { read, report } = askedOf(request, request.query)
  const { filter, day, asOf } = report
  const after = keyIn(request.query)
  const { timeZone } = server.publisher()
  const [found, totals, families, company, since] = await server.database.readCustomer(
    customer.id,
    (tx) =>
      Promise.all([
        listLines(tx, report, { after, limit: linesOnScreen + 1 }),
        sumLines(tx, report),
        listFamilies(tx, customer.id),
        asOf && findCompany(tx, customer.id, asOf),
        asOf && firstDay(tx, customer.id, timeZone),
      ]),
    patience,
  )
  const lines = found.slice(0, linesOnScreen)
  const path = `${customer.base}/report`
  const href = (place?: string) => withFilter(path, filter, { asOf: asOf?.day, after: place })
  const whose = { number: customer.number, name: company?.name ?? customer.name }
  if (read.problem) reply.code(422)
  return reply.page('reports/detailed', {
    title: t('reports.title'),
    columns: columns.map(({ name, kind }) => ({
      name,
      text: t(`reports.column.${name}`),
      isNumber: kind === 'number',
    })),
    lines: lines.map((line) => cellsOf(line, { whose, day }, request)),
    totals,
    whose,
    ...filterFields(filter, families, t),
    filterWords: filterInWords(filter, t),
    isFiltered: isFiltered(filter),
    asOf: showAsOf(read, since, request),
    problems: read.problem ? [{ field: 'asOf', message: t(read.problem.key) }] : [],
    all: path,
    print: withFilter(`${path}/print`, filter, { asOf: asOf?.day }),
    date: format.date(day),
    wide: true,
    next: found.length > linesOnScreen ? href(encodeCursor(keyOf(lines.at(-1)!))) : null,
    first: after ? href() : null,
  })
}

async function printReport(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, format } = request
  const { read, report } = askedOf(request, request.query)
  if (read.problem) throw new Invalid([read.problem])
  const { filter, day, asOf } = report
  const [lines, totals, company] = await request.server.database.readCustomer(
    customer.id,
    (tx) =>
      Promise.all([
        listLines(tx, report, { limit: linesInPrint }),
        sumLines(tx, report),
        findCompany(tx, customer.id, asOf),
      ]),
    patience,
  )
  const whose = { number: customer.number, name: company.name }
  return reply.page('reports/print', {
    title: t('reports.title'),
    lines: lines.map((line) => printedLine(line, { whose, day }, request)),
    totals,
    whose,
    address: addressInWords(company, format) || 'none',
    filterWords: filterInWords(filter, t),
    isThen: asOf !== null,
    date: format.date(day),
    back: withFilter(`${customer.base}/report`, filter, { asOf: asOf?.day }),
    left: totals.lines - lines.length,
  })
}

/** Having the file made is a request (domain.md section 4): its page has the file, made again from the filter. */
async function postReport(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person } = request
  const { read, report } = askedOf(request, request.body)
  if (read.problem) throw new Invalid([read.problem])
  const { filter, asOf } = report
  return actOnce(request, reply, async (tx) => {
    const { number } = await makeFile(tx, { customerId: customer.id, personId: person!.id, filter, asOf })
    return `${customer.base}/requests/${number}`
  })
}

function askedOf({ customer, server }: FastifyRequest, given: unknown) {
  const today = server.today()
  const read = readAsOf(given, { today, timeZone: server.publisher().timeZone })
  const { asOf } = read
  const report: Report = {
    ...{ customerId: customer.id, filter: readFilter(given) },
    ...{ day: asOf?.day ?? today, asOf },
  }
  return { read, report }
}

function cellsOf(
  line: ReportLine,
  { whose, day }: { whose: Whose; day: string },
  { t, format }: FastifyRequest,
) {
  return columns.map((column) => ({
    name: column.name,
    isNumber: column.kind === 'number',
    text: shownValue(column, column.value(line, whose, day), t, format),
    value: column.value(line, whose, day),
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
