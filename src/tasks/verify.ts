import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type PublicJwks, readJwks } from '../packs/jwks.ts'
import { PACK_LIMIT, type PackCheck, textOfFile, verifyPack } from '../packs/verify.ts'
import { translator } from '../web/i18n.ts'

const t = translator('en')

class Unusable extends Error {}

/**
 * `guichet verify PACK --keys FILE`: checks a license pack with the publisher's public keys, without database
 * and network. Exit status: 0 genuine, 1 not as issued or no pack, 2 not readable, 3 key unknown or compromised,
 * 4 genuine with expired lines.
 */
export async function run(args: string[]): Promise<number> {
  try {
    const { pack, keys, json } = readArguments(args)
    const check = verifyPack(readText(pack), readKeys(keys), { today: today() })
    process.stdout.write(json ? `${JSON.stringify(check, null, 2)}\n` : `${wordsFor(check).join('\n')}\n`)
    return statusOf(check)
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

function readArguments(args: string[]): { pack: string; keys: string; json: boolean } {
  try {
    const options = { keys: { type: 'string' }, json: { type: 'boolean' } } as const
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const [pack, ...more] = positionals
    if (pack && values.keys && more.length === 0)
      return { pack, keys: values.keys, json: values.json ?? false }
  } catch {
    // an option that we do not have: the usage says which there are
  }
  throw new Unusable(t('verify.cli.usage'))
}

function readKeys(file: string): PublicJwks {
  const jwks = readJwks(readText(file))
  if (!jwks) throw new Unusable(t('verify.cli.noKeys', { file }))
  return jwks
}

/** The text of a file, or of standard input for `-`; what is over the limit is cut just after it. */
function readText(file: string): string {
  try {
    return textOfFile(readFileSync(file === '-' ? 0 : file).subarray(0, PACK_LIMIT + 1))
  } catch (error) {
    throw new Unusable(t('verify.cli.unreadable', { file, reason: (error as Error).message }))
  }
}

function statusOf({ verdict, notices }: PackCheck): number {
  if (verdict === 'genuine') return notices.some(({ kind }) => kind === 'expired') ? 4 : 0
  return verdict === 'unknown-key' || verdict === 'compromised-key' ? 3 : 1
}

function wordsFor(check: PackCheck): string[] {
  const { verdict, issue, problems, notices } = check
  return [
    `${t(`verify.verdict.${verdict}`)}.`,
    t(`verify.about.${verdict}`, { issue: issue ?? 0, key: check.keyId ?? 'none', count: problems.length }),
    ...(issue === null
      ? []
      : [
          t('verify.cli.pack', {
            issue,
            customer: check.customerNumber,
            ids: check.host?.ids.join(', '),
            date: check.date,
          }),
        ]),
    ...problems.map(problemWords),
    ...notices.map(({ kind, ...notice }) =>
      t(kind === 'expired' ? 'verify.cli.expired' : 'verify.cli.notYet', notice),
    ),
    ...(verdict === 'genuine' ? [t('verify.cli.current')] : []),
  ]
}

function problemWords({ kind, line, text, expected }: PackCheck['problems'][number]): string {
  const words = t(`verify.problem.${kind}`)
  if (text === '') return t('verify.cli.line', { line, words })
  if (expected === '' || expected === text)
    return t('verify.cli.lineText', { line, words, text: shown(text) })
  return t('verify.cli.lineExpected', { line, words, text: shown(text), expected })
}

/** What a stranger's file says must not steer the terminal. */
function shown(text: string): string {
  return text.slice(0, 300).replace(/[\p{Cc}\p{Cf}]/gu, '?')
}

/** The day on this machine. */
function today(): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' }).format(new Date())
}
