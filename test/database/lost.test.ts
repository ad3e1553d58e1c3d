import { type AddressInfo, createConnection, createServer } from 'node:net'
import { eq, sql } from 'drizzle-orm'
import type postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isPatched, openClient } from '../../src/database/client.ts'
import { connect, type Db } from '../../src/db.ts'
import { Unavailable } from '../../src/errors.ts'
import { newId } from '../../src/ids.ts'
import { people } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'

// The faults of postgres.js 3.4.9: what a new connection asks first fails unheard, and three more, each for the driver's own sql.begin and for our transactions: the server's
// process ends between two statements.

let db: TestDatabase
let admin: postgres.Sql
const escaped: unknown[] = []
const note = (error: unknown) => escaped.push(error)

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note)
  db = await testDatabase()
  admin = openClient({ url: db.adminUrl, max: 1, prepare: true, applicationName: 'admin' })
})
afterAll(async () => {
  process.off('uncaughtException', note).off('unhandledRejection', note)
  await admin.end()
  await db.drop()
})
afterEach(() => expect(escaped).toEqual([]))

/** Ends the server's process of a connection, and returns when it is gone. */
const terminate = (pid: number) => admin`select pg_terminate_backend(${pid}, 2000)`

const email = (suffix: string) => `${newId()}@${suffix}`
const stored = (suffix: string) => admin`select email from people where email like ${`%@${suffix}`}`
const add = (tx: Db, suffix: string) => tx.insert(people).values({ id: newId(), email: email(suffix) })
const pidOf = async (tx: Db) => Number((await tx.execute(sql`select pg_backend_pid() as pid`))[0]!.pid)

test('the driver is the patched one', () => {
  expect(isPatched()).toBe(true)
})

test('a connection whose first question to the server fails: its caller is told, and the next one works', async () => {
  // The driver reads the array types first; here the server gives up on that at once.
  const hurried = new URL(db.appUrl)
  hurried.searchParams.set('options', '-c statement_timeout=1')
  for (let attempt = 0; attempt < 20; attempt++) {
    const client = openClient({ url: hurried.href, max: 1, prepare: true, applicationName: 'test' })
    const answer = await client`select array['a', 'b'] as letters`.then(
      ([row]) => row!.letters,
      (error: { code: string }) => error.code,
    )
    expect(['57014', ['a', 'b']]).toContainEqual(answer)
    await client.end({ timeout: 1 })
  }
})

