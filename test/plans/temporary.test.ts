import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFilter } from '../../src/licenses/filter.ts'
import { flexnetDate } from '../../src/packs/formats/flexnet.ts'
import { listLines } from '../../src/reports/lines.ts'
import { planLines, temporaryLicenses } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow } from '../helpers/makers.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { beginWith, fieldError, submitPlanPage, workplace } from '../helpers/workplace.ts'

const base = '/c/100234'
let site: TestApp
let luc: Visitor
let at: ReturnType<typeof workplace>

beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  at = workplace(site)
})
afterAll(() => site.close())

const planOf = (address: string) => address.replace(/\/product.*/, '')
const linesOf = (plan: string) =>
  site.db.owner.db
    .select()
    .from(planLines)
    .where(eq(planLines.planId, plan.split('/').at(-1)!))
const lentIn = (productId: string) =>
  site.db.owner.db
    .select()
    .from(temporaryLicenses)
    .where(and(eq(temporaryLicenses.productId, productId), eq(temporaryLicenses.customerId, at.customerId)))

describe('Temporary license', () => {
  test('R1, R6: a product, a host, a quantity; it stands outside what is owned and says when it ends', async () => {
    const { product } = await at.own({ quantity: 5 }, { name: 'TL1 Base' })
    const host = await at.host('TL1-HOST')
    const products = await luc.get(`${await beginWith(luc, 'temporary')}?text=TL1`)
    expect(products.heading).toBe('Of which product do you need a temporary license?')
    const last = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
    expect(products.text).toContain(last.format(new Date(dayFromNow(13))))
    expect(products.one('tbody tr').textContent!.replace(/\s+/g, ' ')).toMatch(/5 owned.*0 of 2.*0 of 4/)
    const targets = await luc.get(products.link('TL1 Base'))
    const page = await luc.get((await luc.get(`${targets.url}?text=TL1`)).link('TL1-HOST'))
    const plan = planOf(products.url)
    const added = await luc.submit(page, { quantity: '3' })
    expect([added.status, added.location]).toEqual([303, plan])
    const check = await luc.get(plan)
    expect(check.text).toContain(`ends by itself on ${last.format(new Date(dayFromNow(13)))}`)
    // The pack that is previewed ends as the one that is cut will; its request has no number yet.
    expect(check.text.match(/INCREMENT \S+ \S+ \S+ (\S+) 3 .*?SN=(\S+)/)?.slice(1)).toEqual([
      flexnetDate(dayFromNow(13)),
      'T?-1',
    ])
    const request = await submitPlanPage(luc, plan)
    expect(request.text).toContain('Temporary license')
    const [lent] = await lentIn(product.id)
    expect(lent).toMatchObject({ quantity: 3, startsOn: dayFromNow(), endsOn: dayFromNow(13) })
    expect(await at.placedOn(host.id)).toEqual({ [lent!.entitlementId]: 3 })
    expect((await luc.get(`${base}/temporary`)).status).toBe(200)
  })

  test('more than is owned is refused beside the quantity, what was typed stays, and nothing is kept', async () => {
    const { product } = await at.own({ quantity: 2 })
    const host = await at.host('TL2')
    const plan = planOf(await beginWith(luc, 'temporary'))
    const page = await luc.get(`${plan}/product/${product.id}/host/${host.id}`)
    const refused = await luc.submit(page, { quantity: '3' })
    expect(refused.status).toBe(422)
    expect(fieldError(refused, 'quantity')).toContain('At most as many as you own: 2 are owned')
    expect(refused.one('#quantity').getAttribute('value')).toBe('3')
    for (const typed of ['', '0', 'two', '1.5'])
      expect([typed, (await luc.submit(page, { quantity: typed })).status]).toEqual([typed, 422])
    expect(await linesOf(plan)).toEqual([])
    expect(await lentIn(product.id)).toEqual([])
  })

  test('beyond the limits the desk decides, and each page says so before', async () => {
    const { id, product } = await at.own({ quantity: 5 }, { name: 'TL3 Base' })
    const host = await at.host('TL3')
    await at.lend(id, host.id, 1)
    await at.lend(id, host.id, 1)
    const products = await luc.get(`${await beginWith(luc, 'temporary')}?text=TL3`)
    expect(products.text).toContain('2 temporary licenses are open; 2 may be at a time. The desk decides.')
    const plan = planOf(products.url)
    const page = await luc.get(`${plan}/product/${product.id}/host/${host.id}`)
    expect(page.text).toContain('The desk decides')
    await luc.submit(page, { quantity: '1' })
    const request = await submitPlanPage(luc, plan)
    expect(request.text).toContain('in review')
  })

  test('why can’t I: a product that has expired, a triad for node-locked, a license that lacks its base', async () => {
    await at.own({ startsOn: dayFromNow(-400), endsOn: dayFromNow(-9) }, { name: 'TL4 Gone' })
    const locked = await at.own({}, { name: 'TL4 Locked', licenseType: 'node-locked' })
    const mesh = await at.own({}, { name: 'TL4 Mesh', base: locked.product.id })
    await at.host('TL4-TRIAD', { ids: ['02EE00000041', '02EE00000042', '02EE00000043'] })
    const single = await at.host('TL4-ONE')
    const products = await luc.get(`${await beginWith(luc, 'temporary')}?text=TL4`)
    expect(products.text).toContain('Your company owns no TL4 Gone that is in force today')
    expect(products.all('tbody a').map((a) => a.textContent)).toEqual(['TL4 Locked', 'TL4 Mesh'])
    const hosts = await luc.get(`${products.link('TL4 Locked')}?text=TL4`)
    expect(hosts.text).toContain('it cannot be placed on TL4-TRIAD, which is a triad')
    const page = await luc.get(hosts.link('TL4-ONE'))
    expect(page.all('input[name=quantity]')).toEqual([])
    await luc.submit(page, {})
    const withoutBase = await luc.get(`${planOf(products.url)}/product/${mesh.product.id}/host?text=TL4-ONE`)
    expect(withoutBase.text).not.toContain('is not here')
    expect((await linesOf(planOf(products.url)))[0]).toMatchObject({ toHostId: single.id, quantity: 1 })
  })

  test('a draft lends a product to one host: another host takes it there, and a line taken out lends nothing', async () => {
    const { product } = await at.own({ quantity: 5 })
    const other = await at.own({ quantity: 5 })
    const [one, two] = [await at.host('TL5-A'), await at.host('TL5-B')]
    const plan = planOf(await beginWith(luc, 'temporary'))
    const lend = async (productId: string, hostId: string, quantity: string) =>
      luc.submit(await luc.get(`${plan}/product/${productId}/host/${hostId}`), { quantity })
    await lend(product.id, one.id, '1')
    await lend(product.id, two.id, '2')
    expect((await linesOf(plan)).map(({ toHostId, quantity }) => [toHostId, quantity])).toEqual([[two.id, 2]])
    await lend(other.product.id, one.id, '1')
    const check = await luc.get(plan)
    expect(check.link('Change')).toBe(`${plan}/product/${product.id}/host/${two.id}`)
    expect(check.link('Add another temporary license')).toBe(`${plan}/product`)
    await luc.submit(check, {}, check.all('form[action$="/removal"]')[0]!.getAttribute('action')!)
    expect(await lentIn(product.id)).toEqual([])
    await submitPlanPage(luc, plan)
    expect(await at.placedOn(two.id)).toEqual({})
    expect((await lentIn(other.product.id))[0]!.startsOn).toBe(dayFromNow())
  })

  test('a new host borrows: it is described on its own page', async () => {
    const { product } = await at.own()
    const plan = planOf(await beginWith(luc, 'temporary'))
    const hosts = await luc.get(`${plan}/product/${product.id}/host`)
    const form = await luc.get(hosts.link('A new host'))
    const wrong = await luc.submit(form, { label: 'TL6', id1: '00-1A' })
    expect(wrong.status).toBe(422)
    const made = await luc.submit(wrong, { id1: '02EE00000061', server1: 'tl6' })
    expect(made.location).toMatch(new RegExp(`^${plan}/product/${product.id}/host/`))
    await luc.submit(await luc.get(made.location), { quantity: '1' })
    await submitPlanPage(luc, plan)
    expect(Object.values(await at.placedOn(made.location.split('/').at(-1)!))).toEqual([1])
  })

  test('what is returned of one is over: it is not available, and is placed nowhere unless the return is undone', async () => {
    const { id } = await at.own({ quantity: 5 })
    const [host, other] = [await at.host('TL8-A'), await at.host('TL8-B')]
    const lent = await at.lend(id, host.id, 3)
    const { requestNumber } = await at.plans.place(
      [{ entitlementId: lent, from: host.id, quantity: 1 }],
      'return',
    )
    expect(await at.plans.reasons([{ entitlementId: lent, to: other.id }])).toEqual([['notEnoughSeat']])
    const report = { customerId: at.customerId, filter: readFilter({}), day: dayFromNow(), asOf: null }
    const lines = await site.db.database.readCustomer(at.customerId, (tx) =>
      listLines(tx, report, { limit: 500 }),
    )
    const ofLent = lines.filter(({ entitlement_id }) => entitlement_id === lent)
    expect(ofLent.map(({ owned, placed, available }) => [owned, placed, available])).toEqual([[2, 2, 0]])
    const page = await luc.get(`${base}/requests/${requestNumber}`)
    const undo = await luc.submit(page, {}, `${base}/requests/${requestNumber}/undo`)
    await submitPlanPage(luc, undo.location)
    expect(await at.placedOn(host.id)).toEqual({ [lent]: 3 })
  })

  test('an extension that is owned is not left alone by a lent base: it takes one that is owned, or is lent too', async () => {
    const owned = await at.own({ quantity: 2 }, { name: 'TL9 Base' })
    const mesh = await at.own({ quantity: 2 }, { name: 'TL9 Mesh', base: owned.product.id })
    const host = await at.host('TL9')
    await at.lend(owned.id, host.id, 1)
    const plan = await at.plans.draft([{ entitlementId: mesh.id, to: host.id }])
    const check = await luc.get(`${base}/plans/${plan}`)
    expect(check.text).toContain('It extends TL9 Base, which is on TL9 as a temporary license only')
    await at.lend(mesh.id, host.id, 1)
    await at.place(owned.id, host.id, 1)
    await at.place(mesh.id, host.id, 1)
    expect(await at.plans.reasons([{ entitlementId: owned.id, from: host.id }], 'return')).toEqual([
      ['baseNeeded'],
    ])
  })

  test('R6, R10: Reporting alone is refused in words; what the company does not own, and another’s plan, is not found', async () => {
    const { product } = await at.own()
    const host = await at.host('TL7')
    const plan = planOf(await beginWith(luc, 'temporary', `?product=${product.partNumber}`))
    const page = `${plan}/product/${product.id}/host/${host.id}`
    const reporting = await site.signIn('reporting@demo.example')
    for (const path of [`${base}/temporary`, `${plan}/product`, page]) {
      const refused = await reporting.get(path)
      expect([path, refused.status]).toEqual([path, 403])
      expect(refused.text).toContain('the privilege Licensing')
    }
    const stranger = await site.signIn('stranger@demo.example')
    expect((await stranger.get(page)).status).toBe(404)
    const theirs = await stranger.submit(await stranger.get('/c/100555/temporary'), {}, '/c/100555/plans')
    expect((await stranger.get(`${planOf(theirs.location)}/product/${product.id}/host`)).status).toBe(404)
    expect((await luc.get(`${plan}/product/${host.id}/host`)).status).toBe(404)
  })
})
