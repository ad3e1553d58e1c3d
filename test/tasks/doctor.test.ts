import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { submitPlan } from '../../src/plans/submit-plan.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'
import { dayFromNow } from '../helpers/makers.ts'
import { planner, testCutter, testPublisher } from '../helpers/plans.ts'
import { makeScene, type Scene } from '../helpers/scene.ts'

let t: TestApp
let scene: Scene
beforeAll(async () => {
  t = await testApp()
  scene = await makeScene(t)
})
afterAll(() => t.close())

test('an act counts from when it was done, not from when its transaction began: the later one has the later time', async () => {
  const customerId = t.cast.customers['100234']!
  const { draft, submit } = planner(t.db.database, customerId, t.cast.people['both@demo.example']!)
  const [placed] = await t.db.owner.db.execute<{ entitlementId: string }>(sql`
    select entitlement_id as "entitlementId" from placements where host_id = ${scene.lyo} limit 1`)
  const line = { ...placed!, to: scene.lyo, quantity: 1 }
  const [early, late] = [await draft([line]), await draft([line])]
  await t.db.database.forCustomer(customerId, async (tx) => {
    // This transaction has begun; another is done from end to end before it goes on.
    await tx.execute(sql`select 1`)
    await submit(late)
    await submitPlan(tx, {
      ...{ customerId, planId: early, person: { id: t.cast.people['both@demo.example']! } },
      ...{ today: dayFromNow(), publisher: testPublisher, cut: testCutter },
    })
  })
  const [row] = await t.db.owner.db.execute<{ pack: boolean; transfer: boolean }>(sql`
    select (select created_at from packs where customer_id = p.customer_id and host_id = p.host_id
        and issue = p.issue - 1) < p.created_at as pack,
      (select max(at) from transfers where request_id = (select request_id from packs x
        where x.customer_id = p.customer_id and x.host_id = p.host_id and x.issue = p.issue - 1))
        < (select min(at) from transfers where request_id = p.request_id) as transfer
    from packs p where p.host_id = ${scene.lyo} order by issue desc limit 1`)
  expect(row).toEqual({ pack: true, transfer: true })
  expect((await runGuichet(t.db, ['doctor', '100234'])).code).toBe(0)
})

test('guichet doctor: says that records agree, and which do not', async () => {
  const well = await runGuichet(t.db, ['doctor'])
  expect([well.code, well.out]).toEqual([0, '4 customers looked at: the records agree.\n'])
  const customerId = t.cast.customers['100234']!
  await t.db.owner.db.execute(sql`
    update placements set quantity = quantity - 1 where customer_id = ${customerId} and quantity > 1`)
  const ill = await runGuichet(t.db, ['doctor', '100234'])
  expect(ill.code).toBe(1)
  expect(ill.out).toContain('its placements are not the sum of its transfers')
  expect((await runGuichet(t.db, ['doctor', '100871'])).code).toBe(0)
  const nobody = await runGuichet(t.db, ['doctor', '999999'])
  expect([nobody.code, nobody.err]).toEqual([2, expect.stringContaining('There is no customer 999999')])
})
