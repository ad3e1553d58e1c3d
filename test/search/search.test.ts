import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatRequestNumber } from '../../src/requests/number.ts'
import { hosts } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
let both: Visitor
let number: number
let order: string

beforeAll(async () => {
  t = await testApp()
  const company = t.cast.customers['100234']!
  const db = t.db.owner.db
  const product = await makeProduct(db, { name: 'Forma Base', partNumber: 'FRM-1000-F' })
  const made = await makeEntitlement(db, company, product.id, {
    quantity: 20,
    contract: { number: '2A-55012' },
  })
  order = made.salesOrderNumber
  const host = await makeHost(db, company, {
    label: 'LYO-CAD-07',
    ids: ['VM_UUID=00112233-4455-6677-8899-AABBCCDDEEFF'],
    servers: ['lyo-lic'],
    city: 'Lyon',
  })
  for (let n = 0; n < 9; n++)
    await makeHost(db, company, { label: `NTE-${n}`, ids: [`1A2B3C4D5E0${n}`], city: 'Nantes' })
  await db.update(hosts).set({ caretakerId: t.cast.people['reporting@demo.example']! })
  const { place } = planner(t.db.database, company, t.cast.people['both@demo.example']!)
  number = (await place([{ entitlementId: made.id, to: host.id, quantity: 2 }])).requestNumber
  // Somebody else's, of the same names.
  const theirs = await makeEntitlement(db, t.cast.customers['100555']!, product.id, {
    contract: { number: '2A-55555' },
  })
  const other = await makeHost(db, t.cast.customers['100555']!, {
    label: 'LYO-CAD-07X',
    ids: ['1A2B3C4D5EFF'],
  })
  await planner(t.db.database, t.cast.customers['100555']!, t.cast.people['stranger@demo.example']!).place([
    { entitlementId: theirs.id, to: other.id },
  ])
  both = await t.signIn('both@demo.example')
})
afterAll(() => t.close())

const search = (typed: string, browser = both) =>
  browser.get(`/c/100234/search?${new URLSearchParams({ q: typed })}`)
const groups = async (typed: string, browser = both) =>
  (await search(typed, browser)).all('main section h2').map((h2) => h2.textContent)

describe('search', () => {
  test('finds a request by its number in any spelling, and says a digit typed wrong', async () => {
    for (const typed of [String(number), formatRequestNumber(number)]) {
      expect((await search(typed)).link(formatRequestNumber(number))).toBe(`/c/100234/requests/${number}`)
    }
    const wrong = String(number - (number % 10) + ((number + 1) % 10))
    expect((await search(wrong)).text).toContain('typing error')
  })

  test('finds hosts by name, server name, city and ID in any spelling', async () => {
    for (const typed of [
      'lyo-cad',
      'LYO-LIC',
      '00112233445566778899aabbccddeeff',
      'VM_UUID={00112233-4455-6677-8899-aabbccddeeff}',
      'HOSTID=VM_UUID=00112233-4455-6677-8899-AABBCCDDEEFF',
    ])
      expect([typed, (await search(typed)).all('#hosts + ul a').map((a) => a.textContent)]).toEqual([
        typed,
        ['LYO-CAD-07'],
      ])
    expect((await search('1a:2b:3c:4d:5e:03')).link('NTE-3')).toContain('/c/100234/hosts/')
  })

  test('finds products by name, part number and feature; orders, contracts, configurations', async () => {
    for (const typed of ['forma', 'frm-1000', 'FEATURE_'])
      expect([typed, await groups(typed)]).toEqual([typed, expect.arrayContaining(['Products'])])
    expect((await search(order)).link(order)).toContain('/c/100234/licenses?text=')
    expect((await search('2a-55012')).link('2A-55012')).toContain('/c/100234/licenses?text=')
    expect(await groups('10000')).toContain('Configurations')
    const licenses = await both.get(`/c/100234/licenses?text=${order}`)
    expect(licenses.text).toContain('Forma Base')
  })

  test('names six of each kind and leads to all of them', async () => {
    const page = await search('nte-')
    expect(page.all('#hosts + ul li')).toHaveLength(6)
    const all = page.link('See all: 9 hosts')
    expect((await both.get(all)).all('#results tbody tr')).toHaveLength(9)
  })

  test('people: a supervisor finds everyone, others who looks after a host', async () => {
    expect(await groups('rose lambert')).toContain('People')
    expect(await groups('nora petit')).not.toContain('People')
    const several = await t.signIn('several@demo.example')
    expect(await groups('100871', several)).toContain('Your companies')
    expect(await groups('100871')).not.toContain('Your companies')
  })

  test('refuses who holds neither privilege; another company’s things are not found', async () => {
    for (const email of ['supervisor@demo.example', 'none@demo.example'])
      expect((await search('x', await t.signIn(email))).status).toBe(403)
    for (const typed of ['LYO-CAD-07X', '2A-55555', '1A2B3C4D5EFF', 'Atelier Blanc', 'Sacha'])
      expect([typed, (await search(typed)).text]).toEqual([
        typed,
        expect.stringContaining('Nothing of the company bears'),
      ])
  })

  test('hostile and odd text is text', async () => {
    for (const typed of [
      '%',
      '_',
      '\\',
      "'; drop table hosts; --",
      '<script>alert(1)</script>',
      'x'.repeat(5000),
      '\u0000',
      '🙂',
    ]) {
      const page = await search(typed)
      expect(page.status).toBe(200)
      expect(page.all('main script')).toHaveLength(0)
    }
    expect(await groups('%')).toEqual([])
    expect((await both.get('/c/100234/search?q=a&q=b')).status).toBe(200)
  })

  test('stands in the head of each page, once, for who may search; the overview finds a request by its number', async () => {
    const page = await both.get('/c/100234')
    expect(page.all('form[action="/c/100234/search"]')).toHaveLength(1)
    expect(page.all('main form')).toHaveLength(1)
    expect(page.all('form[action="/requests/find"]')).toHaveLength(1)
    const nora = await (await t.signIn('none@demo.example')).get('/c/100234')
    expect(nora.all('form[action="/c/100234/search"]')).toHaveLength(0)
  })
})
