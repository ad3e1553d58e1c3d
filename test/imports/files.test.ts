import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadFolder } from '../../src/imports/load.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { csv, customer, folderOf, loadFiles, product, unreadable } from '../helpers/files.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

const names = async () => {
  const rows = await db.owner.transaction((tx) =>
    tx.execute<{ name: string; city: string }>(
      sql`select name, city from customers order by customer_number`,
    ),
  )
  return rows.map(({ name, city }) => `${name}, ${city}`)
}

const customers = csv('customers.csv', [customer()])

test('a folder that is not there, or holds none of the six files, is said', async () => {
  await expect(loadFolder(db.owner, { folder: '/nowhere', by: 'test' })).rejects.toMatchObject({
    problems: [{ file: '/nowhere', key: 'imports.noFolder' }],
  })
  await using empty = await folderOf({ 'client.csv': 'x' })
  await expect(loadFolder(db.owner, { folder: empty.path, by: 'test' })).rejects.toMatchObject({
    problems: [{ key: 'imports.noFiles' }],
  })
})

test('missing file: any of the six may be absent and is named; other names are named as ignored', async () => {
  const { missing, ignored, files } = await loadFiles(
    db.owner,
    { 'customers.csv': customers, 'clients.csv': 'x', 'notes.txt': 'y' },
    { dryRun: true },
  )
  expect(files.map(({ name }) => name)).toEqual(['customers.csv'])
  expect(missing).toEqual(['products.csv', 'contacts.csv', 'orders.csv', 'hosts.csv', 'placements.csv'])
  expect(ignored).toEqual(['clients.csv', 'notes.txt'])
})

test('missing, unknown and doubled columns are all told at once, for every file', async () => {
  const said = await unreadable(db.owner, {
    'customers.csv': 'customer_number,name,nmae,name\nC1,x,y,z\n',
    'contacts.csv': 'customer_number,email\n',
  })
  expect(said).toEqual([
    'customers.csv:1: 8 columns are missing: address_line1, address_line2, postal_code, city, region, country, language, email_domains',
    expect.stringContaining(
      'customers.csv:1: A column is not known: nmae. The columns are customer_number, name',
    ),
    'customers.csv:1: A column is there twice: name',
    'contacts.csv:1: 4 columns are missing: name, phone, primary, privileges',
  ])
})

test('configuration_id is the one column that may be left out', async () => {
  const { files } = await loadFiles(
    db.owner,
    { 'placements.csv': 'customer_number,host_name,sales_order_number,line,quantity\n' },
    { dryRun: true },
  )
  expect(files[0]!.rows).toBe(0)
})

test('wrong separator is said by its name; no header too', async () => {
  expect(await unreadable(db.owner, { 'customers.csv': customers.replaceAll(',', '\t') })).toEqual([
    'customers.csv: The columns are separated by tab characters: use a comma or a semicolon',
  ])
  expect(await unreadable(db.owner, { 'customers.csv': 'C1,Lemaire,Nantes\n' })).toEqual([
    expect.stringContaining('customers.csv: The first line names none of the columns: customer_number, name'),
  ])
})

test('files that are no text are said: empty, a spreadsheet, UTF-16, binary', async () => {
  const sayings: [Buffer | string, string][] = [
    ['', 'The file is empty: it takes a header line with the names of the columns'],
    ['\n\n', 'The file is empty: it takes a header line with the names of the columns'],
    [`\n${customers}`, 'The first line is blank: it must name the columns'],
    ['PK\u0003\u0004', 'This is not a text file: save the sheet as CSV in UTF-8'],
    [Buffer.from(`\ufeff${customers}`, 'utf16le'), 'The file is UTF-16: save it as CSV in UTF-8'],
    [Buffer.from(`${customers}\0`), 'This is not a text file: save the sheet as CSV in UTF-8'],
  ]
  for (const [content, said] of sayings) {
    expect(await unreadable(db.owner, { 'customers.csv': content })).toEqual([`customers.csv: ${said}`])
  }
})

test('a quotation mark out of place, or never closed, is said with the line it begins on', async () => {
  const [header] = customers.split('\n')
  const broken = (row: string) =>
    unreadable(db.owner, { 'customers.csv': `${header}\n"C0\n",x,,,,,,,,\n${row}` })
  expect(await broken('C1,Le "Grand" Four,,,,,,,,\n')).toEqual([
    expect.stringMatching(/^customers.csv:4: A quotation/),
  ])
  expect(await broken('C1,"Lemaire" SA,,,,,,,,\n')).toEqual([
    expect.stringMatching(/^customers.csv:4: A quotation/),
  ])
  expect(await broken(`C1,"Lemaire,,,,,,,,\n${'C2,x,,,,,,,,\n'.repeat(20_000)}`)).toEqual([
    expect.stringMatching(/^customers.csv:4: The row that begins here has more than 100,000 characters/),
  ])
  expect(await broken('C1,"Lemaire,,,,,,,,\n')).toEqual([
    expect.stringMatching(/^customers.csv:4: A quotation/),
  ])
  expect(await names()).toEqual([])
})

