import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { Invalid } from '../../errors.ts'
import { original } from '../../web/csv.ts'
import { type Column, columns, needed } from './columns.ts'

/** A row of the file: the line it ends on, its cells, and the row as CSV in the order of the columns. */
export type FileRow = { line: number; cells: Record<Column, string>; text: string }

/** Longer than any cell of ours. */
const longestCell = 300

type Parsed = { record: Record<string, string>; info: { lines: number } }

/**
 * The rows of a file of placements as a spreadsheet saves it: separated by `;`, `,` or tab, with a header line, blank
 * rows passed over. Throws Invalid where it is no such file.
 */
export function readFile(text: string): FileRow[] {
  const header = text.slice(0, text.search(/[\r\n]|$/))
  const delimiter = separatorOf(header)
  const names = header.split(delimiter).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  )
  if (needed.some((column) => !names.includes(column)))
    throw new Invalid([{ field: 'file', key: 'bulk.file.columns', params: { columns: columns.join(', ') } }])
  return parseRows(text, delimiter)
    .map(({ record, info }) => {
      const cells = Object.fromEntries(
        columns.map((column) => [column, original(record[column]).slice(0, longestCell)]),
      ) as Record<Column, string>
      return { line: info.lines, cells, text: stringify([columns.map((column) => cells[column])]).trim() }
    })
    .filter(({ cells }) => columns.some((column) => cells[column] !== ''))
}

function separatorOf(header: string): string {
  const count = (separator: string) => header.split(separator).length
  return [';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best), ',')
}

function parseRows(text: string, delimiter: string): Parsed[] {
  try {
    return parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
    }) as unknown as Parsed[]
  } catch {
    throw new Invalid([{ field: 'file', key: 'bulk.file.unreadable' }])
  }
}

/** A whole number from 0 that the database takes, blanks between digits as people write them; else undefined. */
export function readAmount(cell: string): number | undefined {
  const digits = cell.replace(/\s/g, '')
  const read = /^\d{1,10}$/.test(digits) ? Number(digits) : Number.NaN
  return read <= 2_147_483_647 ? read : undefined
}
