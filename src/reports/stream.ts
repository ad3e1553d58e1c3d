import { PgDialect } from 'drizzle-orm/pg-core'
import type { Database } from '../db.ts'
import type { Report } from './line-source.ts'
import { linesQuery, type ReportLine } from './lines.ts'

const dialect = new PgDialect()

/** Lines fetched at a time: what is held in memory, however long the report is. */
const batchSize = 500

type Ends = { resolve(): void; reject(error: unknown): void }

/**
 * All lines of a report in batches, by a cursor in one transaction: a consistent view, and memory that does not grow
 * with the report. The transaction ends with the reading, also when the reader leaves early.
 */
export async function* streamLines(database: Database, report: Report): AsyncGenerator<ReportLine[]> {
  const { sql: text, params } = dialect.sqlToQuery(linesQuery(report))
  const opened = Promise.withResolvers<AsyncIterable<ReportLine[]>>()
  const read = Promise.withResolvers<void>() satisfies Ends
  const transaction = database.sql.begin('read only', async (tx) => {
    await tx`select set_config('app.customer', ${report.customerId}, true)`
    opened.resolve(tx.unsafe<ReportLine[]>(text, params as never[]).cursor(batchSize))
    await read.promise
  })
  transaction.catch((error: unknown) => opened.reject(error))
  try {
    for await (const batch of await opened.promise) yield batch
  } finally {
    read.resolve()
    await transaction
  }
}
