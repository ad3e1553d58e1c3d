import type { Translate } from '../web/i18n.ts'
import type { LoadResult } from './load.ts'
import type { Unreadable } from './reasons.ts'
import { type FileResult, resultKinds } from './results.ts'
import { sayReason } from './say-reason.ts'

/** What a load did, in lines of text: the counts of each file, its refused rows, and whether it is stored. */
export function summarize(t: Translate, { files, missing, ignored, outcome }: LoadResult): string[] {
  const width = Math.max(...files.map(({ name }) => name.length))
  const refused = files.reduce((sum, { counts }) => sum + counts.refused, 0)
  return [
    ...files.flatMap((file) => summarizeFile(t, file, width)),
    ...(missing.length > 0 ? [t('imports.missingFiles', { names: missing.join(', ') })] : []),
    ...(ignored.length > 0 ? [t('imports.ignored', { names: ignored.join(', ') })] : []),
    ending(t, outcome, refused),
  ]
}

function summarizeFile(
  t: Translate,
  { name, rows, counts, encoding, refused }: FileResult,
  width: number,
): string[] {
  const parts = resultKinds.filter((kind) => counts[kind] > 0)
  const said = parts.map((kind) => t(`imports.${kind}`, { count: counts[kind] }))
  const notes = encoding === 'windows-1252' ? [t('imports.windows1252')] : []
  const lines = refused.map(
    ({ line, key, reasons }) =>
      `  ${name}:${line}: ${key}: ${reasons.map((reason) => sayReason(t, reason)).join('; ')}`,
  )
  const left = counts.refused - refused.length
  return [
    `${name.padEnd(width)}  ${[t('imports.rows', { count: rows }), ...said, ...notes].join(', ')}`,
    ...lines,
    ...(left > 0 ? [`  ${t('imports.more', { count: left })}`] : []),
  ]
}

function ending(t: Translate, outcome: LoadResult['outcome'], refused: number): string {
  if (outcome === 'refused') return t('imports.nothingStored', { count: refused })
  if (outcome === 'tried') return t('imports.tried')
  return refused > 0 ? t('imports.storedBut', { count: refused }) : t('imports.stored')
}

/** What is wrong with the files as such. */
export function summarizeUnreadable(t: Translate, { problems }: Unreadable): string[] {
  const said = problems.map(
    ({ file, line, ...reason }) => `${file}${line === undefined ? '' : `:${line}`}: ${sayReason(t, reason)}`,
  )
  return [...said, t('imports.unreadableEnd')]
}
