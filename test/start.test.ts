import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { newId } from '../src/ids.ts'
import { createKey } from '../src/packs/keys.ts'
import { customers, hosts, packs } from '../src/schema.ts'
import { type TestDatabase, testDatabase } from './helpers/database.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const server = fileURLToPath(new URL('../src/server.ts', import.meta.url))
const folders: string[] = []
let db: TestDatabase

beforeAll(async () => {
  db = await testDatabase()
})
afterAll(async () => {
  await db.drop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'guichet-start-'))
  chmodSync(home, 0o755)
  folders.push(home)
  return home
}

type Run = { child: ChildProcess; output: () => string; ended: Promise<number | null> }

function start(env: Record<string, string>, command = [process.execPath, server]): Run {
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: { PATH: process.env.PATH, GUICHET_HOME: newHome(), PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: command[0] === 'npm',
  })
  let text = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (text += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return { child, output: () => text, ended }
}

const onTestDatabase = () => ({ DATABASE_URL: db.appUrl, DATABASE_OWNER_URL: db.ownerUrl })

/** Resolves to the address once the start message is out. */
async function opened(run: Run, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const look = () => run.output().includes('Guichet is open') && resolve()
    run.child.stdout!.on('data', look)
    run.ended.then(() => reject(new Error(`It ended: ${run.output()}`)))
    look()
  })
  return `http://127.0.0.1:${port}`
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

async function refusal(env: Record<string, string>): Promise<string> {
  const run = start(env)
  expect(await run.ended).toBe(1)
  expect(run.output()).toContain('Guichet cannot start.')
  expect(run.output()).not.toMatch(/^\s+at /m)
  return run.output()
}

describe('a start that cannot be says why and what to do', () => {
  test('port taken', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    )
    expect(await refusal({ ...onTestDatabase(), PORT: String(port) })).toMatch(
      new RegExp(`Port ${port} on 127.0.0.1 is taken.*PORT=3001 npm start`),
    )
    other.close()
  })

  test('settings that are none', async () => {
    expect(await refusal({ PORT: '99999' })).toContain(
      'PORT is "99999": it takes a whole number from 0 to 65535.',
    )
    expect(await refusal({ GUICHET_DEMO: 'maybe' })).toContain('it takes one of on, off, public')
    expect(await refusal({ DATABASE_URL: 'mysql://x' })).toContain('DATABASE_URL is not a Postgres address')
    expect(await refusal({ GUICHET_SECRET: 'short' })).toContain('32 characters or more')
    for (const proxies of ['everyone', '127.0.0.1, 10.0.0.0/40', '*', '::1,']) {
      expect(await refusal({ GUICHET_TRUST_PROXY: proxies })).toContain(
        `GUICHET_TRUST_PROXY is "${proxies}": it takes IP addresses or networks`,
      )
    }
  })

  test('a name of HOST that is not known is not said to be the database’s', async () => {
    for (const host of ['[::1]', 'guichet.invalid']) {
      expect(await refusal({ ...onTestDatabase(), HOST: host })).toContain(`HOST is "${host}"`)
    }
  })

  test('a demonstration that others could reach', async () => {
    const words = await refusal({ HOST: '0.0.0.0' })
    expect(words).toContain('known passwords')
    expect(words).toContain('GUICHET_DEMO=public')
  })

  test('database not there', async () => {
    const port = await freePort()
    expect(await refusal({ DATABASE_URL: `postgres://a:b@127.0.0.1:${port}/c` })).toContain(
      `No database answers at 127.0.0.1:${port}`,
    )
  })

  test('something else than a database', async () => {
    const other = createServer((socket) => socket.end('220 mail\r\n'))
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    )
    expect(await refusal({ DATABASE_URL: `postgres://a:b@127.0.0.1:${port}/c` })).toMatch(
      /closed the connection \(.*\)\. Check that it is a Postgres/,
    )
    other.close()
  })

  test('wrong password of the database', async () => {
    const wrong = new URL(db.ownerUrl)
    wrong.password = 'wrong'
    expect(await refusal({ DATABASE_URL: wrong.href })).toContain('refuses the user or the password')
  })

  test('no such database', async () => {
    const missing = new URL(inject('cluster').owner)
    missing.pathname = '/not_there'
    expect(await refusal({ DATABASE_URL: missing.href })).toContain('is not there')
  })

  test('a home folder that cannot be made', async () => {
    const file = join(newHome(), 'file')
    writeFileSync(file, '')
    for (const home of [file, join(file, 'home')])
      expect(await refusal({ ...onTestDatabase(), GUICHET_HOME: home })).toMatch(
        /cannot be made: there is a file of that name.*GUICHET_HOME/,
      )
  })

  test('a secret or a pack key that others can read', async () => {
    const home = newHome()
    mkdirSync(join(home, 'keys'))
    const secret = join(home, 'keys', 'secret')
    writeFileSync(secret, 'x'.repeat(64), { mode: 0o644 })
    expect(await refusal({ ...onTestDatabase(), GUICHET_HOME: home })).toContain(`chmod 600 ${secret}`)
    chmodSync(secret, 0o600)
    writeFileSync(secret, '')
    expect(await refusal({ ...onTestDatabase(), GUICHET_HOME: home })).toContain('holds no whole secret')
    rmSync(secret)
    const run = start({ ...onTestDatabase(), GUICHET_HOME: home, PORT: String(await freePort()) })
    await opened(run, 0)
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    const [key] = readdirSync(join(home, 'keys', 'packs'))
    chmodSync(join(home, 'keys', 'packs', key!), 0o644)
    expect(await refusal({ ...onTestDatabase(), GUICHET_HOME: home })).toMatch(
      /can be read by other users.*chmod 600/s,
    )
  })

  test('no key that signs packs', async () => {
    const home = newHome()
    retire(createKey(join(home, 'keys', 'packs')), home, 'retired')
    expect(await refusal({ ...onTestDatabase(), GUICHET_HOME: home })).toContain('guichet keys create')
  })
})

