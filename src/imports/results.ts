import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { FileName } from './file-list.ts'
import type { OpenFile } from './open-file.ts'
import type { Reason } from './reasons.ts'
import type { Loader } from './stage.ts'

export const resultKinds = ['added', 'changed', 'unchanged', 'kept', 'refused'] as const
type ResultKind = (typeof resultKinds)[number]

export type RowResult = {
  file: FileName
  line: number
  key: string
  result: ResultKind
  /** Fields that were changed here and stay. */
  kept: string[]
  /** Why it is refused. */
  reasons: Reason[]
}

export type FileResult = Pick<OpenFile, 'name' | 'encoding' | 'separator'> & {
  rows: number
  counts: Record<ResultKind, number>
  /** The first refused rows, enough for a screen. */
  refused: RowResult[]
}

export type RowSink = { begin(): void | Promise<void>; rows(rows: RowResult[]): void | Promise<void> }

const shown = 50
const batchSize = 2000

/** What became of each row of a settled file. */
export async function readResult(
  tx: Db,
  { name, table }: Loader,
  { encoding, separator }: OpenFile,
  rows: number,
  sink?: RowSink,
): Promise<FileResult> {
  await tx.execute(sql`update ${sql.identifier(table)} set result = 'refused' where reasons <> '[]'`)
  const counts = { added: 0, changed: 0, unchanged: 0, kept: 0, refused: 0 }
  const counted = await tx.execute<{ result: ResultKind; count: number }>(sql`
    select result, count(*)::integer as count from ${sql.identifier(table)} group by result`)
  for (const { result, count } of counted) counts[result] = count
  const refused = await listRows(tx, { name, table }, sql`result = 'refused'`, shown)
  if (sink) await tellRows(tx, { name, table }, sink)
  return { name, encoding, separator, rows, counts, refused }
}

type Table = Pick<Loader, 'name' | 'table'>

async function tellRows(tx: Db, table: Table, sink: RowSink): Promise<void> {
  for (let line = 0; ; ) {
    const rows = await listRows(tx, table, sql`line > ${line}`, batchSize)
    await sink.rows(rows)
    if (rows.length < batchSize) return
    line = rows.at(-1)!.line
  }
}

async function listRows(tx: Db, { name, table }: Table, where: ReturnType<typeof sql>, limit: number) {
  const rows = await tx.execute<Omit<RowResult, 'file'>>(sql`
    select line, key, result, kept, reasons from ${sql.identifier(table)} where ${where} order by line limit ${limit}`)
  return rows.map((row) => ({ ...row, file: name }))
}
