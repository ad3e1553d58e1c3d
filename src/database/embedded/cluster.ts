import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import type { RunAs } from './user.ts'

export type Cluster = { data: string; logFile: string; binaries: Binaries; user: RunAs }

const run = promisify(execFile)
const logLimit = 10_000_000

/** Makes a new data folder, whole or not at all. Sorting and character types are the same on every machine. */
export async function initialise({ data, binaries, user }: Cluster, adminPassword: string): Promise<void> {
  const draft = `${data}.new`
  const passwordFile = `${data}.password`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  writeFileSync(passwordFile, adminPassword, { mode: 0o600 })
  for (const path of [draft, passwordFile]) if (user.uid !== undefined) chownSync(path, user.uid, user.gid!)
  const working = run(
    binaries.initdb,
    [
      ...['--pgdata', draft, '--username', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...[
        '--encoding',
        'UTF8',
        '--locale-provider',
        'builtin',
        '--builtin-locale',
        'C.UTF-8',
        '--locale',
        'C',
      ],
      // The files go to the disk later, see flush().
      ...['--no-instructions', '--no-sync'],
    ],
    { ...user, cwd: '/', env: {} },
  )
  const end = () => working.child.kill()
  process.once('exit', end)
  try {
    await working
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    // In a container that runs under a bare number.
    const hint = /could not look up effective user ID/.test(stderr ?? '')
      ? ' Postgres asks for a user with a name: run Guichet as one that is in /etc/passwd, or set DATABASE_URL.'
      : ''
    throw new Error(`The embedded Postgres cannot be set up: ${(stderr || message).trim()}${hint}`)
  } finally {
    process.off('exit', end)
    rmSync(passwordFile, { force: true })
  }
  renameSync(draft, data)
}

/** Has a new data folder written to the disk beside the running server: on a slow disk that takes many seconds. */
export function flush({ data, binaries, user }: Cluster): void {
  const options = { ...user, cwd: data, env: {}, stdio: 'ignore', detached: true } as const
  const child = spawn(binaries.initdb, ['--pgdata', data, '--sync-only'], options)
  child.on('error', () => {})
  child.unref()
}

/** Starts the server and resolves when it answers; throws with the end of its log when it does not come up. */
export async function launch(
  cluster: Cluster,
  port: number,
  { durable, meanwhile }: { durable: boolean; meanwhile?: () => void },
): Promise<ChildProcess> {
  const { data, logFile, binaries, user } = cluster
  const log = openLog(logFile)
  const began = statSync(logFile).size
  const server = spawn(binaries.postgres, ['-D', data, ...settings(port, durable)], {
    ...user,
    cwd: data,
    env: {},
    // A Ctrl-C goes to the whole group: the server must not stop before the application has finished.
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let failed: string | undefined
  server.on('error', ({ message }) => {
    failed = message
  })
  meanwhile?.()
  while (!isReady(data, server.pid)) {
    if (failed !== undefined || server.exitCode !== null || server.signalCode !== null) {
      throw new Error(
        `The embedded Postgres did not start: ${failed ?? readFileSync(logFile, 'utf8').slice(began)}`,
      )
    }
    await sleep(10)
  }
  server.unref()
  return server
}

/** Asks the server to end its sessions and stop; less politely when it has not after ten seconds. */
export async function stopServer(pid: number): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGINT', 10],
    ['SIGQUIT', 5],
  ] as const) {
    send(pid, signal)
    // It may have been frozen.
    send(pid, 'SIGCONT')
    for (let i = 0; i < seconds * 100; i++) {
      if (!send(pid, 0)) return
      await sleep(10)
    }
  }
  throw new Error(`The embedded Postgres (process ${pid}) does not stop: end it, and start again.`)
}

/** The process of a server that still runs on this data folder, its application having been killed. */
export function findOrphan(data: string): number | undefined {
  const pid = Number(readPidFile(data)[0])
  return pid > 0 && send(pid, 0) && worksIn(pid, data) ? pid : undefined
}

/** `port` where it is free, else one that is. */
export function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', () => (port === 0 ? reject(new Error('no free port')) : resolve(freePort(0))))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as { port: number }
      server.close(() => resolve(address.port))
    })
  })
}

function settings(port: number, durable: boolean): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 60,
    shared_buffers: '64MB',
    huge_pages: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_checkpoints: 'off',
    // Plans of short statements: compiling them takes longer than running them.
    jit: 'off',
    // After a kill: one call instead of opening each of a thousand files, which takes seconds while nobody is answered.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    ...(durable
      ? {}
      : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: 200 }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > logLimit) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o640)
}

// The eighth line says what state the server of the first line is in.
function isReady(data: string, pid: number | undefined): boolean {
  const lines = readPidFile(data)
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
}

function readPidFile(data: string): string[] {
  const file = join(data, 'postmaster.pid')
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

// A process of that number need not be the server: the file may be from before a restart of the machine.
function worksIn(pid: number, data: string): boolean {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data)
    } catch {
      return false
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' }).stdout.includes(data)
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
