import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runGuichet } from '../helpers/command.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { csv, customer, folderOf, orderLine, product } from '../helpers/files.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

const counts = async () => {
  const [row] = await db.owner.transaction((tx) =>
    tx.execute(sql`
      select (select count(*)::integer from customers) as customers,
        (select count(*)::integer from customer_versions) as versions,
        (select count(*)::integer from entitlements) as entitlements, (select count(*)::integer from loads) as loads`),
  )
  return row
}

test('killed half-way: nothing is stored', { timeout: 60_000 }, async () => {
  const numbers = Array.from({ length: 20_000 }, (_, i) => `SO-${i}`)
  await using folder = await folderOf({
    'products.csv': csv('products.csv', [product()]),
    'customers.csv': csv('customers.csv', [customer()]),
    'orders.csv': csv(
      'orders.csv',
      numbers.map((number) => orderLine({ sales_order_number: number })),
    ),
  })
  const killed = await runGuichet(db, ['import', folder.path], {
    onStart: async (child) => {
      while (child.exitCode === null && child.signalCode === null) {
        if (await isReadingOrders()) child.kill('SIGKILL')
      }
    },
  })
  expect(killed.code).toBeNull()
  expect(await counts()).toEqual({ customers: 0, versions: 0, entitlements: 0, loads: 0 })
})

/** Whether a load has stored products and customers, and has come to the rows of orders.csv. */
async function isReadingOrders(): Promise<boolean> {
  const [row] = await db.owner.transaction((tx) =>
    tx.execute<{ yes: boolean }>(sql`
      select exists (select from pg_stat_activity
        where application_name = 'guichet command' and query like '%insert into "load_orders"%') as yes`),
  )
  return row!.yes
}

test('200,000 rows in one file load in less than 300 MB', { timeout: 180_000 }, async () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `C${i}`)
  await using folder = await folderOf({
    'customers.csv': csv(
      'customers.csv',
      names.map((name) => customer({ customer_number: name, name: `Company ${name}` })),
    ),
  })
  const { code, out, err, peak } = await runGuichet(db, ['import', folder.path])
  expect(err).toBe('')
  expect(out).toContain('customers.csv  200,000 rows, 200,000 added\n')
  expect(code).toBe(0)
  expect(peak).toBeGreaterThan(20)
  expect(peak).toBeLessThan(300)
  expect(await counts()).toEqual({ customers: 200_000, versions: 200_000, entitlements: 0, loads: 1 })
})