/** Sets what became of a key in its file, as an operator does. */
function retire({ kid }: { kid: string }, home: string, status: string): void {
  const file = join(home, 'keys', 'packs', `${kid}.json`)
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), status }))
}

describe('a start on a database of one’s own', () => {
  test('packs of a key that others may have are to be renewed, and no others', async () => {
    const home = newHome()
    const [lost, kept] = [createKey(join(home, 'keys', 'packs')), createKey(join(home, 'keys', 'packs'))]
    retire(lost, home, 'compromised')
    const customerId = newId()
    await db.owner.transaction(async (tx) => {
      await tx.insert(customers).values({ id: customerId, customerNumber: 'K1', name: 'Keys' })
      for (const [label, { kid }] of Object.entries({ LOST: lost, KEPT: kept })) {
        const id = newId()
        await tx.insert(hosts).values({
          customerId,
          id,
          label,
          kind: 'single',
          status: 'active',
          packIssue: 1,
          isPackCurrent: true,
        })
        await tx.insert(packs).values({ customerId, hostId: id, issue: 1, text: '', digest: '', keyId: kid })
      }
    })
    const port = await freePort()
    const run = start({ ...onTestDatabase(), GUICHET_HOME: home, PORT: String(port) })
    await opened(run, port)
    const found = await db.owner.transaction((tx) => tx.select().from(hosts).orderBy(hosts.label))
    expect(found.map(({ label, isPackCurrent }) => [label, isPackCurrent])).toEqual([
      ['KEPT', true],
      ['LOST', false],
    ])
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
  })

  test('says what is lost with one URL, has no demonstration and no known password', async () => {
    const port = await freePort()
    const run = start({ DATABASE_URL: db.ownerUrl, PORT: String(port) })
    const base = await opened(run, port)
    expect(run.output()).toContain('row-level security and append-only')
    expect(run.output()).not.toContain('guichet-demo')
    const page = await (await fetch(`${base}/sign-in`)).text()
    expect(page).not.toContain('guichet-demo')
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
  })

  test('names the settings that are none, and links that would lead nowhere', async () => {
    const port = await freePort()
    const run = start({
      ...onTestDatabase(),
      HOST: '0.0.0.0',
      PORT: String(port),
      GUICHET_SMPT_URL: 'smtp://ana:secret@mail.example',
      GUICHET_SECRET: '',
    })
    await opened(run, port)
    expect(run.output()).toContain('GUICHET_SMPT_URL has no effect: there is no such setting.')
    expect(run.output()).not.toContain('GUICHET_SECRET')
    expect(run.output()).not.toContain('ana:secret')
    expect(run.output()).toContain(`begin with http://0.0.0.0:${port}, which leads nowhere`)
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
  })

  test('SIGTERM lets what is under way finish and ends within ten seconds, idle connections notwithstanding', async () => {
    const port = await freePort()
    const run = start({ ...onTestDatabase(), PORT: String(port) })
    const base = await opened(run, port)
    await (await fetch(`${base}/sign-in`)).text()
    const began = Date.now()
    const [answer] = await Promise.all([
      fetch(`${base}/sign-in`).then((one) => one.status),
      new Promise((resolve) => setTimeout(resolve, 5)).then(() => run.child.kill('SIGTERM')),
    ])
    expect(answer).toBe(200)
    expect(await run.ended).toBe(0)
    expect(Date.now() - began).toBeLessThan(10_000)
  })
  test('npm start hands SIGTERM on to the server, which closes its database before npm ends', async () => {
    const { home, run } = await startedByNpm()
    run.child.kill('SIGTERM')
    await run.ended
    expect(readdirSync(join(home, 'postgres'))).not.toContain('postmaster.pid')
  })

  test('Ctrl-C under npm start, which the server hears from the terminal and from npm, closes as one signal does', async () => {
    const { home, run } = await startedByNpm()
    // The terminal tells every process of the group.
    process.kill(-run.child.pid!, 'SIGINT')
    await run.ended
    expect(readFileSync(join(home, 'postgres.log'), 'utf8')).toContain('database system is shut down')
    expect(readdirSync(join(home, 'postgres'))).not.toContain('postmaster.pid')
  })
})

/** With the embedded database, which only a server that is heard out closes. */
async function startedByNpm() {
  const home = newHome()
  const run = start({ GUICHET_HOME: home, GUICHET_DEMO: 'off' }, ['npm', 'start'])
  await opened(run, 0)
  return { home, run }
}
