import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyHostForm } from '../../src/hosts/host-form.ts'
import { planSuccessor } from '../../src/plans/replacement.ts'
import { formatRequestNumber } from '../../src/requests/number.ts'
import { customers, hosts } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow } from '../helpers/makers.ts'
import { testPublisher } from '../helpers/plans.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'
import { workplace } from '../helpers/workplace.ts'

const base = '/c/100234'
let site: TestApp
let luc: Visitor
let both: Visitor
let desk: Visitor
let at: ReturnType<typeof workplace>

beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  both = await site.signIn('both@demo.example')
  desk = await site.signIn('desk@demo.example')
  at = workplace(site)
})
afterAll(() => site.close())

/** Names the hardware that takes the place of a host, in a new draft. */
async function draftSuccessor(
  host: { id: string; label: string },
  newId: string,
  reason: 'stolen' | 'failed',
) {
  const planId = await at.plans.draft([], 'replace')
  await site.db.database.forCustomer(at.customerId, (tx) =>
    planSuccessor(tx, {
      customerId: at.customerId,
      planId,
      former: host.id,
      reason,
      declaration: reason === 'stolen' ? 'Taken from the site; reported to the police.' : '',
      values: { ...emptyHostForm, label: host.label, id1: newId, server1: 'new-host' },
      publisher: testPublisher,
      needsServerNames: true,
    }),
  )
  return planId
}

/** A stolen host with five licenses on it, whose replacement waits: for the desk, or first for a colleague. */
async function held(label: string, newId: string, { ofColleague = false } = {}) {
  const { id: entitlementId, product } = await at.own({ quantity: 9 }, { name: `${label} Base` })
  const host = await at.host(label)
  await at.place(entitlementId, host.id, 5)
  const planId = await draftSuccessor(host, newId, 'stolen')
  await wantApproval(ofColleague)
  const { requestNumber: number } = await at.plans.submit(planId)
  await wantApproval(false)
  return { entitlementId, product, host, planId, number, approval: `/desk/requests/${number}/approval` }
}

async function wantApproval(isWanted: boolean) {
  await site.db.owner.db
    .update(customers)
    .set({ requiresApproval: isWanted })
    .where(eq(customers.id, at.customerId))
}

async function rename(host: { id: string }, label: string) {
  const address = `${base}/addresses/hosts/${host.id}`
  expect((await luc.submit(await luc.get(address), { label })).status).toBe(303)
}

const atDesk = (number: number) => desk.open(`/desk/requests/${number}`)
const offers = (page: Answer, action: string) => page.all(`form[action="${action}"]`).length > 0
const successorOf = async (host: { id: string }) => {
  const [row] = await site.db.owner.db.select().from(hosts).where(eq(hosts.replacesHostId, host.id))
  return row!
}

