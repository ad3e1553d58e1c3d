import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrphan, stopServer } from '../../src/database/embedded/cluster.ts'

const script = fileURLToPath(new URL('embedded-process.ts', import.meta.url))

export type Started = { process: ChildProcess; answer: { url?: string; error?: string } }

/** A folder for an embedded Postgres that its user can get into. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'guichet-test-home-'))
  await chmod(home, 0o755)
  return home
}

/** Removes the folder, ending first whatever still runs on it. */
export async function removeHome(home: string): Promise<void> {
  const server = findOrphan(join(home, 'postgres'))
  if (server) await stopServer(server)
  await rm(home, { recursive: true, force: true })
}

/** Starts the embedded Postgres from another process, which may be killed. */
export async function startElsewhere(
  home: string,
  user: { uid?: number; gid?: number } = {},
): Promise<Started> {
  const child = spawn(process.execPath, [script, home], { ...user, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    if (text.includes('\n')) break
  }
  return { process: child, answer: JSON.parse(text) }
}

/** Sends the signal and waits for the end. */
export async function end({ process: child }: Started, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** The process of the server that runs on this folder. */
export async function serverPid(home: string): Promise<number> {
  return Number((await readFile(join(home, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
}
