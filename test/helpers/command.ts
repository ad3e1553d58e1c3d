import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestDatabase } from './database.ts'

export type Ran = {
  code: number | null
  out: string
  err: string /** Most memory it had, in MiB. */
  peak: number
}

const guichet = new URL('../../src/guichet.ts', import.meta.url).pathname

// Linux counts in maxRSS what the process that started this one had, too: its own is VmHWM.
const tellPeak = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs'
  const own = () => /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]
  process.on('exit', () => {
    const peak = process.platform === 'linux' ? own() : process.resourceUsage().maxRSS
    process.stderr.write('peak=' + peak)
  })`)}`

/** Runs `guichet ...` against the database of the test, as a process of its own. */
export function runGuichet(
  db: TestDatabase,
  args: string[],
  { lang = 'C', onStart }: { lang?: string; onStart?: (child: ChildProcess) => void } = {},
): Promise<Ran> {
  const home = mkdtempSync(join(tmpdir(), 'guichet-home-'))
  const env = {
    PATH: process.env['PATH'],
    LANG: lang,
    GUICHET_HOME: home,
    DATABASE_URL: db.appUrl,
    DATABASE_OWNER_URL: db.ownerUrl,
  }
  const child = spawn(process.execPath, ['--import', tellPeak, guichet, ...args], { env })
  onStart?.(child)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return Promise.all([ended, text(child.stdout), text(child.stderr)]).then(([code, out, said]) => {
    rmSync(home, { recursive: true, force: true })
    const peak = Number(/peak=(\d+)$/.exec(said)?.[1] ?? 0) / 1024
    return { code, out, err: said.replace(/peak=\d+$/, ''), peak }
  })
}
