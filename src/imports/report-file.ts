import { type FileHandle, open } from 'node:fs/promises'
import { stringify } from 'csv-stringify/sync'
import type { Translate } from '../web/i18n.ts'
import type { RowResult, RowSink } from './results.ts'
import { sayReason } from './say-reason.ts'

/** The result of every row as a CSV file; formulas are made plain text, since it will be opened in a spreadsheet. */
export async function openReport(path: string, t: Translate): Promise<RowSink & { close(): Promise<void> }> {
  const file: FileHandle = await open(path, 'w')
  const write = (rows: string[][]) => file.appendFile(stringify(rows, { escape_formulas: true }))
  return {
    async begin() {
      await file.truncate()
      await write([['file', 'line', 'key', 'result', 'reason']])
    },
    rows: (rows) =>
      write(rows.map((row) => [row.file, String(row.line), row.key, row.result, reasonOf(t, row)])),
    close: () => file.close(),
  }
}

function reasonOf(t: Translate, { reasons, kept }: RowResult): string {
  const said = reasons.map((reason) => sayReason(t, reason))
  if (kept.length > 0) said.push(t('imports.keptFields', { fields: kept.join(', ') }))
  return said.join('; ')
}
