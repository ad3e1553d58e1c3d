import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
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

const files = {
  'products.csv': csv('products.csv', [product()]),
  'customers.csv': csv('customers.csv', [customer({ name: '=cmd|calc' })]),
  'orders.csv': csv('orders.csv', [orderLine(), orderLine({ line: 2, part_number: '=NONE' })], ';'),
  'clients.csv': 'x',
}
const countOrders = async () => {
  const [row] = await db.owner.transaction((tx) =>
    tx.execute<{ count: number }>(sql`select count(*)::integer as count from order_lines`),
  )
  return row!.count
}

test('guichet import: refused rows with file and line, exit code 1, nothing stored', {
  timeout: 60_000,
}, async () => {
  await using folder = await folderOf(files)
  const { code, out, err } = await runGuichet(db, ['import', folder.path])
  expect(out.split('\n')).toEqual([
    'products.csv   1 row, 1 added',
    'customers.csv  1 row, 1 added',
    'orders.csv     2 rows, 1 added, 1 refused',
    '  orders.csv:3: SO-1 / 2: There is no product =NONE',
    'Not in the folder: contacts.csv, hosts.csv, placements.csv',
    'Ignored, since they are none of the publisher’s files: clients.csv',
    'Nothing was stored. Correct the refused row and load again, or leave it out with --skip-refused.',
    '',
  ])
  expect(err).toBe('')
  expect(code).toBe(1)
  expect(await countOrders()).toBe(0)
})

test('guichet import --report: every row with its result, safe to open in a spreadsheet', {
  timeout: 60_000,
}, async () => {
  await using folder = await folderOf(files)
  const report = join(folder.path, 'report.csv')
  const { code, out } = await runGuichet(db, [
    'import',
    folder.path,
    '--skip-refused',
    '--dry-run',
    '--report',
    report,
  ])
  expect(out).toContain('Tried without effect: nothing was stored.')
  expect(code).toBe(0)
  expect(await countOrders()).toBe(0)
  expect((await readFile(report, 'utf8')).split('\n')).toEqual([
    'file,line,key,result,reason',
    'products.csv,2,BASE-F,added,',
    'customers.csv,2,C1,added,',
    'orders.csv,2,SO-1 / 1,added,',
    'orders.csv,3,SO-1 / 2,refused,There is no product =NONE',
    '',
  ])
})

test('guichet import --skip-refused stores the rest and says what it left out, in French too', {
  timeout: 60_000,
}, async () => {
  await using folder = await folderOf(files)
  const { code, out } = await runGuichet(db, ['import', folder.path, '--skip-refused'], {
    lang: 'fr_FR.UTF-8',
  })
  expect(out).toContain('orders.csv     2 lignes, 1 ajoutée, 1 refusée')
  expect(out).toContain('orders.csv:3: SO-1 / 2: Le produit =NONE n’existe pas')
  expect(out).toContain('Chargement effectué, sans la ligne refusée.')
  expect(code).toBe(0)
  expect(await countOrders()).toBe(1)
})

test('guichet import: wrong usage and files that cannot be read end with 2', {
  timeout: 60_000,
}, async () => {
  await using folder = await folderOf({ 'customers.csv': 'customer_number|name\nC1|x\n' })
  const unreadable = await runGuichet(db, ['import', folder.path])
  expect(unreadable.err).toBe(
    'customers.csv: The columns are separated by vertical bars: use a comma or a semicolon\nNothing was stored.\n',
  )
  expect(unreadable.code).toBe(2)
  for (const args of [['import'], ['import', 'a', 'b'], ['import', folder.path, '--force']]) {
    const { code, err } = await runGuichet(db, args)
    expect(err).toContain('Usage: guichet import FOLDER [--dry-run] [--skip-refused] [--report FILE]')
    expect(code).toBe(2)
  }
})
