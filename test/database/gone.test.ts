import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, type Database } from '../../src/db.ts'
import { type Embedded, startEmbedded } from '../../src/embedded-postgres.ts'
import { Unavailable } from '../../src/errors.ts'
import { newId } from '../../src/ids.ts'
import { makeHome, removeHome, serverPid } from '../helpers/embedded.ts'

// Starts servers, or migrates: a busy machine needs its time.
vi.setConfig({ testTimeout: 60_000 })

// A server of its own: it is frozen and killed here. Quality: calls end within seconds, the process lives, and the
// pool is back within 5 s of the server.

const deadlineMs = 1000
const customer = newId()
const escaped: unknown[] = []
const note = (error: unknown) => escaped.push(error)

let home: string
let server: Embedded
let database: Database
let admin: Database
let frozen: number[] = []

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note)
  home = await makeHome()
  server = await startEmbedded({ home, log: () => {} })
  // Only a superuser sees everybody's sessions.
  admin = connect({ url: server.adminUrl.replace(/postgres$/, 'guichet'), poolSize: 1 })
  await admin.sql`create table notes (text text)`
  await admin.sql`grant select, insert on notes to public`
  database = connect({ url: server.appUrl, poolSize: 4, deadlineMs })
})
afterAll(async () => {
  thaw()
  await Promise.all([database.close(), admin.close()])
  await server.stop()
  await removeHome(home)
  process.off('uncaughtException', note).off('unhandledRejection', note)
})
afterEach(() => expect(escaped).toEqual([]))

async function freeze(): Promise<void> {
  const backends = await admin.sql`select pid from pg_stat_activity where backend_type = 'client backend'`
  frozen = [await serverPid(home), ...backends.map(({ pid }) => Number(pid))]
  for (const pid of frozen) process.kill(pid, 'SIGSTOP')
}

function thaw(): void {
  for (const pid of frozen.splice(0)) {
    try {
      process.kill(pid, 'SIGCONT')
    } catch {
      // Its connection was given up, and it has ended.
    }
  }
}

const add = (text: string) =>
  database.transaction((tx) => tx.execute(sql`insert into notes values (${text})`))
const stored = async () => (await admin.sql`select text from notes order by 1`).map(({ text }) => text)

/** Every kind of call, several times at once; what each ended in, and how long the longest took. */
async function callAll() {
  const began = performance.now()
  const calls = Array.from({ length: 5 }, () => [
    database.ping(),
    database.db.execute(sql`select 1`),
    database.readCustomer(customer, (tx) => tx.execute(sql`select 1`)),
    database.forCustomer(customer, (tx) => tx.execute(sql`select 1`)),
    database.forPerson(customer, (tx) => tx.execute(sql`select 1`)),
    add('lost'),
  ])
  const ends = await Promise.allSettled(calls.flat())
  const reasons = ends.map((end) => (end.status === 'rejected' ? end.reason : 'done'))
  return { reasons, took: performance.now() - began }
}

/** Resolves to the milliseconds until all connections of the pool work again. */
async function back(): Promise<number> {
  const began = performance.now()
  const all = () =>
    Promise.all(Array.from({ length: 8 }, () => database.db.execute(sql`select pg_sleep(0.02)`)))
  await expect.poll(() => settled(all()), { timeout: 15_000, interval: 50 }).toBe('fulfilled')
  return performance.now() - began
}

describe('a frozen server', () => {
  test('ends every call at its deadline, those that come later too; once thawed the pool is back', async () => {
    await back()
    await freeze()
    for (let round = 0; round < 2; round++) {
      const { reasons, took } = await callAll()
      expect(reasons.filter((reason) => !(reason instanceof Unavailable))).toEqual([])
      expect(took).toBeLessThan(2 * deadlineMs + 500)
    }
    thaw()
    expect(await back()).toBeLessThan(5000)
  })

  test('in the middle of a transaction: nothing of it is stored', async () => {
    const work = database.transaction(async (tx) => {
      await tx.execute(sql`insert into notes values ('frozen')`)
      await freeze()
      await tx.execute(sql`insert into notes values ('frozen')`)
    })
    await expect(work).rejects.toThrow(Unavailable)
    thaw()
    expect(await back()).toBeLessThan(5000)
    expect(await stored()).not.toContain('frozen')
  })

  test('a pool that is closed meanwhile closes all the same', async () => {
    const other = connect({ url: server.appUrl, deadlineMs })
    await other.ping()
    await freeze()
    const began = performance.now()
    await other.close()
    expect(performance.now() - began).toBeLessThan(6000)
    thaw()
    await back()
  })
})

describe('a killed server', () => {
  test('that comes back: what was answered is stored, the calls between are told, the pool is back', async () => {
    await add('answered')
    process.kill(await serverPid(home), 'SIGKILL')
    const answered = await writeUntilRefused()
    const { took } = await callAll()
    expect(took).toBeLessThan(2 * deadlineMs + 500)
    await expect.poll(() => settled(admin.ping()), { timeout: 15_000 }).toBe('fulfilled')
    expect(await back()).toBeLessThan(5000)
    expect(await stored()).toEqual(expect.arrayContaining(['answered', ...answered]))
  })
})

async function writeUntilRefused(): Promise<string[]> {
  const answered: string[] = []
  for (;;) {
    const text = `after ${answered.length}`
    try {
      await add(text)
      answered.push(text)
    } catch (error) {
      expect(error).toBeInstanceOf(Unavailable)
      return answered
    }
  }
}

async function settled(promise: PromiseLike<unknown>): Promise<string> {
  const [{ status }] = await Promise.allSettled([promise])
  return status
}
