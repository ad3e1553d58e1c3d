import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'
import { makeScene } from '../helpers/scene.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
  await makeScene(t)
})
afterAll(() => t.close())

test('guichet doctor: says that records agree, and which do not', async () => {
  const well = await runGuichet(t.db, ['doctor'])
  expect([well.code, well.out]).toEqual([0, '4 customers looked at: their records agree.\n'])
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
