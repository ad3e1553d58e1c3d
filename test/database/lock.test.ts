import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { takeLock } from '../../src/database/embedded/lock.ts'

let home: string
let file: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'guichet-lock-'))
  file = join(home, 'guichet.pid')
})
afterAll(() => rmSync(home, { recursive: true }))

/** State and start of a process, as Linux tells them. */
function stateOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return [fields[0]!, fields[19]!]
}

test.runIf(process.platform === 'linux')(
  'a process that was killed, and whose end nobody has asked for, holds nothing',
  async () => {
    // The shell becomes a program that does not ask what became of its child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const child = await new Promise<number>((resolve) =>
      parent.stdout!.once('data', (text) => resolve(Number(text))),
    )
    await vi.waitFor(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'), 5000)
    process.kill(child, 'SIGKILL')
    await vi.waitFor(() => expect(stateOf(child)[0]).toBe('Z'), 5000)
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    writeFileSync(file, `${child} ${boot} ${stateOf(child)[1]}`)
    takeLock(file, home)()
    // One that lives does hold it.
    writeFileSync(file, `${parent.pid} ${boot} ${stateOf(parent.pid!)[1]}`)
    expect(() => takeLock(file, home)).toThrow(/in use by another Guichet/)
    parent.kill('SIGKILL')
    // Killed a moment ago: it is waited for, without this process asking what became of it.
    takeLock(file, home)()
  },
)
