import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { firstDay } from '../customers/history.ts'
import type { Db } from '../db.ts'
import { contractsNamed } from '../entitlements/count.ts'
import { isId } from '../ids.ts'
import { loadTemporaryUse, type TemporaryUse } from '../plans/load-use.ts'
import { sayTemporary, sayWhyAllStay, sayWhyNotNow } from '../plans/offered.ts'
import { type AsOf, readAsOf, showAsOf } from '../web/as-of.ts'
import { text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { decodeCursor, encodeCursor, pageSize } from '../web/paging.ts'
import { listSummaryAsOf } from './as-of.ts'
import { isFiltered, type LicenseFilter, readFilter, withFilter } from './filter.ts'
import { filterFields } from './filter-fields.ts'
import { type EntitlementRow, findProduct, hostsShown, listEntitlements, type Product } from './product.ts'
import { listFamilies, listSummary, type SummaryKey, type SummaryRow, sumSummary } from './queries.ts'
import { untilInWords, untilOfEntitlement, untilOfProduct } from './until.ts'

export function licenseRoutes(app: App): void {
  app.get('/c/:customer/licenses', { config: requires('licensing', 'reporting') }, showSummary)
  app.get('/c/:customer/licenses/:partNumber', { config: requires('licensing', 'reporting') }, showProduct)
}

async function showSummary(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const today = server.today()
  const filter = readFilter(request.query)
  const read = readAsOf(request.query, { today, timeZone: server.publisher().timeZone })
  const { asOf, problem } = read
  const { after } = request.query as { after?: string }
  const key = keyOf(after)
  const { found, totals, families, since } = asOf
    ? await readThen(request, filter, asOf, key)
    : await readNow(request, filter, key)
  const products = found.slice(0, pageSize)
  const path = `${customer.base}/licenses`
  const href = (place?: string) => withFilter(path, filter, { asOf: asOf?.day, after: place })
  if (problem) reply.code(422)
  return reply.page('licenses/summary', {
    title: t('licenses.title'),
    products: products.map((row) => summaryLine(row, request, asOf?.day ?? today)),
    totals,
    ...filterFields(filter, families, t),
    isFiltered: isFiltered(filter),
    asOf: showAsOf(read, since, request),
    problems: problem ? [{ field: 'asOf', message: t(problem.key) }] : [],
    all: path,
    today: asOf?.day ?? today,
    next: found.length > pageSize ? href(cursorOf(products.at(-1)!)) : null,
    first: key ? href() : null,
  })
}

async function readNow({ customer, server }: FastifyRequest, filter: LicenseFilter, key?: SummaryKey) {
  const today = server.today()
  const read = (tx: Db) =>
    Promise.all([
      listSummary(tx, customer.id, filter, today, key),
      sumSummary(tx, customer.id, filter, today),
      listFamilies(tx, customer.id),
    ])
  const [found, totals, families] = await server.database.readCustomer(customer.id, read, { atOnce: true })
  return { found, totals, families, since: null }
}

async function readThen(
  { customer, server }: FastifyRequest,
  filter: LicenseFilter,
  asOf: AsOf,
  key?: SummaryKey,
) {
  const { timeZone } = server.publisher()
  const [then, families, since] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      listSummaryAsOf(tx, customer.id, filter, asOf, key),
      listFamilies(tx, customer.id),
      firstDay(tx, customer.id, timeZone),
    ]),
  )
  return { found: then.rows, totals: then.totals, families, since }
}

async function showProduct(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, format } = request
  const today = request.server.today()
  const partNumber = text((request.params as { partNumber: string }).partNumber)
  const [afterId] = decodeCursor((request.query as { after?: string }).after, 1) ?? []
  const { product, found, use } = await request.server.database.readCustomer(customer.id, async (tx: Db) => {
    const [product, found] = await Promise.all([
      findProduct(tx, customer.id, partNumber),
      listEntitlements(tx, customer.id, partNumber, { today, afterId: isId(afterId) ? afterId : undefined }),
    ])
    const lent = customer.holds.licensing ? [product.id] : []
    const use = await loadTemporaryUse(tx, customer.id, lent, today)
    return { product, found, use: use.get(product.id) }
  })
  const entitlements = found.slice(0, pageSize)
  const isWhole = !afterId && found.length <= pageSize
  const path = `${customer.base}/licenses/${encodeURIComponent(product.part_number)}`
  return reply.page('licenses/product', {
    title: product.name,
    product,
    entitlements: entitlements.map((row) => ({
      ...row,
      until: untilInWords(untilOfEntitlement(row, today), t, format),
      whyNotNow: sayWhyNotNow(request, row),
    })),
    offered: customer.holds.licensing
      ? sayOffered(request, product, isWhole ? entitlements : null, use)
      : null,
    hostsShown,
    today,
    next: found.length > pageSize ? `${path}?after=${encodeCursor([entitlements.at(-1)!.id])}` : null,
    first: afterId ? path : null,
  })
}

/** Which plan tools begin with a product, and why the others do not; `all` its entitlements, null where there are more. */
function sayOffered(
  request: FastifyRequest,
  { name }: Product,
  all: EntitlementRow[] | null,
  use: TemporaryUse | undefined,
) {
  const placed = all?.filter((row) => row.placed > 0) ?? []
  return {
    canPlace: all === null || all.some((row) => sayWhyNotNow(request, row) === null),
    whyAllStay: placed.length > 0 ? sayWhyAllStay(request, placed) : [],
    temporary: sayTemporary(request, name, use),
  }
}

/** A product of the summary with what its line says. */
function summaryLine(row: SummaryRow, { t, format }: FastifyRequest, today: string) {
  return {
    ...row,
    contracts: row.contracts.replaceAll(' ', ', '),
    hasMoreContracts: row.contract_count > contractsNamed,
    until: untilInWords(untilOfProduct(row, today), t, format),
  }
}

function cursorOf({ name, product_id }: SummaryRow): string {
  return encodeCursor([name, product_id])
}

function keyOf(after: unknown): SummaryKey | undefined {
  const [name, id] = decodeCursor(after, 2) ?? []
  return typeof name === 'string' && isId(id) ? { name, id } : undefined
}
