import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { contractsNamed } from '../entitlements/count.ts'
import { isId } from '../ids.ts'
import { text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { decodeCursor, encodeCursor, pageSize } from '../web/paging.ts'
import { isFiltered, readFilter, withFilter } from './filter.ts'
import { filterFields } from './filter-fields.ts'
import { findProduct, hostsShown, listEntitlements } from './product.ts'
import { listFamilies, listSummary, type SummaryRow, sumSummary } from './queries.ts'
import { untilInWords, untilOfEntitlement, untilOfProduct } from './until.ts'

export function licenseRoutes(app: App): void {
  app.get('/c/:customer/licenses', { config: requires('licensing', 'reporting') }, showSummary)
  app.get('/c/:customer/licenses/:partNumber', { config: requires('licensing', 'reporting') }, showProduct)
}

async function showSummary(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const { database } = request.server
  const today = request.server.today()
  const filter = readFilter(request.query)
  const { after } = request.query as { after?: string }
  const key = keyOf(after)
  const read = (tx: Db) =>
    Promise.all([
      listSummary(tx, customer.id, filter, today, key),
      sumSummary(tx, customer.id, filter, today),
      listFamilies(tx, customer.id),
    ])
  const [found, totals, families] = await database.readCustomer(customer.id, read, { atOnce: true })
  const products = found.slice(0, pageSize)
  const path = `${customer.base}/licenses`
  return reply.page('licenses/summary', {
    title: t('licenses.title'),
    products: products.map((row) => summaryLine(row, request, today)),
    totals,
    ...filterFields(filter, families, t),
    isFiltered: isFiltered(filter),
    all: path,
    today,
    next: found.length > pageSize ? withFilter(path, filter, { after: cursorOf(products.at(-1)!) }) : null,
    first: key ? withFilter(path, filter) : null,
  })
}

async function showProduct(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, format } = request
  const today = request.server.today()
  const partNumber = text((request.params as { partNumber: string }).partNumber)
  const [afterId] = decodeCursor((request.query as { after?: string }).after, 1) ?? []
  const [product, found] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      findProduct(tx, customer.id, partNumber),
      listEntitlements(tx, customer.id, partNumber, isId(afterId) ? afterId : undefined),
    ]),
  )
  const entitlements = found.slice(0, pageSize)
  const path = `${customer.base}/licenses/${encodeURIComponent(product.part_number)}`
  return reply.page('licenses/product', {
    title: product.name,
    product,
    entitlements: entitlements.map((row) => ({
      ...row,
      until: untilInWords(untilOfEntitlement(row, today), t, format),
    })),
    hostsShown,
    today,
    next: found.length > pageSize ? `${path}?after=${encodeCursor([entitlements.at(-1)!.id])}` : null,
    first: afterId ? path : null,
  })
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

function keyOf(after: unknown) {
  const [name, id] = decodeCursor(after, 2) ?? []
  return typeof name === 'string' && isId(id) ? { name, id } : undefined
}
