import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { formatRequestNumber } from '../../src/requests/number.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
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
let triad: { id: string }
let product: { partNumber: string }
let requestNumber: number

beforeAll(async () => {
  t = await testApp()
  const company = t.cast.customers['100234']!
  const db = t.db.owner.db
  const base = await makeProduct(db, { name: 'Forma Base', partNumber: 'FRM-1000-F' })
  product = base
  const entitlement = await makeEntitlement(db, company, base.id, { quantity: 20 })
  triad = await makeHost(db, company, {
    label: 'LYO-LIC',
    ids: ['02-AA-10-00-00-01', '02-AA-10-00-00-02', '02-AA-10-00-00-03'],
    servers: ['lyo-1', 'lyo-2', 'lyo-3'],
    port: 7000,
    city: 'Lyon',
    country: 'FR',
  })
  await makeHost(db, company, { label: 'NTE-CAD-01', ids: ['1A-2B-3C-4D-5E-6F'], city: 'Nantes' })
  await makeHost(db, company, { label: 'PLANNED', ids: ['1A-2B-3C-4D-5E-70'], status: 'planned' })
  const both = planner(t.db.database, company, t.cast.people['both@demo.example']!)
  ;({ requestNumber } = await both.place([{ entitlementId: entitlement.id, to: triad.id, quantity: 9 }]))
})
afterAll(() => t.close())

const labels = async (query = '') => {
  const page = await (await as('both@demo.example')).open(`/c/100234/hosts${query}`)
  return page.all('#results th[scope=row] a').map((a) => a.textContent)
}

describe('Hosts', () => {
  test('lists the hosts with their IDs, place, licenses and pack; not those of a draft plan only', async () => {
    const page = await (await as('licensing@demo.example')).open('/c/100234/hosts')
    expect(page.one('caption').textContent).toBe('2 hosts, 9 licenses placed')
    const [lyon, nantes] = page.all('tbody tr').map((row) => row.textContent!.replace(/\s+/g, ' '))
    expect(lyon).toContain('02-AA-10-00-00-01 · 02-AA-10-00-00-02 · 02-AA-10-00-00-03')
    for (const words of ['triad', 'Lyon, France', '9 licenses', 'issue 1']) expect(lyon).toContain(words)
    for (const words of ['single host', 'Nantes', '0 licenses', 'none']) expect(nantes).toContain(words)
  })

  test('finds by label, by an ID in any spelling, by city, server name and product', async () => {
    expect(await labels('?text=nte')).toEqual(['NTE-CAD-01'])
    expect(await labels('?text=1a:2b:3c:4d:5e:6f')).toEqual(['NTE-CAD-01'])
    expect(await labels('?text=02AA10000002')).toEqual(['LYO-LIC'])
    expect(await labels('?text=lyon')).toEqual(['LYO-LIC'])
    expect(await labels('?text=lyo-3')).toEqual(['LYO-LIC'])
    expect(await labels(`?product=${product.partNumber.toLowerCase()}`)).toEqual(['LYO-LIC'])
    expect(await labels('?text=1A2B3C4D5E70')).toEqual([])
    for (const wild of ['l_o', 'l%o', '%25']) expect(await labels(`?text=${wild}`)).toEqual([])
  })

  test('finds a display or an address by what they are, without the word before it', async () => {
    const [display, address] = ['DISPLAY=xterm7:0', 'INTERNET=2001:db8::7']
    const made = [
      await makeHost(t.db.owner.db, t.cast.customers['100234']!, { label: 'SHOWN', ids: [display] }),
      await makeHost(t.db.owner.db, t.cast.customers['100234']!, { label: 'ADDRESSED', ids: [address] }),
    ]
    for (const text of [display, 'xterm7:0']) expect(await labels(`?text=${text}`)).toEqual(['SHOWN'])
    for (const text of [address, '2001:db8::7']) expect(await labels(`?text=${text}`)).toEqual(['ADDRESSED'])
    for (const { id } of made) {
      await t.db.owner.db.execute(sql`delete from host_members where host_id = ${id}`)
      await t.db.owner.db.execute(sql`delete from hosts where id = ${id}`)
    }
  })

  test('finds by what stands around a host: feature, address, number of a request, who looks after it', async () => {
    await t.db.owner.db.execute(sql`
      update hosts set address_line1 = '12 quai Perrache', postal_code = '69002',
        caretaker_id = ${t.cast.people['licensing@demo.example']!} where id = ${triad.id}`)
    for (const text of [
      'feature_',
      'quai perr',
      '69002',
      'licensing@demo',
      formatRequestNumber(requestNumber),
    ])
      expect([text, await labels(`?text=${encodeURIComponent(text)}`)]).toEqual([text, ['LYO-LIC']])
    expect(await labels('?text=100-000-997')).toEqual([])
  })

  test('a host’s page says what identifies it, what is placed on it, its pack and its latest transfers', async () => {
    const page = await (await as('reporting@demo.example')).open(`/c/100234/hosts/${triad.id}`)
    expect(page.heading).toBe('LYO-LIC')
    for (const words of [
      '02-AA-10-00-00-02, server name lyo-2',
      '7000',
      'Lyon, France',
      'issue 1, made',
      'current',
      '9 placed',
      '9 licenses of Forma Base (FRM-1000-F) placed here',
      'Bruno Carré',
    ])
      expect(page.text).toContain(words)
    // By the transfer, and by the pack that came of it.
    expect(page.all(`a[href="/c/100234/requests/${requestNumber}"]`)).toHaveLength(2)
    expect(page.link('Forma Base')).toBe('/c/100234/licenses/FRM-1000-F')
  })

  test('R4, R10: refuses who holds neither Licensing nor Reporting', async () => {
    for (const email of ['supervisor@demo.example', 'none@demo.example']) {
      const browser = await as(email)
      for (const url of ['/c/100234/hosts', `/c/100234/hosts/${triad.id}`])
        expect((await browser.get(url)).status).toBe(403)
    }
  })

  test('a host of another company, in a plan only, or none at all is not there', async () => {
    const stranger = await as('stranger@demo.example')
    expect((await stranger.get(`/c/100555/hosts/${triad.id}`)).status).toBe(404)
    const [planned] = await t.db.owner.db.execute<{ id: string }>(
      sql`select id from hosts where label = 'PLANNED'`,
    )
    const browser = await as('both@demo.example')
    for (const id of [planned!.id, newId(), 'x'])
      expect((await browser.get(`/c/100234/hosts/${id}`)).status).toBe(404)
    expect((await stranger.open('/c/100555/hosts')).text).toContain('There is no host yet')
  })

  test('goes on page by page', async () => {
    const company = t.cast.customers['100990']!
    for (let i = 0; i < 53; i++)
      await makeHost(t.db.owner.db, company, { label: `KIEL-${i}`, ids: [`02AA2000${String(1000 + i)}`] })
    const browser = await as('several@demo.example')
    const first = await browser.open('/c/100990/hosts')
    const second = await browser.open(first.one('.g-pager a[rel=next]').getAttribute('href')!)
    const seen = [first, second].flatMap((page) =>
      page.all('#results th[scope=row] a').map((a) => a.textContent),
    )
    expect(new Set(seen).size).toBe(53)
    expect(second.all('.g-pager a[rel=next]')).toHaveLength(0)
  })
})
