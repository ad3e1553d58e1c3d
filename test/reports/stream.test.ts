import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { keyOf, type LineKey, listLines, type ReportLine, sumLines } from '../../src/reports/lines.ts'
import { streamLines } from '../../src/reports/stream.ts'
import { makeTurns } from '../../src/reports/turns.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { dayFromNow, makeCustomer, makeProduct } from '../helpers/makers.ts'

const all = { text: '', family: '', show: 'all' } as const
const each = 2857

let db: TestDatabase
let customerId: string
beforeAll(async () => {
  db = await testDatabase()
  const owner = db.owner.db
  customerId = (await makeCustomer(owner)).id
  for (let i = 0; i < 7; i++) {
    const product = await makeProduct(owner, { name: `Product ${'éEzZ東-1'[i]}` })
    await owner.execute(sql`
      insert into entitlements (customer_id, id, product_id, entitled, owned)
      select ${customerId}::uuid, gen_random_uuid(), ${product.id}::uuid, 5, 5 from generate_series(1, ${each}::int)`)
    await owner.execute(sql`
      insert into license_sums (customer_id, product_id, entitlements, owned, placed, expired, over_placed)
      values (${customerId}, ${product.id}, ${each}, ${each * 5}, 0, 0, 0)`)
  }
})
afterAll(() => db.drop())

const report = () => ({ customerId, filter: all, day: dayFromNow(), asOf: null })

const read = async () => {
  const lines: ReportLine[] = []
  let largest = 0
  for await (const batch of streamLines(db.database, report())) {
    largest = Math.max(largest, batch.length)
    lines.push(...batch)
  }
  return { lines, largest }
}

test('a long report comes in batches, each line once, in the order of the pages', async () => {
  const { lines, largest } = await read()
  expect(lines.length).toBe(each * 7)
  expect(largest).toBeLessThanOrEqual(500)
  const totals = await db.database.readCustomer(customerId, (tx) => sumLines(tx, report()))
  expect(totals).toEqual({ lines: lines.length, placed: 0, available: lines.length * 5 })
  const paged: string[] = []
  let after: LineKey | undefined
  for (let page = 0; page < 30; page++) {
    const found = await db.database.readCustomer(customerId, (tx) =>
      listLines(tx, report(), { after, limit: 200 }),
    )
    paged.push(...found.map((line) => line.entitlement_id))
    after = keyOf(found.at(-1)!)
  }
  expect(paged).toEqual(lines.slice(0, 6000).map((line) => line.entitlement_id))
})

test('a reader who leaves gives the connection back', async () => {
  for (let i = 0; i < 20; i++) {
    const batches = streamLines(db.database, report())
    await batches.next()
    await batches.return(undefined)
  }
  expect((await read()).lines.length).toBeGreaterThan(0)
})

test('nobody else’s lines are streamed', async () => {
  const batches = streamLines(db.database, { ...report(), customerId: newId() })
  expect(await batches.next()).toEqual({ done: true, value: undefined })
})

test('a failing statement is thrown to the reader', async () => {
  const broken = { ...report(), filter: { ...all, show: 'expired' }, day: 'no day' } as const
  await expect(streamLines(db.database, broken).next()).rejects.toThrow()
})

test('turns: so many at a time, the others wait, and not for ever', async () => {
  const take = makeTurns(1, 50)
  const giveBack = await take()
  await expect(take()).rejects.toThrow('other files')
  const waiting = take()
  giveBack()
  giveBack()
  const second = await waiting
  await expect(take()).rejects.toThrow('other files')
  second()
  ;(await take())()
})
