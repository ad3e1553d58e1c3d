import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Cells } from './cells.ts'
import type { FileName } from './file-list.ts'
import type { OpenFile } from './open-file.ts'
import { type Row, readRows } from './read-rows.ts'
import type { Reason } from './reasons.ts'

/** What a load knows while it runs. */
export type Context = {
  loadId: string
  /** The publisher's day. */
  today: string
  timeZone: string
  allowAnyHostId: boolean
  hostIdKinds: string[]
}

/** How one of the six files is read, checked and stored. */
export type Loader = {
  name: FileName
  /** Temporary table its rows stand in while they are checked. */
  table: string
  /** Columns of that table after those that all have (see `common`). */
  definition: string
  /** The row's own values for those columns; what is wrong goes into `cells.reasons`. */
  read(cells: Cells, context: Context): StagedRow
  /** Checks the rows against each other and the database, stores the fine ones, sets their `result`. */
  settle(tx: Db, context: Context): Promise<void>
}

/** `key` is shown in results; `same` is equal for two rows that speak of the same thing, null where unreadable. */
export type StagedRow = { key: string; same: string | null } & Record<string, unknown>

export type Progress = (file: FileName, rows: number, share: number) => void

const common = `line integer primary key, key text not null, same text, reasons jsonb not null, result text,
  kept text[] not null`
const batchSize = 2000

/** Brings a file's rows into its temporary table, unchecked against each other; gives their number. */
export async function stageFile(
  tx: Db,
  loader: Loader,
  file: OpenFile,
  context: Context,
  progress: Progress = () => {},
): Promise<number> {
  const table = sql.identifier(loader.table)
  await tx.execute(sql`drop table if exists ${table}`)
  await tx.execute(
    sql`create temporary table ${table} (${sql.raw(common)}, ${sql.raw(loader.definition)}) on commit drop`,
  )
  let batch: Record<string, unknown>[] = []
  let count = 0
  const flush = async (bytes: number) => {
    await tx.execute(sql`
      insert into ${table} select * from json_populate_recordset(null::${table}, ${JSON.stringify(batch)}::text::json)`)
    batch = []
    progress(loader.name, count, file.size === 0 ? 1 : bytes / file.size)
  }
  for await (const row of readRows(file)) {
    batch.push(stagedRow(loader, file, row, context))
    count++
    if (batch.length === batchSize) await flush(row.bytes)
  }
  if (batch.length > 0) await flush(file.size)
  await tx.execute(sql`create index on ${table} (same)`)
  await tx.execute(sql`analyze ${table}`)
  return count
}

function stagedRow(loader: Loader, file: OpenFile, { line, cells }: Row, context: Context) {
  const readers = new Cells(file.columns, cells)
  const row = loader.read(readers, context)
  const misfit = shapeReason(file, cells)
  // A row with too few or too many cells has its values in the wrong columns: what they say is of no use.
  return {
    ...row,
    line,
    same: misfit ? null : row.same,
    reasons: misfit ? [misfit] : readers.reasons,
    kept: [],
  }
}

function shapeReason({ columns, separator }: OpenFile, cells: string[]): Reason | null {
  const expected = columns.size
  // Spreadsheets like to end lines in empty cells.
  if (cells.length >= expected && cells.slice(expected).every((cell) => !cell.trim())) return null
  const other = separator === ',' ? ';' : ','
  if (cells.length === 1 && cells[0]!.includes(other)) {
    return { key: 'imports.rowSeparator', params: { separator, other } }
  }
  return { key: 'imports.cells', params: { found: cells.length, expected } }
}
