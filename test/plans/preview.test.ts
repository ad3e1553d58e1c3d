import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement } from '../helpers/makers.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { workplace } from '../helpers/workplace.ts'

let site: TestApp
let luc: Visitor
let work: ReturnType<typeof workplace>

beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  work = workplace(site)
})
afterAll(() => site.close())

const look = async (planId: string) => (await luc.get(`/c/100234/plans/${planId}`)).text

test('as many of one contract for as many of another change a host: other lines stand in its pack', async () => {
  const old = await work.own({ quantity: 5 })
  const renewed = await makeEntitlement(site.db.owner.db, work.customerId, old.product.id, { quantity: 5 })
  const host = await work.host('SWAP')
  await work.place(old.id, host.id, 3)
  const planId = await work.plans.draft(
    [
      { entitlementId: old.id, from: host.id, quantity: 3 },
      { entitlementId: renewed.id, to: host.id, quantity: 3 },
    ],
    'bulk',
  )
  const text = await look(planId)
  expect(text).toContain('1 host changes')
  expect(text).toContain('After (pack issue 2)')
  expect(text).toMatch(
    new RegExp(
      `removed: -INCREMENT \\S+.*?SN=${old.salesOrderNumber}-1.*added: \\+.*?SN=${renewed.salesOrderNumber}-1`,
    ),
  )
})

test('the pack that is on a host is what the next one is compared with, also where it is no longer current', async () => {
  const { id } = await work.own({ quantity: 5 })
  const host = await work.host('OLD-PACK', { servers: ['old-pack'] })
  await work.place(id, host.id, 1)
  await site.db.owner.sql`update hosts set port = 27009 where id = ${host.id}`
  const text = await look(await work.plans.draft([{ entitlementId: id, to: host.id, quantity: 1 }]))
  expect(text).toMatch(/removed: -SERVER old-pack \S+ 7788.*added: \+SERVER old-pack \S+ 27009/)
})

test('where a host has licenses and no pack yet, all of its first pack is new', async () => {
  const [one, two] = [await work.own({ quantity: 5 }), await work.own({ quantity: 5 })]
  const host = await work.host('NO-PACK')
  await work.place(one.id, host.id, 1)
  await site.db.owner.sql`update hosts set pack_issue = 0 where id = ${host.id}`
  const text = await look(await work.plans.draft([{ entitlementId: two.id, to: host.id, quantity: 1 }]))
  const first = text.slice(text.indexOf('License lines of the first pack of NO-PACK'))
  for (const { salesOrderNumber } of [one, two])
    expect(first).toMatch(new RegExp(`added: \\+INCREMENT [^+]*SN=${salesOrderNumber}-1`))
})
