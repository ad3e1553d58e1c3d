import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { Database, Db } from '../db.ts'
import { newId } from '../ids.ts'
import { todayIn } from '../web/format.ts'
import { contactsLoader } from './contacts/loader.ts'
import { customersLoader } from './customers/loader.ts'
import { type FileName, fileNames } from './file-list.ts'
import { hostsLoader } from './hosts/loader.ts'
import { type OpenFile, openFile } from './open-file.ts'
import { ordersLoader } from './orders/loader.ts'
import { placementsLoader } from './placements/loader.ts'
import { productsLoader } from './products/loader.ts'
import { type FileProblem, Unreadable } from './reasons.ts'
import { type FileResult, type RowSink, readResult } from './results.ts'
import { settleFile } from './settle-file.ts'
import { type Context, type Loader, type Progress, stageFile } from './stage.ts'

export type LoadOptions = {
  folder: string
  /** Who loads, for the record. */
  by: string
  /** Do everything, then take it back. */
  dryRun?: boolean
  /** Store what is fine, leave what is refused. */
  skipRefused?: boolean
  progress?: Progress
  /** Told of every row; begins anew where the database makes the load start over. */
  sink?: RowSink
  /** Done in the same transaction, once everything is stored, and only then. */
  also?: (tx: Db, load: { id: string; files: FileResult[] }) => Promise<void>
}

export type LoadResult = {
  /** `tried` after a dry run without refusals; `refused`: nothing was stored. */
  outcome: 'stored' | 'tried' | 'refused'
  files: FileResult[]
  /** Files of the six that are not in the folder. */
  missing: FileName[]
  /** Other names in the folder. */
  ignored: string[]
}

const loaders: Loader[] = [
  productsLoader,
  customersLoader,
  contactsLoader,
  ordersLoader,
  hostsLoader,
  placementsLoader,
]

/** A load may take long; people's acts on the same entitlements wait for it. */
const longestMs = 6 * 3600 * 1000

/**
 * Loads the publisher's files of a folder (domain.md section 9) in one transaction of the owner's role: all of it
 * or nothing, also when the process ends half-way. Throws Unreadable, and Unavailable as every call does.
 */
export async function loadFolder(owner: Database, options: LoadOptions): Promise<LoadResult> {
  const { files, ...found } = await openFolder(options.folder)
  let result: LoadResult | undefined
  try {
    await owner.transaction(
      async (tx) => {
        const load = await loadFiles(tx, files, options)
        result = { ...found, files: load.files, outcome: outcomeOf(load.files, options) }
        if (result.outcome !== 'stored') throw new TakeBack()
        await options.also?.(tx, load)
      },
      { deadlineMs: longestMs },
    )
  } catch (error) {
    if (!(error instanceof TakeBack)) throw error
  }
  return result!
}

/** Ends the transaction without effect. */
class TakeBack extends Error {}

function outcomeOf(files: FileResult[], { dryRun, skipRefused }: LoadOptions): LoadResult['outcome'] {
  const isRefused = files.some(({ counts }) => counts.refused > 0)
  if (isRefused && !skipRefused) return 'refused'
  return dryRun ? 'tried' : 'stored'
}

async function openFolder(folder: string) {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    const key = error.code === 'ENOENT' ? 'imports.noFolder' : 'imports.folderUnreadable'
    throw new Unreadable([{ file: folder, key, params: { code: error.code ?? '' } }])
  })
  const present = fileNames.filter((name) => names.includes(name))
  if (present.length === 0) {
    throw new Unreadable([{ file: folder, key: 'imports.noFiles', params: { names: fileNames.join(', ') } }])
  }
  return {
    files: await openFiles(folder, present),
    missing: fileNames.filter((name) => !present.includes(name)),
    ignored: names.filter((name) => !name.startsWith('.') && !present.includes(name as FileName)).sort(),
  }
}

async function openFiles(folder: string, names: FileName[]): Promise<OpenFile[]> {
  const files: OpenFile[] = []
  const problems: FileProblem[] = []
  for (const name of names) {
    try {
      files.push(await openFile(join(folder, name), name))
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new Unreadable(problems)
  return files
}

async function loadFiles(tx: Db, files: OpenFile[], options: LoadOptions) {
  const { by, progress, sink } = options
  await sink?.begin()
  const context = await readContext(tx)
  const results: FileResult[] = []
  for (const loader of loaders) {
    const file = files.find(({ name }) => name === loader.name)
    if (!file) continue
    const rows = await stageFile(tx, loader, file, context, progress)
    await settleFile(tx, loader, rows, context)
    results.push(await readResult(tx, loader, file, rows, sink))
  }
  const counts = JSON.stringify(Object.fromEntries(results.map(({ name, counts }) => [name, counts])))
  await tx.execute(
    sql`insert into loads (id, by, counts) values (${context.loadId}, ${by}, ${counts}::text::jsonb)`,
  )
  await tx.execute(sql`
    update publisher set history_begins_on = coalesce(history_begins_on, ${context.today}::date) where id = 1`)
  return { id: context.loadId, files: results }
}

/** Locks the publisher's row: of two loads at once the second waits. */
async function readContext(tx: Db): Promise<Context> {
  // What is set for pages does not fit a load. Temporary buffers only before temporary tables were used.
  await tx.execute(sql`
    select set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'auto', true),
      case when pg_my_temp_schema() = 0 then set_config('temp_buffers', '128MB', true) end`)
  await tx.execute(sql`insert into publisher (id) values (1) on conflict do nothing`)
  const [settings] = await tx.execute<Omit<Context, 'loadId' | 'today'>>(sql`
    select time_zone as "timeZone", allow_any_host_id as "allowAnyHostId", host_id_kinds as "hostIdKinds"
    from publisher where id = 1 for no key update`)
  return { ...settings!, loadId: newId(), today: todayIn(settings!.timeZone) }
}
