import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileName } from '../../src/imports/file-list.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { customer, host, loadFiles, makers, orderLine, placement, product } from '../helpers/files.ts'

let db: TestDatabase

type Values = Record<string, string | number>

/** What stands already: two companies, one of each license type, an order with a contract, hosts, a placement. */
const stored = {
  'products.csv': [
    product(),
    product({
      part_number: 'EXT-E',
      name: 'Extension',
      license_type: 'extended',
      extends: 'BASE-F',
      features: 'EXT:1',
    }),
    product({
      part_number: 'NODE-N',
      name: 'Node',
      license_type: 'node-locked',
      features: 'NODE:2.5|NODE_B:1',
    }),
  ],
  'customers.csv': [customer(), customer({ customer_number: 'C2', name: 'Zwei GmbH' })],
  'orders.csv': [
    orderLine({ service_contract_number: 'SC-1', maintenance_ends_on: '2030-01-01' }),
    orderLine({ line: 2, part_number: 'EXT-E', quantity: 5 }),
    orderLine({ line: 3, part_number: 'NODE-N', quantity: 5 }),
    orderLine({ sales_order_number: 'SO-2', customer_number: 'C2', quantity: 3 }),
  ],
  'hosts.csv': [
    host(),
    host({ host_name: 'CAD-02', host_ids: '00-1A-2B-3C-4D-02', server_names: '' }),
    host({
      host_name: 'TRIAD',
      host_ids: '00-1A-2B-3C-4D-11|00-1A-2B-3C-4D-12|00-1A-2B-3C-4D-13',
      server_names: 'a|b|c',
    }),
    host({ customer_number: 'C2', host_ids: '00-1A-2B-3C-4D-01' }),
  ],
  'placements.csv': [placement({ configuration_id: 'CFG-1' })],
}

beforeAll(async () => {
  db = await testDatabase()
  const { outcome, said } = await loadFiles(db.owner, stored)
  expect(said.filter((line) => !line.endsWith('added'))).toEqual([])
  expect(outcome).toBe('stored')
})
afterAll(() => db.drop())

/** What is said of rows made from these values, without the file's name; nothing is stored. */
async function said(name: FileName, ...rows: Values[]): Promise<string[]> {
  const files = { [name]: rows.map((values) => makers[name](values)) }
  const result = await loadFiles(db.owner, files as never, { dryRun: true, skipRefused: true })
  return result.said.map((line) => line.slice(name.length + 1))
}

const refused = async (name: FileName, values: Values) => {
  const [line] = await said(name, values)
  return line!.replace('2 refused: ', '')
}

