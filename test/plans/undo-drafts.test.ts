import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatRequestNumber } from '../../src/requests/number.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { formOf, type Visitor } from '../helpers/visitor.ts'
import { workplace } from '../helpers/workplace.ts'

const base = '/c/100234'
let site: TestApp
let luc: Visitor
let work: ReturnType<typeof workplace>

beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  work = workplace(site)
})
afterAll(() => site.close())

async function undo(requestNumber: number) {
  const url = `${base}/requests/${requestNumber}`
  return luc.submitAndFollow(await luc.get(url), {}, `${url}/undo`)
}

/** A form that the page of the plan does not offer, sent all the same. */
async function send(plan: string, tail: string, fields: Record<string, string> = {}) {
  const { values } = formOf(await luc.get(plan), `${plan}/discard`)
  return luc.post(plan + tail, { ...values, _key: randomUUID(), ...fields })
}

test('an undo that was begun in time and left lying is refused once the time is over', async () => {
  const { id } = await work.own({ quantity: 9 })
  const host = await work.host('UNDO-LATE')
  const { requestNumber, requestId } = await work.place(id, host.id, 3)
  const plan = await undo(requestNumber)
  await site.db.owner.sql`
    update requests set completed_at = now() - interval '25 hours' where id = ${requestId}`
  const refused = await luc.submit(await luc.get(plan.url), {}, `${plan.url}/submission`)
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('that time is over')
  expect(await work.placedOn(host.id)).toEqual({ [id]: 3 })
})

test('an undo is of the whole request: no line is taken out or added, so moves come back only for what went back', async () => {
  const { id } = await work.own({ quantity: 9 })
  const [from, to] = [await work.host('UNDO-FROM'), await work.host('UNDO-TO')]
  await work.place(id, from.id, 5)
  const move = [{ entitlementId: id, from: from.id, to: to.id, quantity: 5 }]
  const { requestNumber } = await work.plans.place(move, 'move')
  expect((await luc.get(`${base}/requests/${requestNumber}`)).text).toContain(
    'the moves it used are given back',
  )
  const plan = await undo(requestNumber)
  expect(plan.link(`Undoes request ${formatRequestNumber(requestNumber)}`)).toBe(
    `${base}/requests/${requestNumber}`,
  )
  const [line] = await site.db.owner.sql`
    select id from plan_lines where plan_id = ${plan.url.split('/').at(-1)!}`
  expect((await send(plan.url, `/lines/${line!.id}/removal`)).status).toBe(404)
  const added = await send(plan.url, `/entitlement/${id}/host/${from.id}`, { quantity: '2' })
  expect(added.status).toBe(404)
  const request = await luc.submitAndFollow(await luc.get(plan.url), {}, `${plan.url}/submission`)
  expect(request.text).toContain('Completed')
  expect(await work.placedOn(from.id)).toEqual({ [id]: 5 })
})

test('what came from what is available has used no moves, and its undo promises none', async () => {
  const { id } = await work.own({ quantity: 2 })
  const to = await work.host('UNDO-NEW')
  const { requestNumber } = await work.plans.place([{ entitlementId: id, to: to.id, quantity: 1 }])
  const page = await luc.get(`${base}/requests/${requestNumber}`)
  expect(page.text).toContain('This request can be undone until')
  expect(page.text).not.toContain('the moves it used')
})

test('an undo says what would make it possible where the licenses have gone on, or the host has ended', async () => {
  const { id } = await work.own({ quantity: 9 })
  const [from, to, next] = [await work.host('UNDO-A'), await work.host('UNDO-B'), await work.host('UNDO-C')]
  await work.place(id, from.id, 5)
  const { requestNumber } = await work.plans.place(
    [{ entitlementId: id, from: from.id, to: to.id, quantity: 5 }],
    'move',
  )
  const plan = await undo(requestNumber)
  await work.plans.place([{ entitlementId: id, from: to.id, to: next.id, quantity: 5 }], 'move')
  await site.db.owner.sql`update hosts set status = 'retired', retired_at = now() where id = ${from.id}`
  const { text } = await luc.get(plan.url)
  expect(text).toContain('UNDO-B holds none of the 5 that would go back: the rest has left it since')
  expect(text).toContain('UNDO-A is out of service. Put it back into service first.')
})

test('a temporary license that was returned goes on where that is undone, and takes up no limit anew', async () => {
  const { id } = await work.own({ quantity: 5 })
  const host = await work.host('UNDO-LENT')
  const lent = await work.lend(id, host.id, 3)
  await work.lend(id, host.id, 1)
  const back = async (quantity: number) => {
    const line = { entitlementId: lent, from: host.id, quantity }
    return (await work.plans.place([line], 'return')).requestNumber
  }
  const left = await undo(await back(1))
  expect(left.text).not.toContain('The desk decides')
  await luc.submit(left, {}, `${left.url}/submission`)
  const whole = await undo(await back(3))
  expect((await luc.submitAndFollow(whole, {}, `${whole.url}/submission`)).text).toContain('Completed')
  expect(await work.placedOn(host.id)).toMatchObject({ [lent]: 3 })
  const [row] = await site.db.owner.sql`
    select t.ended_at, e.entitled, e.owned from temporary_licenses t
    join entitlements e on e.id = t.entitlement_id where e.id = ${lent}`
  expect(row).toEqual({ ended_at: null, entitled: 3, owned: 3 })
  // One whose last day has come meanwhile is over.
  const late = await undo(await back(3))
  await site.db.owner.sql`
    update temporary_licenses set starts_on = starts_on - 20, ends_on = ends_on - 20 where entitlement_id = ${lent}`
  await site.db.owner
    .sql`update entitlements set starts_on = starts_on - 20, ends_on = ends_on - 20 where id = ${lent}`
  expect((await luc.get(late.url)).text).toMatch(/This temporary license ended on .*\. Ask for another one/)
})

