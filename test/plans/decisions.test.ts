import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyHostForm } from '../../src/hosts/host-form.ts'
import { planSuccessor } from '../../src/plans/replacement.ts'
import { customers, requests } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import { formOf, type Visitor } from '../helpers/visitor.ts'

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

const plans = () => planner(site.db.database, lemaire, site.cast.people['licensing@demo.example']!)

async function own(quantity = 5) {
  const owner = site.db.owner.db
  const product = await makeProduct(owner)
  const { id } = await makeEntitlement(owner, lemaire, product.id, { quantity })
  const host = await makeHost(owner, lemaire)
  return { product, entitlementId: id, host }
}

async function wantApproval(isWanted: boolean) {
  await site.db.owner.db
    .update(customers)
    .set({ requiresApproval: isWanted })
    .where(eq(customers.id, lemaire))
}

async function held() {
  await wantApproval(true)
  const { entitlementId, host, product } = await own()
  const planId = await plans().draft([{ entitlementId, to: host.id, quantity: 2 }])
  const page = await luc.open(`${base}/plans/${planId}`)
  await wantApproval(false)
  return { page, planId, product, host, entitlementId }
}

test('a plan that a colleague has to approve says so before and after it is submitted', async () => {
  await wantApproval(true)
  const { entitlementId, host } = await own()
  const planId = await plans().draft([{ entitlementId, to: host.id, quantity: 2 }])
  const page = await luc.open(`${base}/plans/${planId}`)
  expect(page.text).toContain('A colleague decides about this plan')
  expect(page.text).toContain('Submit for a decision')
  const request = await luc.submitAndFollow(page, {}, `${page.url}/submission`)
  expect(request.text).toContain('A colleague decides about this plan')
  expect(request.text).not.toContain('Approve the plan')
  // Whoever asks for the same meanwhile is told.
  const other = await plans().draft([{ entitlementId, to: host.id, quantity: 1 }])
  expect((await luc.open(`${base}/plans/${other}`)).text).toMatch(/2 are asked for by request/)

  const seen = await both.open(request.url)
  const done = await both.submitAndFollow(seen, {}, `${request.url}/approval`)
  expect(done.text).toContain('approved the plan')
  expect(done.text).toMatch(/Completed/i)
  await wantApproval(false)
})

test('a colleague declines with words, which who asked reads; without words the form comes back', async () => {
  const { page } = await held()
  await wantApproval(true)
  const request = await luc.submitAndFollow(page, {}, `${page.url}/submission`)
  await wantApproval(false)
  const seen = await both.open(request.url)
  const refused = await both.submit(seen, { words: ' ' }, `${request.url}/refusal`)
  expect(refused.status).toBe(422)
  const declined = await both.submitAndFollow(
    await both.open(request.url),
    { words: 'Keep them for the Nantes triad.' },
    `${request.url}/refusal`,
  )
  expect(declined.text).toContain('Keep them for the Nantes triad.')
  expect((await luc.open(request.url)).text).toMatch(/Declined/i)
})

test('nobody approves their own plan, nor without Licensing', async () => {
  const { page } = await held()
  await wantApproval(true)
  const request = await luc.submitAndFollow(page, {}, `${page.url}/submission`)
  await wantApproval(false)
  const send = async (visitor: Visitor, url: string) => {
    const { values } = formOf(await visitor.open(request.url), `${request.url}/messages`)
    return visitor.post(`${url}/approval`, values)
  }
  expect((await send(luc, request.url)).status).toBe(403)
  expect((await send(await site.signIn('reporting@demo.example'), request.url)).status).toBe(403)
  expect((await send(both, `${base}/requests/100000017`)).status).not.toBe(303)
  expect((await luc.open(request.url)).text).toContain('A colleague decides about this plan')
})

/** The request of a plan that waits for the desk, and its host. */
async function stolen(newId: string) {
  const { entitlementId, host } = await own()
  await plans().place([{ entitlementId, to: host.id, quantity: 3 }])
  const planId = await plans().draft([], 'replace')
  await site.db.database.forCustomer(lemaire, (tx) =>
    planSuccessor(tx, {
      customerId: lemaire,
      planId,
      former: host.id,
      reason: 'stolen',
      declaration: 'Taken from the site in Lyon; reported to the police.',
      values: { ...emptyHostForm, label: host.label, id1: newId, server1: 'new-host' },
      publisher: { allowAnyHostId: false, hostIdKinds: [] },
      needsServerNames: true,
    }),
  )
  const page = await luc.open(`${base}/plans/${planId}`)
  expect(page.text).toContain('The license desk decides about this plan')
  const request = await luc.submitAndFollow(page, {}, `${page.url}/submission`)
  return { request, number: request.url.split('/').at(-1)!, host }
}