describe('products.csv', () => {
  const fresh = (values: Values) => ({ part_number: 'NEW-F', ...values })

  test.each<[string, Values, string]>([
    [
      'license_type',
      { license_type: 'float' },
      '“float” in the column license_type is not one of: node-locked, floating, extended',
    ],
    ['port', { port: 70000 }, '“70000” in the column port is not a whole number from 1 to 65,535'],
    [
      'part number',
      { part_number: 'ab c' },
      '“AB C” in the column part_number is not a part number: up to 40 letters A to Z, digits and signs, without spaces',
    ],
    [
      'daemon',
      { daemon: 'open d' },
      '“open d” is not the name of a license daemon: up to 30 letters A to Z, digits, _ and -',
    ],
    ['features, none', { features: '' }, 'The column features is empty'],
    [
      'features, no version',
      { features: 'A:1|B' },
      '“B” is not a feature: write NAME:VERSION, the name in up to 30 letters A to Z, digits, _ and -, the version as 12 or 12.1',
    ],
    [
      'features, version of three parts',
      { features: 'A:1.2.3' },
      expect.stringContaining('“A:1.2.3” is not a feature'),
    ],
    ['features, long name', { features: `${'A'.repeat(31)}:1` }, expect.stringContaining('is not a feature')],
    ['features, twice', { features: 'A:1|a:2' }, 'The feature A stands twice in this row'],
    [
      'extends is missing',
      { license_type: 'extended' },
      'An extended product names the product that it extends: the column extends is empty',
    ],
    [
      'extends is unknown',
      { license_type: 'extended', extends: 'NONE' },
      'It extends product NONE, which does not exist',
    ],
    [
      'extends without being extended',
      { extends: 'BASE-F' },
      'A product of type floating extends no other: the column extends must be empty',
    ],
    [
      'extends itself',
      { license_type: 'extended', extends: 'NEW-F' },
      'Product NEW-F extends itself, directly or through others',
    ],
    ['family differs', { family: '' }, 'The column family is empty'],
  ])('%s', async (_, values, expected) => {
    expect(await refused('products.csv', fresh(values))).toEqual(expected)
  })

  test('a circle of extensions is refused, and what extends a refused product with it', async () => {
    const extended = (part: string, base: string) => ({
      part_number: part,
      license_type: 'extended',
      extends: base,
    })
    expect(
      await said(
        'products.csv',
        extended('X', 'Y'),
        extended('Y', 'X'),
        extended('Z', 'X'),
        extended('W', 'Z'),
      ),
    ).toEqual([
      '2 refused: Product X extends itself, directly or through others',
      '3 refused: Product Y extends itself, directly or through others',
      '4 refused: Product Z extends itself, directly or through others',
      '5 refused: Product W extends itself, directly or through others',
    ])
    expect(
      await said(
        'products.csv',
        { part_number: 'Q', port: -1 },
        extended('R', 'Q'),
        extended('S', 'R'),
        extended('T', 'BASE-F'),
      ),
    ).toEqual([
      expect.stringContaining('2 refused: “-1”'),
      '3 refused: It extends product Q, which is refused on line 2',
      '4 refused: It extends product R, which is refused on line 3',
      '5 added',
    ])
  })

  test('a family has one daemon and one port; a part number stands once', async () => {
    expect(
      await said(
        'products.csv',
        fresh({ family: 'New' }),
        fresh({ part_number: 'N2', family: 'New', port: 1 }),
        fresh({ part_number: 'new-f', family: 'New' }),
      ),
    ).toEqual([
      '2 added',
      '3 refused: The family New has the daemon opend and the port 7788 on line 2: a family has one of each',
      '4 refused: The same key stands on line 2 already',
    ])
  })

  test('what is placed keeps its license type', async () => {
    expect(await refused('products.csv', { license_type: 'node-locked' })).toBe(
      '4 licenses of this product are placed: its type (floating) can no longer change',
    )
  })

  test('a row is refused with everything that is wrong in it', async () => {
    expect(await refused('products.csv', fresh({ name: '', port: 'x' }))).toBe(
      'The column name is empty; “x” in the column port is not a whole number from 1 to 65,535',
    )
  })
})

describe('customers.csv and contacts.csv', () => {
  test.each<[string, FileName, Values, string]>([
    [
      'number with other signs',
      'customers.csv',
      { customer_number: 'C_1' },
      '“C_1” in the column customer_number is not a number we can keep: up to 20 letters A to Z, digits and hyphens',
    ],
    [
      'number of 21',
      'customers.csv',
      { customer_number: '1'.repeat(21) },
      expect.stringContaining('is not a number we can keep'),
    ],
    [
      'country',
      'customers.csv',
      { country: 'UK' },
      '“UK” is not a country code: two letters of ISO 3166-1, such as FR',
    ],
    ['language', 'customers.csv', { language: 'french' }, '“french” is not a language code such as en or fr'],
    [
      'domain',
      'customers.csv',
      { email_domains: 'a.example|b' },
      '“b” is not the domain of an e-mail address, such as example.com',
    ],
    [
      'long name',
      'customers.csv',
      { name: 'x'.repeat(201) },
      'The value in the column name is too long: at most 200 characters',
    ],
    ['address', 'contacts.csv', { email: 'ada' }, '“ada” is not an e-mail address'],
    ['unknown customer', 'contacts.csv', { customer_number: 'C9' }, 'There is no customer C9'],
    [
      'privilege',
      'contacts.csv',
      { privileges: 'licensing|admin' },
      '“admin” is not a privilege: the privileges are supervisor, licensing, reporting',
    ],
    ['primary', 'contacts.csv', { primary: 'maybe' }, '“maybe” in the column primary is not one of: yes, no'],
  ])('%s', async (_, name, values, expected) => {
    expect(await refused(name, values)).toEqual(expected)
  })

  test('numbers and addresses are compared without regard to case; keys stand once', async () => {
    expect(await said('customers.csv', { customer_number: 'n1' }, { customer_number: 'N1' })).toEqual([
      '2 added',
      '3 refused: The same key stands on line 2 already',
    ])
    expect(await said('contacts.csv', { email: 'A@b.example' }, { email: 'a@B.example' })).toEqual([
      '2 added',
      '3 refused: The same key stands on line 2 already',
    ])
  })

  test('R11: a person has one primary association', async () => {
    expect(await said('contacts.csv', { primary: 'yes' }, { customer_number: 'C2', primary: 'yes' })).toEqual(
      [
        '2 added',
        '3 refused: ada@lemaire.example has a primary association on line 2 already: a person has one',
      ],
    )
  })
})

