import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  const plan = await undo(requestNumber)
  const [line] = await site.db.owner.sql`
    select id from plan_lines where plan_id = ${plan.url.split('/').at(-1)!}`
  expect((await send(plan.url, `/lines/${line!.id}/removal`)).status).toBe(404)
  const added = await send(plan.url, `/entitlement/${id}/host/${from.id}`, { quantity: '2' })
  expect(added.status).toBe(404)
  const request = await luc.submitAndFollow(await luc.get(plan.url), {}, `${plan.url}/submission`)
  expect(request.text).toContain('Completed')
  expect(await work.placedOn(from.id)).toEqual({ [id]: 5 })
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