describe('a replacement that waits for a decision', () => {
  test('its host is renamed and another takes the old name: approved, the new hardware bears the new one', async () => {
    const { host, product, number, approval, entitlementId } = await held('HR1', '02AC00000001')
    const before = await atDesk(number)
    await rename(host, 'HR1-B')
    await rename(host, 'HR1-C')
    await at.host('HR1')
    const page = await atDesk(number)
    expect(page.text).toContain('The host was renamed: HR1 is now HR1-C')
    // Both bear one name: the new one is known by its host ID.
    const renamed = /HR1-C\s+02-AC-00-00-00-01\s+new in this plan/
    expect(page.one('tbody').textContent).toMatch(renamed)
    const own = await luc.open(`${base}/requests/${number}`)
    expect(own.text).toContain('HR1 is now HR1-C')
    // The new hardware stands in the plan only, so that it has no page to lead to.
    expect(own.all('table a').map((a) => a.getAttribute('href'))).toEqual([
      `${base}/licenses/${product.partNumber}`,
      `${base}/hosts/${host.id}`,
    ])
    expect(own.one('tbody').textContent).toMatch(renamed)
    // From the page that stood open all the while: a name is no part of what was declared.
    const done = await desk.submitAndFollow(before, {}, approval)
    expect(done.text).toMatch(/Completed/i)
    const successor = await successorOf(host)
    expect([successor.label, successor.status, await at.placedOn(successor.id)]).toEqual([
      'HR1-C',
      'active',
      { [entitlementId]: 5 },
    ])
  })

  test('its host is renamed and named back again: nothing is said of it', async () => {
    const { host, number } = await held('HR2', '02AC00000002')
    await rename(host, 'HR2-B')
    await rename(host, 'HR2')
    const page = await atDesk(number)
    expect(page.text).not.toContain('What has changed since it was filed')
    expect(page.text).toContain('Approve and do it')
  })

  test('more came onto its host: the desk is told, and approves only what it has seen', async () => {
    const { host, number, approval, entitlementId } = await held('HR3', '02AC00000003')
    const other = await at.own({ quantity: 3 }, { name: 'HR3 Extra' })
    const stale = await atDesk(number)
    await at.place(entitlementId, host.id, 2)
    await at.place(other.id, host.id, 1)
    const told = await desk.submit(stale, {}, approval)
    expect([told.status, told.title.startsWith('Error:')]).toEqual([422, true])
    expect(told.text).toContain('What sits on the host has changed since you opened this page')
    expect(told.text).toContain('HR3 Base: 2 more licenses sit on HR3, and go with the plan.')
    expect(told.text).toContain('HR3 Extra: 1 more license sits on HR3, and goes with the plan.')
    expect(await at.placedOn(host.id)).toEqual({ [entitlementId]: 7, [other.id]: 1 })
    expect((await desk.submitAndFollow(told, {}, approval)).text).toMatch(/Completed/i)
    const successor = await successorOf(host)
    expect(await at.placedOn(successor.id)).toEqual({ [entitlementId]: 7, [other.id]: 1 })
  })

  test('some left its host, and the term of others ended: both are said, and what is left is done', async () => {
    const { host, number, approval, entitlementId } = await held('HR4', '02AC00000004')
    const gone = await at.own({ quantity: 3 }, { name: 'HR4 Gone' })
    await at.place(gone.id, host.id, 1)
    // A second request of the same host, with that license among its lines; then its term ends.
    const { requestNumber } = await at.plans.submit(await draftSuccessor(host, '02AC00000044', 'stolen'))
    await at.plans.place([{ entitlementId, from: host.id, quantity: 2 }], 'return')
    await site.db.owner.sql`
      update entitlements set entitled = 0, owned = placed, ends_on = ${dayFromNow(-3)} where id = ${gone.id}`
    expect((await atDesk(number)).text).toContain(
      'HR4 Base: 2 licenses have left HR4, and are no longer part',
    )
    const page = await atDesk(requestNumber)
    expect(page.text).toContain('HR4 Gone: the term of 1 license has ended. It goes back to the pool')
    const done = await desk.submitAndFollow(page, {}, `/desk/requests/${requestNumber}/approval`)
    expect(done.text).toMatch(/Completed/i)
    const successor = (
      await site.db.owner.db.select().from(hosts).where(eq(hosts.replacesHostId, host.id))
    ).find(({ status }) => status === 'active')
    expect(await at.placedOn(successor!.id)).toEqual({ [entitlementId]: 3 })

    // The first request is of a host that has been replaced by now.
    const late = await atDesk(number)
    expect(late.text).toContain('HR4 is out of service: nothing is left on it to replace')
    expect(late.text).toContain('Or decline it, so that a new plan is begun')
    expect([offers(late, approval), offers(late, `/desk/requests/${number}/refusal`)]).toEqual([false, true])
    const declined = await desk.submitAndFollow(
      late,
      { reason: 'settled' },
      `/desk/requests/${number}/refusal`,
    )
    expect(declined.text).toMatch(/Declined/i)
  })

  test('its host was emptied: it cannot be approved, not even from an older page, and says the way out', async () => {
    const { host, number, approval, entitlementId } = await held('HR5', '02AC00000005')
    const stale = await atDesk(number)
    await at.plans.place([{ entitlementId, from: host.id, quantity: 5 }], 'return')
    const page = await atDesk(number)
    expect(page.text).toContain('It cannot be approved as things stand Nothing is placed on HR5')
    expect(page.text).toContain('HR5 Base: 5 licenses have left HR5')
    expect(offers(page, approval)).toBe(false)
    const refused = await desk.submit(stale, {}, approval)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('Nothing is placed on HR5')
    const own = await luc.open(`${base}/requests/${number}`)
    expect(own.text).toContain('Or cancel the request and begin a new plan')
  })

  test('another host has its new ID: the reasons stand on the page, and putting it right makes it possible', async () => {
    const { number, approval } = await held('HR6', '02AC00000006')
    const stale = await atDesk(number)
    const other = await at.host('HR6-OTHER', { ids: ['02AC00000006'] })
    const refused = await desk.submit(stale, {}, approval)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('02-AC-00-00-00-06 is on host HR6-OTHER already')
    expect(refused.one('.govuk-error-summary a').getAttribute('href')).toBe('#lines')
    expect(refused.all('#lines').length).toBe(1)
    const path = `${base}/hosts/${other.id}/decommission`
    await luc.submit(await luc.get(path), {}, path)
    const page = await atDesk(number)
    expect(page.text).not.toContain('cannot be approved')
    expect((await desk.submitAndFollow(page, {}, approval)).text).toMatch(/Completed/i)
  })

  test('a colleague is told the same, approves only what was seen, and can still decline what cannot be done', async () => {
    const { host, number, entitlementId } = await held('HR7', '02AC00000007', { ofColleague: true })
    const path = `${base}/requests/${number}`
    const stale = await both.open(path)
    await at.place(entitlementId, host.id, 1)
    const told = await both.submit(stale, {}, `${path}/approval`)
    expect(told.status).toBe(422)
    expect(told.text).toContain('HR7 Base: 1 more license sits on HR7, and goes with the plan.')
    await at.plans.place([{ entitlementId, from: host.id, quantity: 6 }], 'return')
    const page = await both.open(path)
    expect(page.text).toContain('Or decline it, so that Luc Moreau begins a new plan')
    expect([offers(page, `${path}/approval`), offers(page, `${path}/refusal`)]).toEqual([false, true])
    const declined = await both.submitAndFollow(page, { words: 'It is empty.' }, `${path}/refusal`)
    expect(declined.text).toMatch(/Declined/i)
  })

  test('a draft follows its host too: the page to check shows the name and what sits there at that moment', async () => {
    const { id } = await at.own({ quantity: 9 }, { name: 'HR8 Base' })
    const host = await at.host('HR8')
    await at.place(id, host.id, 2)
    const planId = await draftSuccessor(host, '02AC00000008', 'failed')
    await rename(host, 'HR8-B')
    await at.place(id, host.id, 1)
    await at.host('HR8')
    const page = await luc.open(`${base}/plans/${planId}`)
    expect(page.one('#lines .g-key').textContent).toBe('3')
    expect(page.text).toContain('goes along to the new HR8-B')
    await luc.submitAndFollow(page, {}, `${page.url}/submission`)
    const successor = await successorOf(host)
    expect([successor.label, await at.placedOn(successor.id)]).toEqual(['HR8-B', { [id]: 3 }])
  })
})