describe('orders.csv', () => {
  const fresh = (values: Values) => ({ sales_order_number: 'SO-9', ...values })

  test.each<[string, Values, string]>([
    ['unknown customer', { customer_number: 'C9' }, 'There is no customer C9'],
    ['unknown product', { part_number: 'NONE' }, 'There is no product NONE'],
    [
      'bad date',
      { order_date: '05/01/2026' },
      '“05/01/2026” in the column order_date is not a date: write year, month and day as in 2026-11-24',
    ],
    [
      'no such day',
      { starts_on: '2026-02-30' },
      expect.stringContaining('“2026-02-30” in the column starts_on is not a date'),
    ],
    [
      'negative quantity',
      { quantity: -1 },
      '“-1” in the column quantity is not a whole number from 1 to 10,000,000',
    ],
    ['fractional quantity', { quantity: '1.5' }, expect.stringContaining('“1.5” in the column quantity')],
    ['no quantity', { quantity: 0 }, expect.stringContaining('“0” in the column quantity')],
    [
      'too much',
      { quantity: 999999999999 },
      expect.stringContaining('“999999999999” in the column quantity'),
    ],
    ['line', { line: 'a' }, '“a” in the column line is not a whole number from 1 to 1,000,000'],
    ['term', { term: 'rental' }, '“rental” in the column term is not one of: perpetual, subscription'],
    [
      'perpetual with end',
      { ends_on: '2027-01-01' },
      'A perpetual term has no end: the column ends_on must be empty',
    ],
    ['subscription without', { term: 'subscription' }, 'A subscription ends: the column ends_on is empty'],
    ['ends first', { term: 'subscription', ends_on: '2025-01-01' }, 'ends_on is before starts_on'],
    [
      'maintenance without contract',
      { maintenance_ends_on: '2027-01-01' },
      'Maintenance dates need a service contract: the column service_contract_number is empty',
    ],
    [
      'half a renewal',
      { renews_order: 'SO-1' },
      'A renewal names order and line: fill both renews_order and renews_line, or neither',
    ],
    ['order of another', { sales_order_number: 'SO-2', line: 7 }, 'Order SO-2 belongs to customer C2'],
    [
      'contract of another',
      { customer_number: 'C2', service_contract_number: 'sc-1' },
      'Contract SC-1 belongs to customer C1',
    ],
    [
      'renewal of nothing',
      { renews_order: 'SO-7', renews_line: 1 },
      'It renews order SO-7, line 1, which does not exist',
    ],
    [
      'renewal of another line',
      { renews_order: 'SO-1', renews_line: 7 },
      'It renews order SO-1, line 7, which does not exist',
    ],
    [
      'renewal of another product',
      { renews_order: 'SO-1', renews_line: 2 },
      'It renews order SO-1, line 2, which is of another product, EXT-E',
    ],
    [
      'renewal of another company',
      { renews_order: 'SO-2', renews_line: 1 },
      'It renews order SO-2, which belongs to customer C2',
    ],
    [
      'renewal of itself',
      { renews_order: 'SO-9', renews_line: 1 },
      'It renews order SO-9, line 1, which renews it in turn',
    ],
  ])('%s', async (_, values, expected) => {
    expect(await refused('orders.csv', fresh(values))).toEqual(expected)
  })

  test('within a file: keys, companies, dates and contracts of an order agree', async () => {
    expect(
      await said(
        'orders.csv',
        fresh({ service_contract_number: 'SC-9' }),
        fresh({}),
        fresh({ line: 2, customer_number: 'C2' }),
        fresh({ line: 3, order_date: '2026-01-06' }),
        fresh({ sales_order_number: 'SO-10', customer_number: 'C2', service_contract_number: 'SC-9' }),
      ),
    ).toEqual([
      '2 added',
      '3 refused: The same key stands on line 2 already',
      '4 refused: Order SO-9 is of customer C1 on line 2',
      '5 refused: Order SO-9 is dated 2026-01-05 on line 2: an order has one date',
      '6 refused: Contract SC-9 is of customer C1 on line 2',
    ])
  })

  test('renewals within a file: chains in any order, other products, refused rows, circles', async () => {
    const renews = (line: number, of: number, more: Values = {}) =>
      fresh({ line, renews_order: 'SO-9', renews_line: of, ...more })
    expect(
      await said(
        'orders.csv',
        renews(3, 2),
        renews(2, 1),
        fresh({ line: 1 }),
        renews(4, 1, { part_number: 'NODE-N' }),
        renews(5, 4, { part_number: 'NODE-N' }),
        renews(6, 5, { part_number: 'NODE-N' }),
        renews(7, 8),
        renews(8, 7),
      ),
    ).toEqual([
      '2 added',
      '3 added',
      '4 added',
      '5 refused: It renews order SO-9, line 1, which is of another product, BASE-F',
      '6 refused: It renews order SO-9, line 4, which is refused on line 5 of this file',
      '7 refused: It renews order SO-9, line 5, which is refused on line 6 of this file',
      '8 refused: It renews order SO-9, line 8, which renews it in turn',
      '9 refused: It renews order SO-9, line 7, which renews it in turn',
    ])
  })
})

