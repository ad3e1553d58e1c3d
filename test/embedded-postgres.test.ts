import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, type Database } from '../src/db.ts'
import { startEmbedded } from '../src/embedded-postgres.ts'
import { end, makeHome, removeHome, serverPid, startElsewhere } from './helpers/embedded.ts'

// Starts servers, or migrates: a busy machine needs its time.
vi.setConfig({ testTimeout: 60_000 })

const isRoot = process.getuid?.() === 0
const start = (home: string) => startEmbedded({ home, log: () => {}, durable: false })
const ask = async (url: string, text: string) => {
  const database = connect({ url, poolSize: 1 })
  try {
    return await database.sql.unsafe(text)
  } finally {
    await database.close()
  }
}

const answers = (database: Database) =>
  database.ping().then(
    () => true,
    () => false,
  )

let home: string
beforeAll(async () => {
  home = await makeHome()
})
afterAll(() => removeHome(home))

describe('the embedded Postgres', () => {
  test('starts on an empty folder, keeps what is stored, and stops', async () => {
    const first = await start(home)
    await ask(first.ownerUrl, 'create table kept (n int); insert into kept values (7)')
    const pid = await serverPid(home)
    await first.stop()
    expect(() => process.kill(pid, 0)).toThrow()
    const second = await start(home)
    expect(await ask(second.ownerUrl, 'select n from kept')).toEqual([{ n: 7 }])
    expect(second.ownerUrl).toBe(first.ownerUrl)
    await second.stop()
  })

  test('sorts and compares alike on every machine, and is durable unless told otherwise', async () => {
    const other = await makeHome()
    const { adminUrl, stop } = await startEmbedded({ home: other, log: () => {} })
    const settings = `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit, current_setting('autovacuum') as autovacuum,
      (select datlocprovider::text from pg_database where datname = 'guichet') as locale, 'É' ilike 'é' as folds`
    expect(await ask(adminUrl, settings)).toEqual([
      { encoding: 'UTF8', fsync: 'on', commit: 'on', autovacuum: 'on', locale: 'b', folds: true },
    ])
    await stop()
    await removeHome(other)
  })

  test('gives the application a role that owns nothing and is bound by row-level security', async () => {
    const { appUrl, ownerUrl, stop } = await start(home)
    const roles = await ask(
      ownerUrl,
      `select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname like 'guichet%' order by 1`,
    )
    const plain = { rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false }
    expect(roles).toEqual([
      { rolname: 'guichet_app', ...plain },
      { rolname: 'guichet_owner', ...plain },
    ])
    await expect(ask(appUrl, 'create table mine (n int)')).rejects.toThrow('permission denied')
    await stop()
  })

  test('keeps its passwords from others, and wants them', async () => {
    const { appUrl, stop } = await start(home)
    expect((await stat(join(home, 'postgres-passwords.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(home, 'postgres'))).mode & 0o777).toBe(0o700)
    const wrong = new URL(appUrl)
    wrong.password = 'guess'
    await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    await stop()
  })

  test('takes another port when its own is taken', async () => {
    const before = await start(home)
    await before.stop()
    const taken = createServer().listen(Number(new URL(before.appUrl).port), '127.0.0.1')
    const after = await start(home)
    expect(new URL(after.appUrl).port).not.toBe(new URL(before.appUrl).port)
    expect(await ask(after.appUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    await after.stop()
    taken.close()
  })

  test('is started again when it dies', async () => {
    const { appUrl, stop } = await start(home)
    const database = connect({ url: appUrl, poolSize: 1 })
    await database.ping()
    const killed = await serverPid(home)
    process.kill(killed, 'SIGKILL')
    const began = performance.now()
    const state = async () =>
      (await serverPid(home).catch(() => killed)) !== killed && (await answers(database))
    await expect.poll(state, { timeout: 10_000 }).toBe(true)
    expect(performance.now() - began).toBeLessThan(5000)
    await database.close()
    await stop()
  })
})

describe('a process that was killed', () => {
  test('leaves a server, which the next start replaces', async () => {
    const killed = await startElsewhere(home)
    const orphan = await serverPid(home)
    await end(killed, 'SIGKILL')
    expect(process.kill(orphan, 0)).toBe(true)
    const { appUrl, stop } = await start(home)
    expect(await serverPid(home)).not.toBe(orphan)
    expect(await ask(appUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    await stop()
  })

  test('in the middle of the first start leaves nothing that stands in the way', async () => {
    const other = await makeHome()
    await mkdir(join(other, 'postgres.new'))
    await writeFile(join(other, 'guichet.pid'), '1 long ago')
    const { appUrl, stop } = await start(other)
    expect(await ask(appUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    await stop()
    await removeHome(other)
  })
})

describe('it says in words what is wrong', () => {
  test('when two start at once on one folder: one starts, the other is told', async () => {
    const both = await Promise.all([startElsewhere(home), startElsewhere(home)])
    const errors = both.flatMap(({ answer }) => answer.error ?? [])
    expect(errors).toEqual([expect.stringMatching(/in use by another Guichet \(process \d+\)/)])
    await Promise.all(both.map((one) => end(one, 'SIGTERM')))
  })

  test('when the data is of another major version', async () => {
    const other = await makeHome()
    await mkdir(join(other, 'postgres'))
    await writeFile(join(other, 'postgres/PG_VERSION'), '14\n')
    await expect(start(other)).rejects.toThrow(/holds data of Postgres 14; this Guichet brings Postgres 18/)
    await rm(other, { recursive: true })
  })

  test('when the server does not come up: with the end of its log', async () => {
    const other = await makeHome()
    await (await start(other)).stop()
    await rm(join(other, 'postgres/global/pg_control'))
    await expect(start(other)).rejects.toThrow(/did not start: .*pg_control/s)
    await removeHome(other)
  })

  test('when the folder does not exist', async () => {
    await expect(start(join(home, 'nowhere'))).rejects.toThrow(/cannot be written \(ENOENT\).*GUICHET_HOME/)
  })

  test.runIf(isRoot)('as root, when the user of Postgres cannot reach the folder', async () => {
    const closed = await makeHome()
    await chmod(closed, 0o700)
    await mkdir(join(closed, 'data'))
    await expect(start(join(closed, 'data'))).rejects.toThrow(
      new RegExp(`guichet-pg, who may not enter ${closed}\\. Move Guichet .* GUICHET_HOME`),
    )
    await rm(closed, { recursive: true })
  })
})

describe('an ordinary user', () => {
  test.runIf(isRoot)('runs it as themselves', async () => {
    const other = await makeHome()
    const nobody = { uid: 65534, gid: 65534 }
    await chown(other, nobody.uid, nobody.gid)
    const started = await startElsewhere(other, nobody)
    expect(started.answer).toEqual({ url: expect.any(String) })
    expect((await stat(join(other, 'postgres'))).uid).toBe(nobody.uid)
    expect(await readFile(join(other, 'postgres.log'), 'utf8')).toContain('ready to accept connections')
    await end(started, 'SIGTERM')
    await removeHome(other)
  })

  test.runIf(isRoot)('is told when the folder is not theirs to write', async () => {
    const { answer } = await startElsewhere(home, { uid: 65534, gid: 65534 })
    expect(answer.error).toMatch(/cannot be written \(EACCES\)/)
  })
})
