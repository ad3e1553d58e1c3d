import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../src/db.ts'
import { type FileName, fileList } from '../../src/imports/file-list.ts'
import { type LoadOptions, type LoadResult, loadFolder } from '../../src/imports/load.ts'
import { Unreadable } from '../../src/imports/reasons.ts'
import type { RowResult } from '../../src/imports/results.ts'
import { sayReason } from '../../src/imports/say-reason.ts'
import { summarizeUnreadable } from '../../src/imports/summary.ts'
import { translator } from '../../src/web/i18n.ts'

export type Folder = { path: string } & AsyncDisposable

/** A folder with these files, gone at the end of the block that awaits it with `await using`. */
export async function folderOf(files: Record<string, string | Buffer>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'guichet-files-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

type Values = Record<string, string | number>

/** A publisher's file of these rows; a column that a row leaves out is empty. */
export function csv(name: FileName, rows: Values[], separator = ','): string {
  const columns = fileList[name]
  const quoted = (value: string | number = '') =>
    /[",;\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)
  const lines = rows.map((row) => columns.map((column) => quoted(row[column])).join(separator))
  return `${[columns.join(separator), ...lines].join('\n')}\n`
}

export const product = (values: Values = {}): Values => ({
  part_number: 'BASE-F',
  name: 'Base',
  family: 'Forma',
  daemon: 'opend',
  port: 7788,
  license_type: 'floating',
  features: 'BASE:12.0',
  ...values,
})

export const customer = (values: Values = {}): Values => ({
  customer_number: 'C1',
  name: 'Brasseries Lemaire SA',
  address_line1: '12 quai de la Fosse',
  city: 'Nantes',
  country: 'FR',
  language: 'fr',
  ...values,
})

export const contact = (values: Values = {}): Values => ({
  customer_number: 'C1',
  email: 'ada@lemaire.example',
  name: 'Ada Perrin',
  ...values,
})

export const orderLine = (values: Values = {}): Values => ({
  sales_order_number: 'SO-1',
  line: 1,
  customer_number: 'C1',
  order_date: '2026-01-05',
  part_number: 'BASE-F',
  quantity: 10,
  term: 'perpetual',
  starts_on: '2026-01-10',
  release: '12.0',
  ...values,
})

export const host = (values: Values = {}): Values => ({
  customer_number: 'C1',
  host_name: 'CAD-01',
  host_ids: '00-1A-2B-3C-4D-01',
  server_names: 'cad-01',
  ...values,
})

export const placement = (values: Values = {}): Values => ({
  customer_number: 'C1',
  host_name: 'CAD-01',
  sales_order_number: 'SO-1',
  line: 1,
  quantity: 4,
  ...values,
})

export const makers = {
  'products.csv': product,
  'customers.csv': customer,
  'contacts.csv': contact,
  'orders.csv': orderLine,
  'hosts.csv': host,
  'placements.csv': placement,
}

export type Loaded = LoadResult & {
  rows: RowResult[]
  /** 'orders.csv:2 added', 'orders.csv:3 refused: There is no product X', 'people... kept: name'. */
  said: string[]
}

const t = translator('en')

/** Loads files given as text or rows. */
export async function loadFiles(
  owner: Database,
  files: Partial<Record<FileName, string | Buffer | Values[]>> | Record<string, string>,
  options: Partial<LoadOptions> = {},
): Promise<Loaded> {
  const contents = Object.entries(files).map(([name, content]) => [
    name,
    Array.isArray(content) ? csv(name as FileName, content) : content,
  ])
  await using folder = await folderOf(Object.fromEntries(contents))
  let rows: RowResult[] = []
  const sink = {
    begin: () => {
      rows = []
    },
    rows: (more: RowResult[]) => void rows.push(...more),
  }
  const result = await loadFolder(owner, { folder: folder.path, by: 'test', sink, ...options })
  return { ...result, rows, said: rows.map(say) }
}

function say({ file, line, result, reasons, kept }: RowResult): string {
  const why = reasons.map((reason) => sayReason(t, reason)).join('; ')
  return [`${file}:${line} ${result}${why && `: ${why}`}`, ...kept].join(' ')
}

/** What is said of files that cannot be read, and that is all. */
export async function unreadable(owner: Database, files: Record<string, string | Buffer>): Promise<string[]> {
  try {
    await loadFiles(owner, files as Record<string, string>)
  } catch (error) {
    if (error instanceof Unreadable) return summarizeUnreadable(t, error).slice(0, -1)
    throw error
  }
  throw new Error('The files were read')
}