describe('hosts.csv', () => {
  const fresh = (values: Values) => ({ host_name: 'NEW', host_ids: '00-1A-2B-3C-4D-99', ...values })

  test.each<[string, Values, string]>([
    ['unknown customer', { customer_number: 'C9' }, 'There is no customer C9'],
    ['no ID', { host_ids: '' }, 'The column host_ids is empty'],
    [
      'two IDs',
      { host_ids: '00-1A-2B-3C-4D-98|00-1A-2B-3C-4D-99', server_names: 'a|b' },
      'There are 2 host IDs: a host has one, a triad three',
    ],
    [
      'wrong length',
      { host_ids: '001A2B3C' + '4D' },
      expect.stringMatching(/^“001A2B3C4D”: This host ID has 10 digits/),
    ],
    [
      'ANY',
      { host_ids: 'ANY' },
      expect.stringContaining('“ANY”: ANY would let the license run on every machine'),
    ],
    ['DEMO', { host_ids: 'DEMO' }, expect.stringContaining('“DEMO”: DEMO is for trying software')],
    [
      'triad of equal IDs',
      { host_ids: '00-1A-2B-3C-4D-98|00:1a:2b:3c:4d:98|00-1A-2B-3C-4D-97', server_names: 'a|b|c' },
      '00-1A-2B-3C-4D-98 is there twice. A triad is three different machines',
    ],
    [
      'triad of mixed kinds',
      { host_ids: '00-1A-2B-3C-4D-98|1A2B3C4D|00-1A-2B-3C-4D-97', server_names: 'a|b|c' },
      expect.stringContaining('of one kind'),
    ],
    [
      'server name',
      { server_names: 'schéma' },
      expect.stringMatching(/^“schéma”: .*“é” cannot stand in a license pack/),
    ],
    [
      'server names, too few',
      { host_ids: '00-1A-2B-3C-4D-96|00-1A-2B-3C-4D-98|00-1A-2B-3C-4D-97', server_names: 'a|b' },
      'There are 2 server names for 3 host IDs: give one for each',
    ],
    [
      'server names, equal',
      { host_ids: '00-1A-2B-3C-4D-96|00-1A-2B-3C-4D-98|00-1A-2B-3C-4D-97', server_names: 'a|b|A' },
      'The server name A stands twice',
    ],
    [
      'ID on another host',
      { host_ids: '00:1a:2b:3c:4d:02' },
      'The host ID 00-1A-2B-3C-4D-02 is that of host CAD-02',
    ],
    [
      'other IDs for a known host',
      { host_name: 'cad-01' },
      expect.stringContaining('The host IDs of a host, and their order, never change'),
    ],
    ['port', { port: 0 }, '“0” in the column port is not a whole number from 1 to 65,535'],
  ])('%s', async (_, values, expected) => {
    expect(await refused('hosts.csv', fresh(values))).toEqual(expected)
  })

  test('within a file labels and IDs stand once; another company may have the same', async () => {
    expect(
      await said(
        'hosts.csv',
        fresh({}),
        fresh({ host_name: 'new', host_ids: '1A2B3C4D' }),
        fresh({ host_name: 'NEW-2' }),
        fresh({ customer_number: 'C2' }),
      ),
    ).toEqual([
      '2 added',
      '3 refused: The same key stands on line 2 already',
      '4 refused: The host ID 00-1A-2B-3C-4D-99 stands on line 2 already',
      '5 added',
    ])
  })
})

