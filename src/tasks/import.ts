import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import type { Database, Db } from '../db.ts'
import { type LoadOptions, loadFolder } from '../imports/load.ts'
import { Unreadable } from '../imports/reasons.ts'
import { openReport } from '../imports/report-file.ts'
import type { FileResult } from '../imports/results.ts'
import { showProgress } from '../imports/show-progress.ts'
import { summarize, summarizeUnreadable } from '../imports/summary.ts'
import { preferredLocale, type Translate, translator } from '../web/i18n.ts'
import { recordCommand } from './record-command.ts'
import { withDatabase } from './with-database.ts'

type Asked = { folder: string; dryRun: boolean; skipRefused: boolean; report: string | undefined }

/**
 * `guichet import FOLDER [--dry-run] [--skip-refused] [--report FILE]`. Exit codes: 0 as asked, 1 rows were refused
 * and nothing was stored, 2 wrong usage or files that cannot be read.
 */
export async function run(args: string[]): Promise<number> {
  const t = translator(preferredLocale(Intl.DateTimeFormat().resolvedOptions().locale))
  const asked = readArguments(args)
  if (!asked) {
    process.stderr.write(`${t('imports.usage')}\n`)
    return 2
  }
  return withDatabase(({ owner }) => load(owner, asked, t))
}

function readArguments(args: string[]): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        'skip-refused': { type: 'boolean', default: false },
        report: { type: 'string' },
      },
    })
    const [folder, ...rest] = positionals
    if (!folder || rest.length > 0) return undefined
    return { folder, dryRun: values['dry-run'], skipRefused: values['skip-refused'], report: values.report }
  } catch {
    return undefined
  }
}

// Rows are garbage as soon as they are sent: with room for new objects that does not grow, a load of any size stays
// near 200 MB, where the collector would otherwise wait until there are 300.
function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** What was loaded, and how many rows became what. The folder may bear somebody's name: that can be erased. */
async function record(
  tx: Db,
  { id, folder, files }: { id: string; folder: string; files: FileResult[] },
): Promise<void> {
  await recordCommand(tx, {
    verb: 'import.done',
    objectKind: 'import',
    objectId: id,
    details: { files: files.map(({ name, rows, counts }) => ({ name, rows, ...counts })) },
    particulars: { folder: resolve(folder) },
  })
}

async function load(owner: Database, { report, ...asked }: Asked, t: Translate): Promise<number> {
  keepMemorySmall()
  const sink = report === undefined ? undefined : await openReport(report, t)
  const progress = process.stderr.isTTY ? showProgress(process.stderr, t) : undefined
  const options: LoadOptions = {
    ...asked,
    by: 'guichet import',
    also: (tx, { id, files }) => record(tx, { id, folder: asked.folder, files }),
    ...(sink && { sink }),
    ...(progress && { progress }),
  }
  try {
    const result = await loadFolder(owner, options)
    progress?.clear()
    process.stdout.write(`${summarize(t, result).join('\n')}\n`)
    return result.outcome === 'refused' ? 1 : 0
  } catch (error) {
    progress?.clear()
    if (!(error instanceof Unreadable)) throw error
    process.stderr.write(`${summarizeUnreadable(t, error).join('\n')}\n`)
    return 2
  } finally {
    await sink?.close()
  }
}
