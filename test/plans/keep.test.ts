import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activity, hosts, mails, planLines, plans, requests } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
let site: TestApp
let lemaire: string
let luc: Visitor
let both: Visitor

beforeAll(async () => {
  site = await testApp()
  lemaire = site.cast.customers['100234']!
  luc = await site.signIn('licensing@demo.example')
  both = await site.signIn('both@demo.example')
})
afterAll(() => site.close())

const owner = () => site.db.owner.db
const person = (name: string) => site.cast.people[`${name}@demo.example`]!
const as = (name: string) => planner(site.db.database, lemaire, person(name))

async function own(name: string, quantity = 20) {
  const product = await makeProduct(owner(), { name })
  const entitlement = await makeEntitlement(owner(), lemaire, product.id, { quantity })
  const host = await makeHost(owner(), lemaire, { label: `${name}-HOST` })
  return { entitlementId: entitlement.id, host, to: host.id }
}

async function named(planId: string, name: string) {
  await owner().update(plans).set({ name }).where(eq(plans.id, planId))
}

test('drafts and held plans of the company are listed, searched by what is in them, and filtered to one’s own', async () => {
  const { entitlementId, to, host } = await own('Kept')
  const mine = await as('licensing').draft([{ entitlementId, to }])
  const theirs = await as('both').draft(
    [
      { entitlementId, to },
      { entitlementId, from: to },
    ],
    'bulk',
  )
  await named(mine, 'Spring move')
  await named(theirs, 'Summer move')
  const all = await luc.get(`${base}/plans`)
  expect(all.text).toContain('Spring move')
  expect(all.text).toContain('Summer move')
  const own1 = await luc.get(`${base}/plans?whose=mine`)
  expect(own1.text).toContain('Spring move')
  expect(own1.text).not.toContain('Summer move')
  for (const text of ['summer', host.label, 'Kept'])
    expect((await luc.get(`${base}/plans?text=${text}`)).text).toContain('Summer move')
  expect((await luc.get(`${base}/plans?text=nowhere`)).text).toContain('No plan fits.')
  // What is done is no plan to keep.
  await as('licensing').submit(mine)
  expect((await luc.get(`${base}/plans`)).text).not.toContain('Spring move')
})

test('more than a page of plans goes on by key, each once', async () => {
  for (let n = 0; n < 60; n++) await named(await as('both').draft([]), `Many ${String(n).padStart(2, '0')}`)
  const seen: string[] = []
  for (let at = `${base}/plans?text=Many`; at; ) {
    const page = await luc.get(at)
    seen.push(...page.all('tbody th a').map((a) => a.textContent!.trim()))
    at = page.all('a[rel=next]')[0]?.getAttribute('href') ?? ''
  }
  expect(seen).toHaveLength(60)
  expect(new Set(seen).size).toBe(60)
})

test('R6: a draft is handed to a colleague with Licensing, who is told, sees it on the overview and takes it up', async () => {
  const { entitlementId, to } = await own('Handed')
  const planId = await as('licensing').draft([{ entitlementId, to }])
  await named(planId, 'Autumn move')
  const at = `${base}/plans/${planId}/handing`
  const page = await luc.get(at)
  expect(page.text).toContain('both@demo.example')
  expect(page.text).not.toContain('reporting@demo.example')
  const nobody = await luc.submit(page, { to: '' }, at)
  expect(nobody.status).toBe(422)
  const wrong = await luc.submit(await luc.get(at), { to: person('reporting') }, at)
  expect(wrong.text).toContain('does not hold Licensing')
  const done = await luc.submit(await luc.get(at), { to: person('both') }, at)
  expect(done.location).toBe(`${base}/plans`)
  const overview = await both.get(base)
  expect(overview.text).toContain('has handed you a plan: Autumn move')
  expect((await luc.get(base)).text).not.toContain('Autumn move')
  expect((await both.get(`${base}/plans?whose=mine`)).text).toContain('Autumn move')
  expect((await luc.get(`${base}/plans?whose=mine`)).text).not.toContain('Autumn move')
  const [mail] = await owner().select().from(mails).where(eq(mails.template, 'plan-handed'))
  expect(mail).toMatchObject({ personId: person('both'), params: { name: 'Autumn move', planId } })
  const [did] = await owner()
    .select()
    .from(activity)
    .where(and(eq(activity.verb, 'plan.handed'), eq(activity.customerId, lemaire)))
  expect(did).toMatchObject({
    personId: person('licensing'),
    objectId: planId,
    details: { to: person('both') },
  })
  const plan = await both.get(overview.link('Open it'))
  const submitted = await both.submit(plan, {}, `${base}/plans/${planId}/submission`)
  expect(submitted.location).toContain('/requests/')
  expect((await both.get(base)).text).not.toContain('Autumn move')
  expect((await luc.get(at)).text).toContain('request number')
})