test('the undo of a replacement says that what went along goes back', async () => {
  const { id } = await work.own({ quantity: 9 })
  const host = await work.host('UNDO-OLD')
  await work.place(id, host.id, 5)
  const start = await luc.get(`${base}/replace?from=${host.id}`)
  const reason = await luc.get((await luc.submit(start, {}, `${base}/plans`)).location)
  const page = await luc.submitAndFollow(reason, { cause: 'upgrade' })
  const plan = await luc.submitAndFollow(page, { id1: '02DD000000E1' })
  const done = await luc.submitAndFollow(plan, {}, `${plan.url}/submission`)
  const back = await undo(Number(done.url.split('/').at(-1)))
  expect(back.text).toContain('goes back to the former UNDO-OLD')
  // What came onto the new hardware since would be left on a host that ends.
  const [successor] = await site.db.owner.sql<[{ id: string }]>`
    select id from hosts where replaces_host_id = ${host.id} and status = 'active'`
  await work.place(id, successor.id, 2)
  const { text } = await luc.get(back.url)
  await site.db.owner.sql`update hosts set label = 'UNDO-RENAMED' where id = ${successor.id}`
  await work.host('UNDO-OLD', { ids: ['02DD000000E2'] })
  const [member] = await site.db.owner.sql<[{ id_value: string }]>`
    select id_value from host_members where host_id = ${host.id}`
  await work.host('UNDO-TAKER', { ids: [member.id_value] })
  const blocked = (await luc.get(back.url)).text
  expect(blocked).toContain('has the name UNDO-OLD, which another one has now')
  expect(blocked).toContain('which is on host UNDO-TAKER now. Take UNDO-TAKER out of service')
  expect(text).toContain('The plan cannot be done as it stands UNDO-OLD is to end with this plan')
  expect(text).not.toContain('Submit the plan')
})

test('a line whose host has ended meanwhile is taken out, not changed: there is nothing to ask of it', async () => {
  const { id } = await work.own({ quantity: 9 })
  const [host, other] = [await work.host('ENDED-SOON'), await work.host('NOT-ENDED')]
  const draft = [host, other].map(({ id: to }) => ({ entitlementId: id, to, quantity: 2 }))
  const plan = `${base}/plans/${await work.plans.draft(draft)}`
  const changes = async () =>
    (await luc.get(plan))
      .all('a')
      .filter((one) => one.textContent!.startsWith('Change'))
      .map((one) => one.textContent)
  expect(await changes()).toHaveLength(2)
  const page = await luc.get(`${base}/hosts/${host.id}/decommission`)
  expect((await luc.submitAndFollow(page, {})).text).toContain('Completed')
  expect(await changes()).toEqual([expect.stringContaining('NOT-ENDED')])
})

test('the questions of Configure are of its own plans, not of those of another tool', async () => {
  const { id } = await work.own({ quantity: 9 })
  const host = await work.host('OTHER-TOOL')
  for (const tool of ['move', 'return', 'replace', 'temporary', 'bulk'] as const) {
    const plan = `${base}/plans/${await work.plans.draft([], tool)}`
    expect([tool, (await luc.get(`${plan}/entitlement`)).status]).toEqual([tool, 404])
    const sent = await send(plan, `/entitlement/${id}/host/${host.id}`, { quantity: '2' })
    expect([tool, sent.status]).toEqual([tool, 404])
  }
})

test('what stands in the way of an undo is put right by another plan, and that is what it says', async () => {
  const owned = await work.own({}, { name: 'UW Base' })
  const mesh = await work.own({}, { name: 'UW Mesh', base: owned.product.id })
  const host = await work.host('UNDO-WAY')
  const placedBase = await work.place(owned.id, host.id, 1)
  await work.place(mesh.id, host.id, 1)
  expect((await undo(placedBase.requestNumber)).text).toContain(
    'UW Mesh on UNDO-WAY extends it and would stay without its base. Move or return UW Mesh first',
  )
  const back = (entitlementId: string) => work.plans.place([{ entitlementId, from: host.id }], 'return')
  const returnedMesh = await back(mesh.id)
  await back(owned.id)
  expect((await undo(returnedMesh.requestNumber)).text).toContain(
    'It extends UW Base, which is not on UNDO-WAY any more. Place UW Base on UNDO-WAY first',
  )
  const locked = await work.own({}, { name: 'UW Locked', licenseType: 'node-locked' })
  await work.place(locked.id, host.id, 1)
  const returned = await back(locked.id)
  await work.place(locked.id, host.id, 1)
  expect((await undo(returned.requestNumber)).text).toContain(
    'UNDO-WAY would have 2 of UW Locked. Move or return what is there first',
  )
})
