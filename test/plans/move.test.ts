import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planLines, plans } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow, makeEntitlement } from '../helpers/makers.ts'
import { formOf, type Visitor } from '../helpers/visitor.ts'
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

/** Two licenses on a host, and an empty host. */
async function scene(label: string) {
  const [forma, mesh] = [
    await at.own({ quantity: 10 }, { name: `${label} Base` }),
    await at.own({ quantity: 4 }),
  ]
  const [from, to] = [await at.host(`${label}-FROM`), await at.host(`${label}-TO`)]
  await at.place(forma.id, from.id, 6)
  await at.place(mesh.id, from.id, 2)
  return { forma, mesh, from, to }
}

const field = (entitlementId: string) => `quantity-${entitlementId}`
const planOf = (address: string) => address.replace(/\/from.*/, '')
const linesOf = (plan: string) =>
  site.db.owner.db
    .select()
    .from(planLines)
    .where(eq(planLines.planId, plan.split('/').at(-1)!))

describe('Move licenses', () => {
  test('R1, R6: part of what sits on a host goes to another, page by page, and gets a request number', async () => {
    const { forma, mesh, from, to } = await scene('MV1')
    const giving = await luc.get(await beginWith(luc, 'move'))
    expect(giving.heading).toBe('From which host do licenses go?')
    const receiving = await luc.get((await luc.get(`${giving.url}?text=MV1`)).link('MV1-FROM'))
    expect(receiving.heading).toBe('Where do the licenses of MV1-FROM go?')
    const quantities = await luc.get((await luc.get(`${receiving.url}?text=MV1`)).link('MV1-TO'))
    expect(quantities.heading).toBe('How many licenses go from MV1-FROM to MV1-TO?')
    expect(quantities.text).toContain('60 moves left of 60 in a year')
    const plan = planOf(quantities.url)
    const added = await luc.submit(quantities, { [field(forma.id)]: '4' })
    expect([added.status, added.location]).toEqual([303, plan])
    const check = await luc.get(plan)
    expect(check.text).toContain('from MV1-FROM to MV1-TO')
    const request = await submitPlanPage(luc, plan)
    expect(request.text).toContain('Move licenses')
    expect(await at.placedOn(from.id)).toEqual({ [forma.id]: 2, [mesh.id]: 2 })
    expect(await at.placedOn(to.id)).toEqual({ [forma.id]: 4 })
  })

  test('“everything” fills the page in without scripts, “clear” empties it, and neither changes the plan', async () => {
    const { forma, mesh, from, to } = await scene('MV2')
    const start = await beginWith(luc, 'move')
    const page = await luc.get(`${planOf(start)}/from/${from.id}/to/${to.id}`)
    const all = await luc.submitAndFollow(page, { fill: 'all' })
    const shown = (id: string) => all.one(`[id="${field(id)}"]`).getAttribute('value')
    expect([shown(forma.id), shown(mesh.id)]).toEqual(['6', '2'])
    const none = await luc.submitAndFollow(all, { fill: 'none' })
    expect(none.one(`[id="${field(forma.id)}"]`).getAttribute('value')).toBe('')
    expect(await linesOf(planOf(start))).toEqual([])
    expect((await luc.submit(all, {})).status).toBe(303)
    await submitPlanPage(luc, planOf(start))
    expect(await at.placedOn(from.id)).toEqual({})
    expect(await at.placedOn(to.id)).toEqual({ [forma.id]: 6, [mesh.id]: 2 })
  })

  test('one plan moves to several hosts, and what other lines take is said and not offered twice', async () => {
    const { forma, from, to } = await scene('MV3')
    const other = await at.host('MV3-OTHER')
    const plan = planOf(await beginWith(luc, 'move'))
    await luc.submit(await luc.get(`${plan}/from/${from.id}/to/${to.id}`), { [field(forma.id)]: '4' })
    const check = await luc.get(plan)
    expect(check.link('Move something else')).toBe(`${plan}/from`)
    expect(check.link('Change')).toBe(`${plan}/from/${from.id}/to/${to.id}`)
    const second = await luc.get(`${plan}/from/${from.id}/to/${other.id}`)
    expect(second.text).toContain('4 more leave this host in other lines of this plan')
    const tooMany = await luc.submit(second, { [field(forma.id)]: '3' })
    expect(tooMany.status).toBe(422)
    expect(fieldError(tooMany, field(forma.id))).toContain('MV3-FROM holds 6; 7 would leave it')
    expect(tooMany.one(`[id="${field(forma.id)}"]`).getAttribute('value')).toBe('3')
    expect(await linesOf(plan)).toHaveLength(1)
    expect((await luc.submit(second, { [field(forma.id)]: '2' })).status).toBe(303)
    await submitPlanPage(luc, plan)
    expect([await at.placedOn(to.id), await at.placedOn(other.id)]).toEqual([
      { [forma.id]: 4 },
      { [forma.id]: 2 },
    ])
  })

  test('an extended license that goes where its base is not names that host, not the one it leaves', async () => {
    const base = await at.own({ quantity: 2 }, { name: 'MV3B Base' })
    const extended = await at.own(
      { quantity: 2 },
      { name: 'MV3B More', licenseType: 'extended', base: base.product.id },
    )
    const [from, to] = [await at.host('MV3B-FROM'), await at.host('MV3B-TO')]
    await at.place(base.id, from.id, 1)
    await at.place(extended.id, from.id, 1)
    const page = await luc.get(`${planOf(await beginWith(luc, 'move'))}/from/${from.id}/to/${to.id}`)
    expect(page.text).toContain('MV3B Base, which this license extends, is not on MV3B-TO')
  })

  test('a new host receives: what is wrong with it stands beside its field', async () => {
    const { mesh, from } = await scene('MV4')
    const plan = planOf(await beginWith(luc, 'move'))
    const form = await luc.get((await luc.get(`${plan}/from/${from.id}/to`)).link('A new host'))
    const wrong = await luc.submit(form, { label: 'MV4-NEW', id1: '00-1A', server1: '' })
    expect([wrong.status, wrong.title.startsWith('Error:')]).toEqual([422, true])
    expect(wrong.one('#label').getAttribute('value')).toBe('MV4-NEW')
    const made = await luc.submit(wrong, { id1: '02CC00000041', server1: 'mv4-new' })
    expect(made.location).toMatch(new RegExp(`^${plan}/from/${from.id}/to/`))
    await luc.submit(await luc.get(made.location), { [field(mesh.id)]: '1' })
    await submitPlanPage(luc, plan)
    expect(await at.placedOn(made.location.split('/').at(-1)!)).toEqual({ [mesh.id]: 1 })
  })

  test('why can’t I: an empty host, the same host, an expired term, a temporary license, a triad for node-locked', async () => {
    const expired = await at.own({ quantity: 2, startsOn: dayFromNow(-400) }, { name: 'Gone' })
    const locked = await at.own({}, { name: 'Locked', licenseType: 'node-locked' })
    const [from, empty] = [await at.host('MV5-FROM'), await at.host('MV5-EMPTY')]
    await at.host('MV5-TRIAD', { ids: ['02CC00000051', '02CC00000052', '02CC00000053'] })
    await at.place(expired.id, from.id, 1)
    await at.place(locked.id, from.id, 1)
    await site.db.owner.sql`
      update entitlements set entitled = 0, owned = placed, ends_on = ${dayFromNow(-5)} where id = ${expired.id}`
    const giving = await luc.get(`${await beginWith(luc, 'move')}?text=MV5`)
    expect(giving.text).toContain('Nothing is placed on MV5-EMPTY, so nothing can leave it')
    expect(giving.all('#results tbody a').map((a) => a.textContent)).toEqual(['MV5-FROM'])
    const receiving = await luc.get(`${giving.link('MV5-FROM')}?text=MV5`)
    expect(receiving.text).toContain('MV5-FROM is the host that gives')
    const page = await luc.get(receiving.link('MV5-TRIAD'))
    expect(page.text).toContain('The term ended on')
    expect(page.text).toContain('it cannot be placed on MV5-TRIAD, which is a triad')
    expect(page.all('main form')).toEqual([])
    const onSingle = await luc.get(`${planOf(giving.url)}/from/${from.id}/to/${empty.id}`)
    expect(onSingle.all('tbody input')).toHaveLength(1)
    // Sent all the same, it is not taken.
    await luc.post(page.url, {
      ...formOf(onSingle).values,
      [field(expired.id)]: '1',
      [field(locked.id)]: '1',
    })
    expect(await linesOf(planOf(giving.url))).toEqual([])
  })

  test('what is not a whole number is refused beside its field, and nothing at all is too', async () => {
    const { forma, mesh, from, to } = await scene('MV6')
    const plan = planOf(await beginWith(luc, 'move'))
    const page = await luc.get(`${plan}/from/${from.id}/to/${to.id}`)
    const wrong = await luc.submit(page, { [field(forma.id)]: 'four', [field(mesh.id)]: '1.5' })
    expect(wrong.status).toBe(422)
    expect(fieldError(wrong, field(forma.id))).toContain('“four” is not a number')
    expect(fieldError(wrong, field(mesh.id))).toContain('1.5')
    expect(wrong.one(`[id="${field(forma.id)}"]`).getAttribute('value')).toBe('four')
    expect(wrong.all('#problems a').map((a) => a.getAttribute('href'))).toEqual(
      expect.arrayContaining([`#${field(forma.id)}`]),
    )
    const nothing = await luc.submit(page, {})
    expect(nothing.status).toBe(422)
    expect(nothing.text).toContain('Enter a quantity for one license at least')
  })

  test('back, second tab: the same pair again sets the quantity, an emptied field takes the line out', async () => {
    const { forma, mesh, from, to } = await scene('MV7')
    const plan = planOf(await beginWith(luc, 'move'))
    const page = await luc.get(`${plan}/from/${from.id}/to/${to.id}`)
    await luc.submit(page, { [field(forma.id)]: '3', [field(mesh.id)]: '1' })
    const again = await luc.get(page.url)
    expect(again.one(`[id="${field(forma.id)}"]`).getAttribute('value')).toBe('3')
    await luc.submit(again, { [field(forma.id)]: '2', [field(mesh.id)]: '' })
    expect((await linesOf(plan)).map(({ quantity }) => quantity)).toEqual([2])
    await submitPlanPage(luc, plan)
    const late = await luc.submit(page, { [field(forma.id)]: '1' })
    expect(late.status).toBe(409)
    expect((await luc.get(page.url)).heading).toBe('This plan was submitted')
  })

  test('a host with more than a page of licenses: each page is added as one goes on, and all of it moves', async () => {
    const [from, to] = [await at.host('MV12-FROM'), await at.host('MV12-TO')]
    const { product } = await at.own()
    const many = []
    for (let n = 0; n < 101; n++)
      many.push(await makeEntitlement(site.db.owner.db, at.customerId, product.id))
    await at.plans.place(many.map(({ id }) => ({ entitlementId: id, to: from.id })))
    const plan = planOf(await beginWith(luc, 'move'))
    const first = await luc.get(`${plan}/from/${from.id}/to/${to.id}`)
    expect(first.text).toContain('100 entitlements on this host, on this page')
    const full = await luc.submitAndFollow(first, { fill: 'all' })
    const second = await luc.submitAndFollow(full, { goOn: 'BUTTON' })
    expect(second.all('tbody tr')).toHaveLength(1)
    const last = second.one('tbody input').getAttribute('name')!
    const refused = await luc.submit(second, { [last]: '2' })
    expect([refused.status, refused.all('tbody tr').length]).toEqual([422, 1])
    await luc.submit(refused, { [last]: '1' })
    expect(await linesOf(plan)).toHaveLength(101)
    await submitPlanPage(luc, plan)
    expect(Object.keys(await at.placedOn(to.id))).toHaveLength(101)
  })

  test('beyond the moves left of a year the desk decides', async () => {
    const { id } = await at.own({ quantity: 1 })
    const [one, two] = [await at.host('MV8-A'), await at.host('MV8-B')]
    await at.place(id, one.id, 1)
    for (let n = 0; n < 3; n++)
      for (const [from, to] of [
        [one, two],
        [two, one],
      ] as const)
        await at.plans.place([{ entitlementId: id, from: from.id, to: to.id }], 'move')
    const plan = planOf(await beginWith(luc, 'move'))
    const page = await luc.get(`${plan}/from/${one.id}/to/${two.id}`)
    expect(page.text).toContain('no moves left of 6 in a year')
    await luc.submit(page, { [field(id)]: '1' })
    expect((await luc.get(plan)).text).toContain('The desk decides')
    const request = await submitPlanPage(luc, plan)
    expect(request.text).toContain('in review')
    expect(await at.placedOn(one.id)).toEqual({ [id]: 1 })
  })

  test('it begins from a host’s page and from a product’s page', async () => {
    const { forma, from } = await scene('MV9')
    const host = await luc.get(`${base}/hosts/${from.id}`)
    const start = await luc.get(host.link('Move from here'))
    expect(start.text).toContain('This plan begins with host MV9-FROM')
    const begun = await luc.submit(start, {}, `${base}/plans`)
    expect(begun.location).toMatch(new RegExp(`/from/${from.id}/to$`))
    const product = await luc.get(`${base}/licenses/${forma.product.partNumber}`)
    const withProduct = await luc.get(product.link('Move licenses'))
    expect(withProduct.text).toContain(`This plan begins with product ${forma.product.partNumber}`)
    const giving = await luc.get((await luc.submit(withProduct, {}, `${base}/plans`)).location)
    expect(giving.text).toContain('Only hosts with MV9 Base')
    expect(giving.all('#results tbody a').map((a) => a.textContent)).toEqual(['MV9-FROM'])
    const stranger = await luc.get(`${base}/move?from=${crypto.randomUUID()}`)
    expect(stranger.all('input[name=from]')).toEqual([])
  })

  test('R6, R10: Reporting alone is refused in words; a plan of another company or tool is not found', async () => {
    const { from, to } = await scene('MV10')
    const plan = planOf(await beginWith(luc, 'move'))
    const steps = [
      '/move',
      `${plan.slice(base.length)}/from`,
      `${plan.slice(base.length)}/from/${from.id}/to/${to.id}`,
    ]
    for (const email of ['reporting@demo.example', 'none@demo.example', 'supervisor@demo.example']) {
      const visitor = await site.signIn(email)
      for (const step of steps) {
        const page = await visitor.get(base + step)
        expect([email, step, page.status]).toEqual([email, step, 403])
        expect(page.text).toContain('the privilege Licensing')
      }
    }
    const stranger = await site.signIn('stranger@demo.example')
    for (const company of [base, '/c/100555'])
      for (const step of steps.slice(1)) expect((await stranger.get(company + step)).status).toBe(404)
    const returning = planOf(await beginWith(luc, 'return'))
    expect((await luc.get(`${returning}/from/${from.id}/to/${to.id}`)).status).toBe(404)
    expect((await luc.get(`${plan}/from/${from.id}/to/${from.id}`)).status).toBe(404)
    const theirs = await stranger.submit(await stranger.get('/c/100555/move'), {}, '/c/100555/plans')
    expect((await stranger.get(`${planOf(theirs.location)}/from/${from.id}/to`)).status).toBe(404)
    const [stored] = await site.db.owner.db
      .select()
      .from(plans)
      .where(eq(plans.id, plan.split('/').at(-1)!))
    expect(stored).toMatchObject({ tool: 'move', status: 'draft' })
  })

  test('French', async () => {
    const { from, to } = await scene('MV11')
    const plan = planOf(await beginWith(luc, 'move'))
    luc.headers = { 'accept-language': 'fr' }
    for (const path of [`${base}/move`, `${plan}/from`, `${plan}/from/${from.id}/to/${to.id}`])
      expect((await luc.get(path)).one('html').getAttribute('lang')).toBe('fr')
    expect((await luc.get(`${plan}/from`)).heading).toBe('De quelle machine partent les licences ?')
    luc.headers = {}
  })
})
