import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { associate, makeCustomer } from '../helpers/makers.ts'
import { isMember } from '../helpers/privileges.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
let several: Visitor
let personId: string

beforeAll(async () => {
  t = await testApp()
  several = await t.signIn('several@demo.example')
  personId = t.cast.people['several@demo.example']!
})
afterAll(() => t.close())

const primary = async () =>
  (await t.db.owner.db.select().from(people).where(eq(people.id, personId)))[0]!.primaryCustomerId

describe('R11: a person’s companies', () => {
  test('another one is made primary', async () => {
    const page = await several.get('/account/companies')
    expect(page.all('tbody tr').length).toBe(3)
    const done = await several.submitAndFollow(page, {}, '/c/100990/primary')
    expect(done.body).toContain('100990 - Nordlicht Anlagenbau GmbH is now your primary association')
    expect(await primary()).toBe(t.cast.customers['100990'])
  })

  test('the primary one is left: what is lost is said, another becomes primary and active', async () => {
    await several.submit(await several.get('/switch'), { customer: '100990' }, '/switch')
    const page = await several.get('/c/100990/departure')
    expect(page.text).toMatch(/You lose Licensing.*It is your primary association/)
    const done = await several.submitAndFollow(page, {}, '/c/100990/departure')
    expect([done.url, done.all('tbody tr').length]).toEqual(['/account/companies', 2])
    expect(await isMember(t, { customerId: t.cast.customers['100990']!, personId })).toBe(false)
    const next = (await several.get('/')).location
    expect(['/c/100234', '/c/100871']).toContain(next)
    expect((await several.get('/c/100990')).status).toBe(404)
  })

  test('of an only company no other takes the place', async () => {
    const page = await (await t.signIn('none@demo.example')).get('/c/100234/departure')
    expect(page.text).toContain('Your account then opens no company: this is your only association.')
    expect(page.text).not.toContain('takes its place')
  })

  test('the frame has a switcher that is a plain form', async () => {
    const page = await several.get('/c/100234')
    expect(page.all('.g-switch option').map((one) => one.getAttribute('value'))).toEqual(['100234', '100871'])
    const done = await several.submitAndFollow(page, { customer: '100871' }, '/switch')
    expect(done.url).toBe('/c/100871')
    await several.submit(done, { customer: '100234' }, '/switch')
  })

  test('with 200 companies the frame leads to a page that searches and pages by key; staying is remembered of each', async () => {
    for (let i = 0; i < 200; i++) {
      const customer = await makeCustomer(t.db.owner.db, {
        customerNumber: `Z-${1000 + i}`,
        name: i === 150 ? 'Needle & Sons 100%' : `Hay ${i}`,
      })
      await associate(t.db.owner.db, customer.id, personId)
    }
    const page = await several.get('/c/100234')
    expect([page.all('.g-switch').length, page.link('Switch customer (202)')]).toEqual([0, '/switch'])
    for (const path of ['/switch', '/account/companies']) {
      const first = await several.get(path)
      expect(first.all('tbody tr').length).toBe(50)
      const second = await several.get(first.link('Next page'))
      expect(second.one('tbody th a').textContent).not.toBe(first.one('tbody th a').textContent)
      const found = await several.get(`${path}?find=100%25`)
      expect([path, found.all('tbody tr').length, found.text.includes('Needle')]).toEqual([path, 1, true])
      const byNumber = await several.get(`${path}?find=z-+11+50`)
      expect([path, byNumber.all('tbody tr').length, byNumber.text.includes('Needle')]).toEqual([
        path,
        1,
        true,
      ])
    }
    const use = async (number: string) => several.submit(await several.get(`/c/${number}`), {}, '/switch')
    for (let i = 0; i < 30; i++) {
      await use(`Z-${1000 + i}`)
      await several.submit(await several.get('/account'), {}, '/stay')
    }
    await use('Z-1000')
    expect((await several.get('/c/Z-1000')).body).not.toContain('is not your primary association')
    await use('100234')
    await t.db.owner.db.execute(sql`delete from associations where person_id = ${personId} and customer_id in (
      select id from customers where customer_number like 'Z-%')`)
  })

  test('another’s company can be neither made primary nor left', async () => {
    const csrf = (await several.get('/account/companies')).one('input[name=_csrf]').getAttribute('value')!
    for (const path of ['/c/100555/primary', '/c/100555/departure']) {
      expect((await several.post(path, { _csrf: csrf, _key: crypto.randomUUID() })).status).toBe(404)
    }
  })
})