test('R10: neither list nor handing without Licensing; another company’s plan is not found', async () => {
  const planId = await as('licensing').draft([])
  const reader = await site.signIn('reporting@demo.example')
  const stranger = await site.signIn('stranger@demo.example')
  for (const path of ['plans', `plans/${planId}/handing`]) {
    expect((await reader.get(`${base}/${path}`)).status).toBe(403)
    expect((await stranger.get(`${base}/${path}`)).status).toBe(404)
  }
  const other = await luc.get(`${base}/plans/${site.cast.people['both@demo.example']}/handing`)
  expect(other.status).toBe(404)
})

test('a settled request is begun again with the lines whose hosts are in service; the others are named', async () => {
  const { entitlementId, to, host } = await own('Again')
  const second = await makeHost(owner(), lemaire, { label: 'AGAIN-GONE' })
  const { requestNumber } = await as('licensing').place([
    { entitlementId, to, quantity: 2 },
    { entitlementId, to: second.id, quantity: 1 },
  ])
  await as('licensing').place([{ entitlementId, from: second.id, quantity: 1 }], 'return')
  const gone = await luc.get(`${base}/hosts/${second.id}/decommission`)
  expect(
    (await luc.submit(gone, { confirmed: 'yes', reason: '' }, `${base}/hosts/${second.id}/decommission`))
      .status,
  ).toBe(303)
  const page = await luc.get(`${base}/requests/${requestNumber}`)
  const answer = await luc.submit(page, {}, `${base}/requests/${requestNumber}/again`)
  expect(answer.status).toBe(303)
  const plan = await luc.open(answer.location)
  expect(plan.body).toContain('One is left out, because its host is not in service any more: AGAIN-GONE')
  const lines = await owner()
    .select()
    .from(planLines)
    .where(eq(planLines.planId, answer.location.split('/').at(-1)!))
  expect(lines).toMatchObject([{ entitlementId, toHostId: host.id, quantity: 2 }])
})

test('R6, R10: doing again takes Licensing and reach; what is not settled, or left with no line, cannot', async () => {
  const { entitlementId, to, host } = await own('Again2')
  const { requestNumber } = await as('both').place([{ entitlementId, to }])
  const at = `${base}/requests/${requestNumber}/again`
  const send = async (visitor: Visitor) => {
    const form = await visitor.open('/account')
    const _csrf = form.one('input[name=_csrf]').getAttribute('value')!
    return visitor.post(at, { _csrf, _key: crypto.randomUUID() })
  }
  expect((await send(await site.signIn('reporting@demo.example'))).status).toBe(403)
  expect((await send(await site.signIn('stranger@demo.example'))).status).toBe(404)
  await owner().update(requests).set({ status: 'in-review' }).where(eq(requests.number, requestNumber))
  expect((await send(both)).status).toBe(409)
  expect((await both.get(`${base}/requests/${requestNumber}`)).text).not.toContain('Do this again')
  await owner().update(requests).set({ status: 'declined' }).where(eq(requests.number, requestNumber))
  expect((await send(both)).status).toBe(303)
  await owner().update(hosts).set({ status: 'retired' }).where(eq(hosts.id, host.id))
  const none = await send(both)
  expect(none.status).toBe(422)
  expect(none.text).toContain('Its only line names a host that is no longer in service')
})