test('a connection lost while it asks its first question: its caller is told, and the next one works', async () => {
  const { port, hostname } = new URL(db.appUrl)
  const through = new URL(db.appUrl)
  let isCutting = true
  const cutting = createServer((client) => {
    const server = createConnection(Number(port), hostname)
    const cut = () => [client, server].map((socket) => socket.destroy())
    for (const socket of [client, server]) socket.on('error', cut).on('close', cut)
    client.on('data', (bytes) =>
      isCutting && bytes.includes('pg_catalog.pg_type') ? cut() : server.write(bytes),
    )
    server.pipe(client)
  })
  await new Promise<void>((resolve) => cutting.listen(0, '127.0.0.1', resolve))
  through.port = String((cutting.address() as AddressInfo).port)
  const client = openClient({ url: through.href, max: 1, prepare: true, applicationName: 'test' })
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(client`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  }
  isCutting = false
  expect(await client`select array['a', 'b'] as letters`).toMatchObject([{ letters: ['a', 'b'] }])
  await client.end({ timeout: 1 })
  await new Promise((resolve) => cutting.close(resolve))
})

describe('a connection lost between two statements', () => {
  test('of sql.begin: the process lives, the pool lives, nothing is stored', async () => {
    const client = openClient({ url: db.appUrl, max: 1, prepare: true, applicationName: 'test' })
    const insert = (on: postgres.ISql) =>
      on`insert into people (id, email) values (${newId()}, ${email('begin')})`
    const begun = Promise.withResolvers<postgres.TransactionSql>()
    const end = Promise.withResolvers<void>()
    const work = client.begin(async (tx) => {
      await insert(tx)
      begun.resolve(tx)
      await end.promise
      await insert(tx)
    })
    const tx = await begun.promise
    const [row] = await tx`select pg_backend_pid() as pid`
    const later: Promise<unknown>[] = []
    // At the moment the loss is seen: there is no socket to write to.
    const failed = work.catch((error) => {
      later.push(settled(insert(tx)))
      return error.code
    })
    await terminate(row!.pid)
    expect(await failed).toMatch(/CONNECTION_CLOSED|57P01/)
    // The one connection of the pool is connected anew.
    expect(await client`select 1 as n`).toMatchObject([{ n: 1 }])
    later.push(settled(insert(tx)), settled(tx.savepoint((inner) => insert(inner))))
    end.resolve()
    expect(await Promise.all(later)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await client`select 1 as n`).toMatchObject([{ n: 1 }])
    expect(await stored('begin')).toHaveLength(0)
    await client.end()
  })

  test('of sql.reserve: the same', async () => {
    const client = openClient({ url: db.appUrl, max: 1, prepare: true, applicationName: 'test' })
    const reserved = await client.reserve()
    const insert = () =>
      settled(reserved`insert into people (id, email) values (${newId()}, ${email('reserve')})`)
    await reserved`begin`
    const [row] = await reserved`select pg_backend_pid() as pid`
    await terminate(row!.pid)
    expect(await insert()).toBe('rejected')
    expect(await client`select 1 as n`).toMatchObject([{ n: 1 }])
    expect(await insert()).toBe('rejected')
    reserved.release()
    expect(await Promise.all([client`select 1 as n`, client`select 2 as n`])).toMatchObject([
      [{ n: 1 }],
      [{ n: 2 }],
    ])
    expect(await stored('reserve')).toHaveLength(0)
    await client.end()
  })

  test('of our transactions: the same, and the caller is told that the database is unavailable', async () => {
    const single = db.connect({ poolSize: 1 })
    const later: Promise<unknown>[] = []
    const work = single.transaction(async (tx) => {
      await add(tx, 'ours')
      await terminate(await pidOf(tx))
      later.push(settled(add(tx, 'ours')))
      await single.ping()
      later.push(settled(add(tx, 'ours')), settled(tx.transaction((inner) => add(inner, 'ours'))))
      await Promise.all(later)
      await add(tx, 'ours')
    })
    await expect(work).rejects.toThrow(Unavailable)
    expect(await Promise.all(later)).toEqual(['rejected', 'rejected', 'rejected'])
    await single.ping()
    expect(await stored('ours')).toHaveLength(0)
  })

  test('of our transactions, when the work goes on as if nothing had happened: it is not said to be done', async () => {
    const single = db.connect({ poolSize: 1 })
    const work = single.transaction(async (tx) => {
      await add(tx, 'deaf')
      await terminate(await pidOf(tx))
      await single.ping()
    })
    await expect(work).rejects.toThrow(Unavailable)
    expect(await stored('deaf')).toHaveLength(0)
    await single.ping()
  })

  test('of a reading transaction', async () => {
    const single = db.connect({ poolSize: 1 })
    const work = single.readCustomer(newId(), async (tx) => {
      await terminate(await pidOf(tx))
      return pidOf(tx)
    })
    await expect(work).rejects.toThrow(Unavailable)
    await single.ping()
  })

  test('with many statements under way at once', async () => {
    const single = db.connect({ poolSize: 2 })
    const work = single.transaction(async (tx) => {
      const pid = await pidOf(tx)
      const many = Array.from({ length: 50 }, () => add(tx, 'many'))
      const ended = terminate(pid)
      await Promise.allSettled(many)
      await ended
      await single.ping()
      await Promise.all(Array.from({ length: 50 }, () => add(tx, 'many')))
    })
    await expect(work).rejects.toThrow(Unavailable)
    expect(await stored('many')).toHaveLength(0)
    await Promise.all(Array.from({ length: 10 }, () => single.ping()))
  })

  test('while idle in the pool: nobody notices', async () => {
    const single = db.connect({ poolSize: 1 })
    await terminate(await pidOf(single.db))
    await single.ping()
  })
})

describe('a commit that is not answered', () => {
  test('is told as unavailable, never as done', async () => {
    const single = db.connect({ poolSize: 1, deadlineMs: 1000 })
    const id = newId()
    await single.db.insert(people).values({ id, email: email('commit') })
    // A deferred foreign key makes the commit itself wait for what another transaction has locked.
    await admin`create table if not exists slow (person_id uuid references people deferrable initially deferred)`
    await admin`grant insert on slow to public`
    await admin.begin(async (holder) => {
      await holder`update people set id = ${newId()} where id = ${id}`
      const work = single.transaction((tx) => tx.execute(sql`insert into slow values (${id})`))
      await expect(work).rejects.toThrow(Unavailable)
    })
    await single.ping()
  })
})

describe('without a database', () => {
  test('every call says so at once', async () => {
    const nowhere = connect({ url: 'postgres://nobody@127.0.0.1:1/none' })
    const began = performance.now()
    await expect(nowhere.ping()).rejects.toThrow(Unavailable)
    await expect(nowhere.db.select().from(people)).rejects.toThrow(Unavailable)
    await expect(nowhere.readCustomer(newId(), (tx) => tx.select().from(people))).rejects.toThrow(Unavailable)
    const many = await Promise.allSettled(Array.from({ length: 50 }, () => nowhere.ping()))
    expect(many.every((one) => one.status === 'rejected' && one.reason instanceof Unavailable)).toBe(true)
    expect(performance.now() - began).toBeLessThan(6000)
    await nowhere.close()
  })

  test('nor with one that has no room: the call waits, then says so', async () => {
    await admin.unsafe(`alter role guichet_app connection limit 0`)
    const crowded = db.connect({ deadlineMs: 1000 })
    await expect(crowded.ping()).rejects.toThrow(Unavailable)
    await admin.unsafe(`alter role guichet_app connection limit -1`)
    await crowded.ping()
    expect(await crowded.db.select().from(people).where(eq(people.email, ''))).toEqual([])
  })
})

async function settled(promise: PromiseLike<unknown>): Promise<string> {
  const [{ status }] = await Promise.allSettled([promise])
  return status
}
