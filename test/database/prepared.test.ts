import { and, asc, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepared } from '../../src/database/prepared.ts'
import { newId } from '../../src/ids.ts'
import { customers } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'

const [one, two] = [newId(), newId()]
let db: TestDatabase
let builds = 0

const names = prepared(['id', 'more'], (tx, { id, more }) => {
  builds++
  return tx
    .select({ name: customers.name, more: sql<string | null>`${more}::text` })
    .from(customers)
    .where(and(eq(customers.id, id), sql`${id}::uuid is not null`))
    .orderBy(asc(customers.name))
    .prepare('')
})

beforeAll(async () => {
  db = await testDatabase()
  await db.owner.db.insert(customers).values([
    { id: one, customerNumber: '1', name: 'One' },
    { id: two, customerNumber: '2', name: 'Two' },
  ])
})
afterAll(() => db.drop())

test('a query put together once answers on each connection what that connection may see', async () => {
  const of = (id: string, asked = id) =>
    db.database.readCustomer(id, (tx) => names(tx, { id: asked, more: null }))
  expect(await Promise.all([of(one), of(two), of(one, two)])).toEqual([
    [{ name: 'One', more: null }],
    [{ name: 'Two', more: null }],
    [],
  ])
  expect(await names(db.owner.db, { id: two, more: "it's" })).toEqual([{ name: 'Two', more: "it's" }])
  expect(builds).toBe(1)
})

test('it is part of its transaction: undone with it, refused after it', async () => {
  const seen = await db.owner
    .transaction(async (tx) => {
      await tx.update(customers).set({ name: 'Three' }).where(eq(customers.id, one))
      throw Object.assign(new Error('undo'), { seen: await names(tx, { id: one, more: null }) })
    })
    .catch(({ seen }) => seen)
  expect(seen).toEqual([{ name: 'Three', more: null }])
  expect(await names(db.owner.db, { id: one, more: null })).toEqual([{ name: 'One', more: null }])
  const ended = await db.database.readCustomer(one, async (tx) => ({ tx }))
  await expect(names(ended.tx, { id: one, more: null })).rejects.toThrow()
})