test('what waits for the desk to decide goes on waiting for it, whatever the desk and the company write', async () => {
  const { number } = await stolen('02AA77000009')
  const desk = await site.signIn('desk@demo.example')
  const at = `/desk/requests/${number}`
  const waits = async () => (await desk.get('/desk')).all(`a[href="${at}"]`).length > 0
  expect(await waits()).toBe(true)
  await desk.submit(await desk.get(at), { text: 'We look into it.' }, `${at}/messages`)
  expect(await waits()).toBe(true)
  await desk.submit(await desk.get(at), { question: 'Which site?' }, `${at}/questions`)
  expect(await waits()).toBe(false)
  const page = await luc.get(`${base}/requests/${number}`)
  await luc.submit(page, { text: 'Lyon.' }, `${base}/requests/${number}/messages`)
  expect(await waits()).toBe(true)
})

test('the desk approves what waits for it, under a fresh sign-in, and the company sees it done', async () => {
  const { request, number, host } = await stolen('02AA77000001')
  const desk = await site.signIn('desk@demo.example')
  const seen = await desk.open(`/desk/requests/${number}`)
  expect(seen.text).toContain('reported to the police')
  const done = await desk.submitAndFollow(seen, {}, `/desk/requests/${number}/approval`)
  expect(done.text).toMatch(/Completed/i)
  const after = await luc.open(request.url)
  expect(after.text).toMatch(/Completed/i)
  expect((await luc.open(`${base}/hosts/${host.id}`)).text).toContain('out of service')
})

test('a second person is wanted since a plan was filed for the desk: that comes first, and the desk after it', async () => {
  const { request, number, host } = await stolen('02AA77000002')
  await wantApproval(true)
  const desk = await site.signIn('desk@demo.example')
  const page = await desk.open(`/desk/requests/${number}`)
  const approval = `/desk/requests/${number}/approval`
  expect(page.text).toContain('Pass on to a colleague of the company')
  const passed = await desk.submitAndFollow(page, {}, approval)
  expect(passed.body).toContain('now waits for a colleague')
  expect(passed.all(`form[action="${approval}"]`)).toEqual([])
  expect((await luc.open(request.url)).text).toContain('wants a second person with Licensing to approve')

  const seen = await both.open(request.url)
  const approved = await both.submitAndFollow(seen, {}, `${request.url}/approval`)
  expect(approved.body).toContain('It now waits for the license desk')
  const again = await desk.open(`/desk/requests/${number}`)
  expect(again.text).toContain('Approve and do it')
  expect((await desk.submitAndFollow(again, {}, approval)).text).toMatch(/Completed/i)
  expect((await luc.open(`${base}/hosts/${host.id}`)).text).toContain('out of service')
  await wantApproval(false)
})

test('undo is offered on the request page with the time left, previewed, and done once', async () => {
  const { entitlementId, host } = await own()
  const { requestNumber } = await plans().place([{ entitlementId, to: host.id, quantity: 3 }])
  const page = await luc.open(`${base}/requests/${requestNumber}`)
  expect(page.text).toMatch(/can be undone until .*23 hours/)
  const preview = await luc.submitAndFollow(page, {}, `${page.url}/undo`)
  expect(preview.text).toContain(`from ${host.label} back to what is available`)
  const undone = await luc.submitAndFollow(preview, {}, `${preview.url}/submission`)
  expect(undone.text).toContain('Undoes request')
  expect(undone.text).toContain('An undo cannot be undone itself')
  expect((await luc.open(page.url)).text).toContain('It was undone already, by request')
  const [row] = await site.db.owner.db.select().from(requests).where(eq(requests.number, requestNumber))
  expect(row!.status).toBe('completed')
  // Reporting sees that it takes Licensing.
  const { requestNumber: next } = await plans().place([{ entitlementId, to: host.id, quantity: 1 }])
  const reporting = await site.signIn('reporting@demo.example')
  expect((await reporting.open(`${base}/requests/${next}`)).text).toContain(
    'It takes the Licensing privilege, which you do not hold.',
  )
})

test('supervisors say whether a second person approves; others do not', async () => {
  const supervisor = await site.signIn('supervisor@demo.example')
  const page = await supervisor.open(`${base}/people/approval`)
  const set = await supervisor.submitAndFollow(page, { required: 'yes' })
  expect(set.text).toContain('waits until a second person with Licensing approves')
  await supervisor.submitAndFollow(set, { required: 'no' })
  expect((await luc.get(`${base}/people/approval`)).status).toBe(403)
})