describe('placements.csv', () => {
  const fresh = (values: Values) => ({ host_name: 'CAD-02', ...values })

  test('a host is found by the longest name that a host may have, counted in characters', async () => {
    const longest = '🖥'.repeat(100)
    const { outcome } = await loadFiles(
      db.owner,
      {
        'hosts.csv': [host({ host_name: longest, host_ids: '00-1A-2B-3C-4D-99' })],
        'placements.csv': [placement({ host_name: longest, quantity: 1 })],
      },
      { dryRun: true },
    )
    expect(outcome).toBe('tried')
  })

  test.each<[string, Values, string]>([
    ['unknown host', { host_name: 'NONE' }, 'Customer C1 has no active host NONE'],
    [
      'host of another',
      { customer_number: 'C2', host_name: 'CAD-02', sales_order_number: 'SO-2' },
      'Customer C2 has no active host CAD-02',
    ],
    ['unknown line', { line: 9 }, 'Customer C1 has no order SO-1 with a line 9'],
    ['order of another', { sales_order_number: 'SO-2' }, 'Customer C1 has no order SO-2 with a line 1'],
    ['no quantity', { quantity: 0 }, expect.stringContaining('“0” in the column quantity')],
    ['more than owned', { quantity: 7 }, 'With this row 11 would be placed; 10 are owned'],
    [
      'node-locked on a triad',
      { host_name: 'TRIAD', line: 3, quantity: 1 },
      'A node-locked license cannot be placed on a triad',
    ],
    [
      'node-locked twice',
      { line: 3, quantity: 2 },
      'A node-locked license is placed once on a host, with quantity 1',
    ],
    [
      'extended without base',
      { line: 2, quantity: 1 },
      'Its base, Base (BASE-F), is not placed on this host',
    ],
    [
      'another configuration',
      { host_name: 'CAD-01', configuration_id: 'CFG-2' },
      'The configuration ID of this host and family is CFG-1',
    ],
    [
      'a configuration in use',
      { quantity: 1, configuration_id: 'cfg-1' },
      'The configuration ID CFG-1 is in use for another host or family',
    ],
  ])('%s', async (_, values, expected) => {
    expect(await refused('placements.csv', fresh(values))).toEqual(expected)
  })

  test('within a file: sums, bases, configurations', async () => {
    expect(
      await said(
        'placements.csv',
        fresh({ quantity: 4, configuration_id: 'CFG-8' }),
        fresh({ host_name: 'TRIAD', quantity: 3, configuration_id: 'CFG-8' }),
        fresh({ line: 2, quantity: 1, configuration_id: 'CFG-9' }),
        fresh({ line: 2, host_name: 'TRIAD', quantity: 1 }),
        fresh({ line: 2, host_name: 'CAD-01', quantity: 1 }),
        fresh({}),
      ),
    ).toEqual([
      '2 added',
      '3 refused: The configuration ID CFG-8 stands for another host or family on line 2',
      '4 added',
      '5 refused: Its base, Base (BASE-F), is not placed on this host',
      '6 added',
      '7 refused: The same key stands on line 2 already',
    ])
  })
})