test('semicolons, BOM, CRLF, quoted line breaks, blank lines: read, and lines counted as in the file', async () => {
  const text = csv(
    'customers.csv',
    [
      customer({ name: 'Le\r\nGrand "Four"; Lyon', city: 'Lyon' }),
      customer({ customer_number: 'C2', name: 'Zwei', city: 'Kiel' }),
      customer({ customer_number: 'C3', name: '' }),
    ],
    ';',
  )
  const lines = text.replaceAll('\r\n', '\u0001').replaceAll('\n', '\r\n').replaceAll('\u0001', '\r\n')
  const { said, files } = await loadFiles(
    db.owner,
    { 'customers.csv': `\ufeff${lines.replace('C2', '\r\nC2')}\r\n;;;;;;;;;\r\n` },
    { skipRefused: true },
  )
  expect(files[0]).toMatchObject({ separator: ';', encoding: 'utf-8', rows: 3 })
  expect(said).toEqual([
    'customers.csv:2 added',
    'customers.csv:5 added',
    'customers.csv:6 refused: The column name is empty',
  ])
  expect(await names()).toEqual(['Le Grand "Four"; Lyon, Lyon', 'Zwei, Kiel'])
})

test('Windows-1252 is recognised and said', async () => {
  const text = csv('customers.csv', [
    customer({ customer_number: 'W1', name: 'L\u2019\u0152uf d\u2019Orl\xe9ans \u20ac', city: 'N\xeemes' }),
  ])
  const bytes = Buffer.from(
    text.replaceAll('\u2019', '\x92').replace('\u0152', '\x8c').replace('\u20ac', '\x80'),
    'latin1',
  )
  const { files, said } = await loadFiles(db.owner, { 'customers.csv': bytes })
  expect(files[0]!.encoding).toBe('windows-1252')
  expect(said).toEqual(['customers.csv:2 added'])
  expect((await names()).at(-1)).toBe('L\u2019\u0152uf d\u2019Orl\xe9ans \u20ac, N\xeemes')
})

test('rows with too many or too few cells, or another separator, are refused; empty cells at the end are not', async () => {
  const header = csv('contacts.csv', []).trim()
  const { said } = await loadFiles(
    db.owner,
    {
      'contacts.csv': `${header}\nC2,a@b.example,A,,no,,,\nC2,a@c.example\nC2,a@d.example,A,,no,,x\nC2;a@e.example;A;;no;\n`,
    },
    { dryRun: true },
  )
  expect(said).toEqual([
    'contacts.csv:2 added',
    'contacts.csv:3 refused: This row has 2 cells; the header names 6',
    'contacts.csv:4 refused: This row has 7 cells; the header names 6',
    'contacts.csv:5 refused: This row is separated by “;”; the header by “,”',
  ])
})

test('control characters are refused, never stored', async () => {
  const { said } = await loadFiles(
    db.owner,
    { 'products.csv': [product({ name: 'Ba\u0007se' }), product({ part_number: 'B2', name: 'A\u0085B' })] },
    { dryRun: true },
  )
  expect(said).toEqual([
    'products.csv:2 refused: The column name holds a control character',
    'products.csv:3 refused: The column name holds a control character',
  ])
})

test('a dry run does everything and leaves nothing', async () => {
  const before = await names()
  const { outcome, said } = await loadFiles(
    db.owner,
    { 'customers.csv': [customer({ customer_number: 'D1' })] },
    { dryRun: true },
  )
  expect(outcome).toBe('tried')
  expect(said).toEqual(['customers.csv:2 added'])
  expect(await names()).toEqual(before)
})

test('a file loads whole or not at all, unless refused rows are to be skipped', async () => {
  const rows = [
    customer({ customer_number: 'E1', name: 'E' }),
    customer({ customer_number: 'E2', country: 'XX' }),
  ]
  const files = { 'customers.csv': rows, 'products.csv': [product()] }
  const before = await names()
  const whole = await loadFiles(db.owner, files)
  expect(whole.outcome).toBe('refused')
  expect(whole.said).toEqual([
    'products.csv:2 added',
    'customers.csv:2 added',
    'customers.csv:3 refused: “XX” is not a country code: two letters of ISO 3166-1, such as FR',
  ])
  expect(await names()).toEqual(before)
  const skipped = await loadFiles(db.owner, files, { skipRefused: true })
  expect(skipped.outcome).toBe('stored')
  expect(await names()).toHaveLength(before.length + 1)
})
