import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const field = (entitlementId: string) => `quantity-${entitlementId}`
const planOf = (address: string) => address.replace(/\/from.*/, '')

async function placed(label: string, quantity = 5) {
  const { id, product } = await at.own({ quantity: 8 })
  const from = await at.host(label)
  await at.place(id, from.id, quantity)
  return { id, product, from }
}

describe('Return licenses', () => {
  test('R1, R6: part of a host’s licenses comes back to what is available, with a request number', async () => {
    const { id, product, from } = await placed('RT1')
    const giving = await luc.get(`${await beginWith(luc, 'return')}?text=RT1`)
    expect(giving.heading).toBe('From which host do licenses come back?')
    const page = await luc.get(giving.link('RT1'))
    expect(page.heading).toBe('How many licenses come back from RT1?')
    const plan = planOf(giving.url)
    expect((await luc.submit(page, { [field(id)]: '3' })).location).toBe(plan)
    const check = await luc.get(plan)
    expect(check.text).toContain('from RT1 back to what is available')
    expect(check.link('Change')).toBe(page.url)
    expect((await luc.get(check.link('Return something else'))).text).toContain('back from RT1')
    const request = await submitPlanPage(luc, plan)
    expect(request.text).toContain('Return licenses')
    expect(await at.placedOn(from.id)).toEqual({ [id]: 2 })
    expect((await luc.get(`${base}/licenses/${product.partNumber}`)).text).toContain('6 available')
  })

  test('everything of several hosts in one plan, begun from a host’s page', async () => {
    const [one, two] = [await placed('RT2-A'), await placed('RT2-B', 1)]
    const start = await luc.get((await luc.get(`${base}/hosts/${one.from.id}`)).link('Return from here'))
    const begun = await luc.submit(start, {}, `${base}/plans`)
    const plan = planOf(begun.location)
    const full = await luc.submitAndFollow(await luc.get(begun.location), { fill: 'all' })
    expect(full.one(`[id="${field(one.id)}"]`).getAttribute('value')).toBe('5')
    await luc.submit(full, {})
    await luc.submit(await luc.get(`${plan}/from/${two.from.id}/pool`), { [field(two.id)]: '1' })
    await submitPlanPage(luc, plan)
    expect([await at.placedOn(one.from.id), await at.placedOn(two.from.id)]).toEqual([{}, {}])
    expect((await luc.get(`${base}/hosts/${one.from.id}`)).text).toContain(
      'Nothing is placed here, so there is nothing',
    )
  })

  test('more than is there is refused beside the quantity; nothing of the plan is kept', async () => {
    const { id, from } = await placed('RT3')
    const plan = planOf(await beginWith(luc, 'return'))
    const refused = await luc.submit(await luc.get(`${plan}/from/${from.id}/pool`), { [field(id)]: '6' })
    expect(refused.status).toBe(422)
    expect(fieldError(refused, field(id))).toContain('RT3 holds 5; 6 would leave it')
    expect(refused.one(`[id="${field(id)}"]`).getAttribute('value')).toBe('6')
    const lines = site.db.owner.db
      .select()
      .from(planLines)
      .where(eq(planLines.planId, plan.split('/').at(-1)!))
    expect(await lines).toEqual([])
  })

  test('what has expired can be returned; a temporary license that is returned is over, and the page says so', async () => {
    const { id, from } = await placed('RT4')
    const lent = await at.lend(id, from.id, 1)
    await site.db.owner.sql`
      update entitlements set entitled = 0, owned = placed, ends_on = ${dayFromNow(-3)} where id = ${id}`
    const plan = planOf(await beginWith(luc, 'return'))
    const page = await luc.get(`${plan}/from/${from.id}/pool`)
    expect(page.text).toContain('A temporary license that is returned is over')
    await luc.submit(page, { [field(id)]: '5', [field(lent)]: '1' })
    await submitPlanPage(luc, plan)
    expect(await at.placedOn(from.id)).toEqual({})
    const [row] = await site.db.owner.db
      .select()
      .from(temporaryLicenses)
      .where(eq(temporaryLicenses.entitlementId, lent))
    expect(row!.endedAt).not.toBeNull()
  })

  test('it goes back under the configuration it was placed under, and numbers none of its own', async () => {
    const { id, contractId } = await at.own({ quantity: 3, contract: { endsOn: dayFromNow(30) } })
    const host = await at.host('RT7')
    await at.place(id, host.id, 3)
    await site.db.owner.sql`
      update contracts set maintenance_ends_on = ${dayFromNow(-1)} where id = ${contractId}`
    await at.plans.place([{ entitlementId: id, from: host.id, quantity: 2 }], 'return')
    const transfers = await site.db.owner.sql`
      select configuration_id from transfers where entitlement_id = ${id}`
    const configurations = await site.db.owner.sql`select id from configurations where host_id = ${host.id}`
    expect(configurations).toHaveLength(1)
    expect(transfers.map((one) => one.configuration_id)).toEqual(Array(2).fill(configurations[0]!.id))
  })

  test('a base whose extension stays is refused on the page of the plan, with what would make it possible', async () => {
    const forma = await at.own({}, { name: 'RT5 Base' })
    const mesh = await at.own({}, { name: 'RT5 Mesh', base: forma.product.id })
    const from = await at.host('RT5')
    await at.plans.place([
      { entitlementId: forma.id, to: from.id },
      { entitlementId: mesh.id, to: from.id },
    ])
    const plan = planOf(await beginWith(luc, 'return'))
    await luc.submit(await luc.get(`${plan}/from/${from.id}/pool`), { [field(forma.id)]: '1' })
    const check = await luc.get(plan)
    expect(check.text).toContain('RT5 Mesh on RT5 extends it and would stay without its base')
    expect(check.all('form[action$="/submission"]')).toEqual([])
  })

  test('R6, R10: Reporting alone is refused in words; another company’s host is not found', async () => {
    const { from } = await placed('RT6')
    const plan = planOf(await beginWith(luc, 'return'))
    const page = `${plan}/from/${from.id}/pool`
    const reporting = await site.signIn('reporting@demo.example')
    for (const path of [`${base}/return`, page]) {
      const refused = await reporting.get(path)
      expect([path, refused.status]).toEqual([path, 403])
      expect(refused.text).toContain('the privilege Licensing')
    }
    const stranger = await site.signIn('stranger@demo.example')
    expect((await stranger.get(page)).status).toBe(404)
    const theirs = await stranger.submit(await stranger.get('/c/100555/return'), {}, '/c/100555/plans')
    expect((await stranger.get(`${planOf(theirs.location)}/from/${from.id}/pool`)).status).toBe(404)
    const moving = planOf(await beginWith(luc, 'move'))
    expect((await luc.get(`${moving}/from/${from.id}/pool`)).status).toBe(404)
  })
})
