import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { FastifyRequest } from 'fastify'
import { formatRequestNumber } from '../requests/number.ts'
import { neutral } from '../web/csv.ts'
import { lineOf } from './lines.ts'
import type { ActivityKey } from './queries.ts'
import type { ReadActivity } from './routes.ts'

const batchSize = 500

/**
 * The list as CSV for a spreadsheet (UTF-8 with a byte order mark, CRLF), read in batches while it is sent. Times are
 * ISO 8601 in UTC; no cell is one that a spreadsheet would run.
 */
export function activityCsv(read: ReadActivity, request: FastifyRequest): Readable {
  const { t, locale } = request
  const names = ['at', 'who', 'what', 'about', 'request', 'company', 'network'] as const
  const csv = stringify({
    bom: true,
    delimiter: locale === 'fr' ? ';' : ',',
    record_delimiter: 'windows',
    header: true,
    columns: names.map((name) => t(`activity.${name}`)),
  })
  const records = Readable.from(recordsOf(read, request))
  records.on('error', (error) => csv.destroy(error))
  csv.on('close', () => records.destroy())
  return records.pipe(csv)
}

async function* recordsOf(read: ReadActivity, request: FastifyRequest): AsyncGenerator<string[]> {
  let after: ActivityKey | undefined
  for (;;) {
    const found = await read(after, batchSize)
    for (const row of found.slice(0, batchSize)) {
      const { at, who, what, about, requestNumber, customerNumber, network } = lineOf(row, request)
      const number = requestNumber === null ? '' : formatRequestNumber(requestNumber)
      yield [at.toISOString(), ...[who, what, about, number, customerNumber, network].map(neutral)]
    }
    const last = found[batchSize - 1]
    if (found.length <= batchSize || !last) return
    after = [last.at, last.id]
  }
}
