import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runGuichet } from '../helpers/command.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { csv, customer, type Folder, folderOf, product } from '../helpers/files.ts'

const rows = 200_000
const companies = 500

let db: TestDatabase
let folder: Folder

beforeAll(async () => {
  db = await testDatabase()
  folder = await folderOf({
    'products.csv': csv('products.csv', [product()]),
    'customers.csv': csv(
      'customers.csv',
      Array.from({ length: companies }, (_, i) =>
        customer({ customer_number: `C${i}`, name: `Company ${i}` }),
      ),
    ),
  })
  await writeOrders(join(folder.path, 'orders.csv'))
})
afterAll(async () => {
  await folder[Symbol.asyncDispose]()
  await db.drop()
})

async function writeOrders(path: string): Promise<void> {
  const file = createWriteStream(path)
  file.write(csv('orders.csv', []))
  for (let i = 0; i < rows; i++) {
    const row = `SO-${i},1,C${i % companies},2026-01-05,BASE-F,10,subscription,2026-01-10,2030-01-09,SC-${i},2026-01-10,2030-01-09,12.0,,\n`
    if (!file.write(row)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
}

const count = async () => {
  const [counts] = await db.owner.transaction((tx) =>
    tx.execute<Record<string, number>>(sql`
      select (select count(*)::integer from customers) as customers,
        (select count(*)::integer from entitlements where entitled = 10) as entitlements,
        (select sum(owned)::integer from license_sums) as owned`),
  )
  return counts
}

test('killed half-way: nothing is stored', { timeout: 120_000 }, async () => {
  const killed = await runGuichet(db, ['import', folder.path], {
    onStart: async (child) => {
      while (child.exitCode === null && child.signalCode === null) {
        if (await isStoring()) child.kill('SIGKILL')
      }
    },
  })
  expect(killed.code).toBeNull()
  expect(await count()).toEqual({ customers: 0, entitlements: 0, owned: null })
})

/** Whether the load has come to the rows of orders.csv. */
async function isStoring(): Promise<boolean> {
  const [row] = await db.owner.transaction((tx) =>
    tx.execute<{ yes: boolean }>(sql`
      select exists (select from pg_stat_activity
        where application_name = 'guichet command' and query like '%insert into "load_orders"%') as yes`),
  )
  return row!.yes
}

test('200,000 rows load in less than 300 MB', { timeout: 300_000 }, async () => {
  const { code, out, err, peak } = await runGuichet(db, ['import', folder.path])
  expect(err).toBe('')
  expect(out).toContain('orders.csv     200,000 rows, 200,000 added')
  expect(code).toBe(0)
  expect(peak).toBeGreaterThan(20)
  expect(peak).toBeLessThan(300)
  expect(await count()).toEqual({ customers: companies, entitlements: rows, owned: 10 * rows })
  console.log('peak', peak)
})