test('any plan that waits and cannot be done any more says why where it is decided, beside no button to approve', async () => {
  const { id } = await at.own({ quantity: 4 }, { name: 'HR9 Base' })
  const host = await at.host('HR9')
  await wantApproval(true)
  const { requestNumber: number } = await at.plans.place([{ entitlementId: id, to: host.id, quantity: 3 }])
  await wantApproval(false)
  await at.place(id, host.id, 2)
  const path = `${base}/requests/${number}`
  const page = await both.open(path)
  expect(page.text).toContain('3 × HR9 Base on HR9: 2 are available; 3 asked')
  expect(offers(page, `${path}/approval`)).toBe(false)
  const reporting = await site.signIn('reporting@demo.example')
  expect((await reporting.open(path)).text).toContain('Otherwise Luc Moreau can cancel the request')
  await at.plans.place([{ entitlementId: id, from: host.id, quantity: 2 }], 'return')
  expect(offers(await both.open(path), `${path}/approval`)).toBe(true)
})

test('a request that was cancelled says that nothing was changed, not that nothing is changed yet', async () => {
  const { id } = await at.own({ quantity: 4 }, { name: 'HR10 Base' })
  const host = await at.host('HR10')
  await wantApproval(true)
  const { requestNumber: number } = await at.plans.place([{ entitlementId: id, to: host.id, quantity: 3 }])
  await wantApproval(false)
  const path = `${base}/requests/${number}`
  const waiting = await luc.open(path)
  expect(waiting.text).toContain('3 licenses asked for in 1 line; nothing is changed yet')
  const cancelled = await luc.submitAndFollow(waiting, {}, `${path}/cancellation`)
  expect(cancelled.text).toContain('3 licenses asked for in 1 line; nothing was changed')
})

test('what a held plan would take off a host is said to who plans with it meanwhile', async () => {
  const { entitlementId, host, number } = await held('HR-ASKED', '02EE000000A9')
  const [to, other] = [await at.host('HR-ASKED-TO'), await at.host('HR-ASKED-OTHER')]
  await at.place(entitlementId, other.id, 2)
  const says = `5 of them on HR-ASKED are asked for by request ${formatRequestNumber(number)}; nothing is reserved.`
  const planOf = async (from: string) =>
    (await both.get(`${base}/plans/${await at.plans.draft([{ entitlementId, from, to: to.id }], 'move')}`))
      .text
  expect(await planOf(host.id)).toContain(says)
  expect(await planOf(other.id)).not.toContain('asked for by request')
})
