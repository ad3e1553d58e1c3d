import { readFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import {
  addTerm,
  dayFromNow,
  makeCustomer,
  makeEntitlement,
  makeFamily,
  makeHost,
  makeProduct,
} from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
const signedIn = new Map<string, Promise<Visitor>>()

/** A browser in which the person is signed in; once for all tests here. */
const as = (email: string) => {
  const browser = signedIn.get(email) ?? t.signIn(email)
  signedIn.set(email, browser)
  return browser
}
let company: string

beforeAll(async () => {
  t = await testApp()
  company = t.cast.customers['100234']!
  const db = t.db.owner.db
  const forma = await makeFamily(db, { name: 'Forma' })
  const relay = await makeFamily(db, { name: 'Relay', daemon: 'relayd', port: 7799 })
  const base = await makeProduct(db, { name: 'Forma Base', partNumber: 'FRM-1000-F', familyId: forma.id })
  const viewer = await makeProduct(db, {
    name: 'Forma Viewer',
    partNumber: 'FRM-0900-N',
    familyId: forma.id,
    licenseType: 'node-locked',
  })
  const server = await makeProduct(db, { name: 'Relay Server', partNumber: 'RLY-4100-F', familyId: relay.id })
  const soon = await makeEntitlement(db, company, base.id, {
    quantity: 20,
    endsOn: dayFromNow(69),
    contract: { number: '2A-55012' },
  })
  await makeEntitlement(db, company, viewer.id, {
    quantity: 40,
    endsOn: null,
    contract: { number: '2A-55013' },
  })
  const over = await makeEntitlement(db, company, server.id, {
    quantity: 3,
    startsOn: dayFromNow(-400),
    contract: { number: '3A-10077' },
  })
  const host = await makeHost(db, company, { label: 'LYO-CAD-07' })
  const both = planner(t.db.database, company, t.cast.people['both@demo.example']!)
  await both.place([{ entitlementId: soon.id, to: host.id, quantity: 17 }])
  await both.place([{ entitlementId: over.id, to: host.id, quantity: 3 }])
  await addTerm(db, company, over, {
    ...{ quantity: 1, startsOn: dayFromNow(-1), endsOn: null },
    contract: { number: '3A-20088' },
  })
  await addTerm(db, company, over, {
    ...{ quantity: 1, startsOn: dayFromNow(60), endsOn: null },
    contract: { number: '3A-30099' },
  })
  const gone = await makeProduct(db, { name: 'Calque Studio', partNumber: 'CLQ-3000-N', familyId: relay.id })
  await makeEntitlement(db, company, gone.id, {
    quantity: 6,
    startsOn: dayFromNow(-60),
    endsOn: dayFromNow(-9),
  })
})
afterAll(() => t.close())

const cellsOf = (row: Element) =>
  [...row.children].map((cell) => cell.textContent!.replace(/\s+/g, ' ').trim()).join(' ')
const rows = async (query = '') => {
  const page = await (await as('both@demo.example')).open(`/c/100234/licenses${query}`)
  return page.all('#results tbody tr').map(cellsOf)
}
const names = async (query: string) =>
  (await rows(query)).map((row) => /^\D+? [A-Z]{3}-/.exec(row)?.[0].slice(0, -5))

describe('License summary', () => {
  test('R1: says of each product what is owned, placed, available and until when, by name', async () => {
    const [calque, base, viewer, relay] = await rows()
    expect(calque).toMatch(/^Calque Studio CLQ-3000-N floating SC-\S+ 0 0 0 available .+ expired$/)
    expect(base).toMatch(/^Forma Base FRM-1000-F floating 2A-55012 20 17 3 available .+ 69 days$/)
    expect(viewer).toBe('Forma Viewer FRM-0900-N node-locked 2A-55013 40 0 40 available perpetual')
    expect(relay).toBe('Relay Server RLY-4100-F floating 3A-20088 3 3 0 available perpetual over-placed')
  })

  test('the caption has the sums', async () => {
    const page = await (await as('both@demo.example')).open('/c/100234/licenses')
    expect(page.one('caption').textContent).toBe('4 products, 63 licenses owned, 20 placed, 43 available')
  })

  test('filters by family, by part of a name, part number or contract, and by what to show', async () => {
    expect(await names('?family=Forma')).toEqual(['Forma Base', 'Forma Viewer'])
    expect(await names('?text=viewer')).toEqual(['Forma Viewer'])
    expect(await names('?text=rly-41')).toEqual(['Relay Server'])
    expect(await names('?text=2a-55012')).toEqual(['Forma Base'])
    // Under the contract in force, the one before it, and the one that its next term will be under.
    for (const number of ['3A-20088', '3a-10077', '3A-30099'])
      expect(await names(`?text=${number}`)).toEqual(['Relay Server'])
    expect(await names('?text=%25')).toEqual([])
    expect(await names('?show=available')).toEqual(['Forma Base', 'Forma Viewer'])
    expect(await names('?show=expiring')).toEqual(['Forma Base'])
    expect(await names('?show=expired')).toEqual(['Calque Studio'])
    expect(await names('?show=over-placed')).toEqual(['Relay Server'])
    expect(await names('?show=nonsense&family=&after=nonsense')).toHaveLength(4)
  })

  test('an empty answer says so and leads back', async () => {
    const browser = await as('both@demo.example')
    const page = await browser.open('/c/100234/licenses?text=nowhere&family=Forma')
    expect(page.one('.g-empty').textContent).toContain('No license fits this filter')
    expect(page.link('Show all licenses')).toBe('/c/100234/licenses')
    expect(page.one('input[name=text]').getAttribute('value')).toBe('nowhere')
    expect(page.one('select[name=family] option[selected]').textContent).toBe('Forma')
  })

  test('R6, R7: opens with Licensing or Reporting; only Licensing offers to place', async () => {
    const licensing = await (await as('licensing@demo.example')).get('/c/100234/licenses')
    expect(licensing.link('Configure new licenses')).toBe('/c/100234/configure')
    const reporting = await (await as('reporting@demo.example')).get('/c/100234/licenses')
    expect(reporting.status).toBe(200)
    expect(reporting.text).toContain('Placing licenses takes the Licensing privilege')
  })

  test('R4, R8, R10: refuses a supervisor and who has no privilege, in words', async () => {
    for (const email of ['supervisor@demo.example', 'none@demo.example']) {
      const page = await (await as(email)).get('/c/100234/licenses')
      expect(page.status).toBe(403)
      expect(page.text).toContain('Licensing or Reporting')
    }
  })

  test('another company’s licenses are not there', async () => {
    const stranger = await as('stranger@demo.example')
    expect((await stranger.get('/c/100234/licenses')).status).toBe(404)
    expect((await stranger.open('/c/100555/licenses')).text).toContain('Nothing is owned yet')
    expect((await stranger.get('/c/100555/licenses/FRM-1000-F')).status).toBe(404)
  })

  test('speaks French to who does', async () => {
    const browser = await t.signIn('reporting@demo.example')
    browser.cookies.set('guichet_language', 'fr')
    const page = await browser.open('/c/100234/licenses')
    expect(page.heading).toBe('Synthèse des licences')
    expect(page.one('caption').textContent).toContain('63 licences possédées')
    expect(page.text).toContain('en surnombre')
  })
})

describe('with many products', () => {
  beforeAll(async () => {
    const db = t.db.owner.db
    const family = await makeFamily(db, { name: 'Many' })
    const stranger = t.cast.customers['100555']!
    for (let i = 0; i < 101; i++) {
      const name = `Atelier ${['Contour', 'Maillage', 'Relief', 'Tracé', 'Calcul'][i % 5]} ${String(i).padStart(3, '0')}`
      const product = await makeProduct(db, {
        name,
        familyId: family.id,
        partNumber: `ATL-${4217 + i * 31}-F`,
      })
      const endsOn = [null, dayFromNow(20 + i * 13), dayFromNow(400 + i * 7)][i % 3]!
      await makeEntitlement(db, stranger, product.id, {
        quantity: 3 + ((i * 37) % 90),
        endsOn,
        contract: { number: `4B-${55012 + i * 7}` },
      })
    }
  })

  test('goes on page by page, each product once', async () => {
    const browser = await as('stranger@demo.example')
    const seen: string[] = []
    for (let url = '/c/100555/licenses'; url; ) {
      const page = await browser.open(url)
      seen.push(...page.all('#results th[scope=row] a').map((a) => a.textContent!))
      expect(page.one('caption').textContent).toMatch(/^101 products/)
      url = page.all('.g-pager a[rel=next]')[0]?.getAttribute('href') ?? ''
    }
    expect(seen).toHaveLength(101)
    expect(new Set(seen).size).toBe(101)
    expect(seen).toEqual([...seen].sort())
  })

  test('a page of 50 rows and its styles fit into 14 KB, compressed', async () => {
    const page = await (await as('stranger@demo.example')).open('/c/100555/licenses')
    expect(page.all('#results tbody tr')).toHaveLength(50)
    const css = readFileSync(new URL('../../public/guichet.css', import.meta.url))
    const size = { html: gzipSync(page.body).length, css: gzipSync(css).length }
    expect(size.html + size.css).toBeLessThan(14 * 1024)
    expect(brotliCompressSync(page.body).length).toBeLessThan(6.5 * 1024)
  })
})

describe('a product’s page', () => {
  test('shows entitlements with order, contract, maintenance, term and hosts', async () => {
    const page = await (await as('reporting@demo.example')).open('/c/100234/licenses/frm-1000-f')
    expect(page.heading).toBe('Forma Base')
    expect(page.text).toContain('FRM-1000-F, floating, family Forma')
    const row = cellsOf(page.one('tbody tr'))
    expect(row).toMatch(
      /SO-\d+, line 1 release 12.0 2A-55012 maintenance .+ 20 17 3 available .+ 69 days LYO-CAD-07 \(17\)/,
    )
    expect(page.link('LYO-CAD-07')).toMatch(/^\/c\/100234\/hosts\/[0-9a-f-]{36}$/)
    expect(page.text).toMatch(/FEATURE_\d+ 12\.0/)
  })

  test('names eight hosts and leads to the others', async () => {
    const db = t.db.owner.db
    const customer = await makeCustomer(db)
    const product = await makeProduct(db)
    const entitlement = await makeEntitlement(db, customer.id, product.id, { quantity: 30 })
    const person = t.cast.people['several@demo.example']!
    const lines = []
    for (let i = 0; i < 11; i++)
      lines.push({ entitlementId: entitlement.id, to: (await makeHost(db, customer.id)).id })
    await planner(t.db.database, customer.id, person).place(lines)
    const { listEntitlements } = await import('../../src/licenses/product.ts')
    const [row] = await t.db.database.readCustomer(customer.id, (tx) =>
      listEntitlements(tx, customer.id, product.partNumber, { today: dayFromNow() }),
    )
    expect(row).toMatchObject({ hosts: 11, placed: 11, owned: 30 })
    expect(row!.placed_on).toHaveLength(8)
  })

  test('a part number the company owns nothing of is not there', async () => {
    const browser = await as('reporting@demo.example')
    for (const part of ['NONE', '%00', 'ATL-4217-F'])
      expect((await browser.get(`/c/100234/licenses/${part}`)).status).toBe(404)
  })
})
