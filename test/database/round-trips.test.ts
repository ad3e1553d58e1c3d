import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database, Db } from '../../src/db.ts'
import { newId } from '../../src/ids.ts'
import { customers } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { type CountingProxy, startProxy } from '../helpers/proxy.ts'

const id = newId()
let db: TestDatabase
let proxy: CountingProxy
let database: Database

beforeAll(async () => {
  db = await testDatabase()
  await db.owner.db.insert(customers).values({ id, customerNumber: '1', name: 'One' })
  proxy = await startProxy(db.appUrl)
  database = db.connect({ url: proxy.url, poolSize: 1 })
})
afterAll(async () => {
  await db.drop()
  await proxy.close()
})

const find = (tx: Db) => tx.select().from(customers).where(eq(customers.id, id))

/** Round trips until `call` has answered, on a connection that has prepared its statements. */
async function turnsOf(call: () => Promise<unknown>): Promise<number> {
  await call()
  await call()
  // What a call before has sent last is answered.
  await database.ping()
  proxy.turns = 0
  await call()
  return proxy.turns
}

test('a reading transaction of one query takes one round trip', async () => {
  expect(await turnsOf(() => database.readCustomer(id, find))).toBe(1)
})

test('so do several queries issued together', async () => {
  const together = (tx: Db) => Promise.all([find(tx), tx.execute(sql`select 1`), find(tx), find(tx)])
  expect(await turnsOf(() => database.readCustomer(id, together))).toBe(1)
})

test('a writing one waits for its commit too', async () => {
  const rename = (tx: Db) => tx.update(customers).set({ name: 'Two' }).where(eq(customers.id, id))
  expect(await turnsOf(() => database.forCustomer(id, rename))).toBe(2)
})

test('a query without a transaction takes one', async () => {
  expect(await turnsOf(() => database.db.select().from(customers))).toBe(1)
})
