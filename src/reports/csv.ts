import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { neutral } from '../web/csv.ts'
import type { Locale, Translate } from '../web/i18n.ts'
import { columns, type Value, type Whose, wordOf } from './columns.ts'
import type { ReportLine } from './lines.ts'

export type CsvOptions = {
  customer: Whose
  /** Of the report. */
  day: string
  t: Translate
  locale: Locale
  /** The machine's variant: heads and codes that never change, values as they are stored. */
  isRaw: boolean
}

/**
 * The report as CSV (RFC 4180, UTF-8, CRLF), made while it is read. For a spreadsheet: a byte order mark, heads and
 * words in the reader's language, the separator its spreadsheets expect, and no cell that one would run as a formula.
 */
export function csvOf(batches: AsyncIterable<ReportLine[]>, options: CsvOptions): Readable {
  const { isRaw, locale, t } = options
  const heads = columns.map(({ name }) => (isRaw ? name : t(`reports.column.${name}`)))
  const delimiter = !isRaw && locale === 'fr' ? ';' : ','
  const csv = stringify({ bom: !isRaw, delimiter, record_delimiter: 'windows', columns: heads, header: true })
  const records = Readable.from(recordsOf(batches, options))
  records.on('error', (error) => csv.destroy(error))
  csv.on('close', () => records.destroy())
  return records.pipe(csv)
}

async function* recordsOf(
  batches: AsyncIterable<ReportLine[]>,
  options: CsvOptions,
): AsyncGenerator<string[]> {
  for await (const batch of batches) {
    for (const line of batch) yield recordOf(line, options)
  }
}

function recordOf(line: ReportLine, { customer, day, t, isRaw }: CsvOptions): string[] {
  return columns.map(({ name, kind, value: read }) => {
    const value = read(line, customer, day)
    if (isRaw || value === null || typeof value === 'number') return plain(value)
    if (kind === 'word') return wordOf(name, value, t)
    return kind === 'end' && value === 'perpetual' ? t('reports.value.perpetual') : neutral(value)
  })
}

function plain(value: Value): string {
  return value === null ? '' : String(value)
}
