import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workOff } from '../../src/jobs/work.ts'
import { draftTemporary } from '../../src/plans/temporary.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import {
  dayFromNow,
  makeCustomer,
  makeEntitlement,
  makeHost,
  makePerson,
  makeProduct,
} from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

/** A company with one temporary license whose last day was yesterday. */
async function lending() {
  const { db } = t.db.owner
  const { id: customerId } = await makeCustomer(db)
  const person = await makePerson(db)
  const product = await makeProduct(db)
  await makeEntitlement(db, customerId, product.id)
  const host = await makeHost(db, customerId)
  const plans = planner(t.db.database, customerId, person.id)
  const planId = await plans.draft([], 'temporary')
  const entitlementId = await t.db.database.forCustomer(customerId, (tx) =>
    draftTemporary(tx, { customerId, planId, productId: product.id, quantity: 1 }),
  )
  await plans.add(planId, [{ entitlementId, to: host.id }])
  await plans.submit(planId)
  await db.execute(sql`
    update temporary_licenses set starts_on = ${dayFromNow(-14)}, ends_on = ${dayFromNow(-1)}
    where entitlement_id = ${entitlementId}::uuid`)
  const placed = async () =>
    (await db.execute(sql`select from placements where entitlement_id = ${entitlementId}::uuid`)).length
  return { entitlementId, placed }
}

test('a company whose licenses cannot be ended holds up no other, and has its turn again', async () => {
  const companies = [await lending(), await lending(), await lending()]
  const broken = companies[1]!
  const { db } = t.db.owner
  const setPlaced = (placed: number) =>
    db.execute(sql`update entitlements set placed = ${placed} where id = ${broken.entitlementId}::uuid`)
  await setPlaced(0)
  await expect(workOff(t.app, 'temporary-licenses', {})).rejects.toThrow('1 of 3 companies')
  const placed = () => Promise.all(companies.map((one) => one.placed()))
  expect(await placed()).toEqual([0, 1, 0])
  await setPlaced(1)
  await workOff(t.app, 'temporary-licenses', {})
  expect(await placed()).toEqual([0, 0, 0])
})
