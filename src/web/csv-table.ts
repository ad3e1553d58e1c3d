import { parse } from 'csv-parse/sync'
import { countLines } from './lines.ts'

export type TableRow = {
  /** The line of the file on which it ends, from 1. */
  line: number
  /** By the head of its column, in small letters; '' where the row is shorter than the heads. */
  cells: Readonly<Record<string, string>>
  /** Cells with something in them beyond the last column: what stands before them may be in the wrong one. */
  beyond: number
}

export type Table = { heads: string[]; rows: TableRow[] }

type Parsed = { record: string[]; info: { lines: number } }

/** More than a form's megabyte has of rows that say something; reading them would keep everyone else waiting. */
export const mostRows = 50_000

/**
 * The rows of a file as a spreadsheet saves it: separated by whichever of `separators` its first line has most of, the
 * first of them where there is none; with or without a byte order mark; blank rows passed over. Throws RangeError for
 * more than `mostRows` lines (those are not counted that are blank to the end, as spreadsheets leave them), and CsvError
 * where a quotation mark is opened and not closed, or stands inside a cell that is not quoted.
 */
export function readTable(whole: string, separators: readonly string[]): Table {
  const text = whole.slice(0, endOfRows(whole))
  if (countLines(text) > mostRows) throw new RangeError('Too many rows')
  const header = text.slice(0, text.search(/[\r\n]|$/))
  const count = (separator: string) => header.split(separator).length
  const delimiter = separators.reduce((best, other) => (count(other) > count(best) ? other : best))
  const parsed = parse(text, {
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_records_with_empty_values: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  }) as unknown as Parsed[]
  const heads = (parsed.shift()?.record ?? []).map((name) => name.trim().toLowerCase())
  while (heads.at(-1) === '') heads.pop()
  const rows = parsed.map(({ record, info }) => ({
    line: info.lines,
    cells: Object.fromEntries(heads.map((head, at) => [head, record[at] ?? ''])),
    beyond: record.slice(heads.length).filter((cell) => cell.trim() !== '').length,
  }))
  return { heads, rows }
}

/** Heads of known columns that are there more than once. */
export function headsTwice(heads: readonly string[], known: readonly string[]): string[] {
  return known.filter((name) => heads.indexOf(name) !== heads.lastIndexOf(name))
}

/** Where blank rows begin that go on to the end. */
function endOfRows(text: string): number {
  let end = text.length
  while (end > 0 && /[\s,;]/.test(text[end - 1]!)) end--
  return end
}
