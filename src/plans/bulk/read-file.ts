import { stringify } from 'csv-stringify/sync'
import { Invalid } from '../../errors.ts'
import { asText, textOf } from '../../web/csv.ts'
import { headsTwice, mostRows, readTable, type Table } from '../../web/csv-table.ts'
import { plainDigits } from '../../web/digits.ts'
import { type Column, columns, needed } from './columns.ts'
import { restored } from './kept.ts'

/** A row of the file, and itself as CSV in the order of the columns. */
export type FileRow = {
  /** The line it ends on. */
  line: number
  cells: Record<Column, string>
  /** The order's number is written as text: every zero of it counts. */
  isExact: boolean
  /** Cells with something in them beyond the last column. */
  beyond: number
  text: string
}

/** Longer than any cell of ours. */
const longestCell = 300

/**
 * The rows of a file of placements as a spreadsheet saves it: separated by `,`, `;` or tab, with a header line, blank
 * rows passed over. Throws Invalid where it is no such file.
 */
export function readFile(text: string): FileRow[] {
  const { heads, rows } = tableOf(text)
  if (needed.some((column) => !heads.includes(column))) refuse('columns', columns)
  const twice = headsTwice(heads, columns)
  if (twice.length > 0) refuse('columnTwice', twice)
  return rows
    .map(({ line, beyond, cells: given }) => {
      const typed = Object.fromEntries(
        columns.map((column) => [column, restored(given[column]).slice(0, longestCell)]),
      ) as Record<Column, string>
      const exact = textOf((given['order'] ?? '').trim())
      const cells = { ...typed, order: exact ?? typed.order }
      const shown = { ...cells, order: exact === undefined ? cells.order : asText(exact) }
      const text = stringify([columns.map((column) => shown[column])]).trim()
      return { line, beyond, text, isExact: exact !== undefined, cells }
    })
    .filter(({ cells, beyond }) => beyond > 0 || columns.some((column) => cells[column] !== ''))
}

function tableOf(text: string): Table {
  try {
    return readTable(text, [',', ';', '\t'])
  } catch (error) {
    return refuse(error instanceof RangeError ? 'tooManyRows' : 'unreadable')
  }
}

function refuse(name: string, named: readonly string[] = []): never {
  throw new Invalid([
    {
      field: 'file',
      key: `bulk.file.${name}`,
      params: { columns: named.join(', '), count: named.length, most: mostRows },
    },
  ])
}

/** A whole number from 0 that the database takes, blanks between digits as people write them; else undefined. */
export function readAmount(cell: string): number | undefined {
  const digits = plainDigits(cell).replace(/[\s'’]/g, '')
  const read = /^\d{1,10}$/.test(digits) ? Number(digits) : Number.NaN
  return read <= 2_147_483_647 ? read : undefined
}
