import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'

let site: TestApp
beforeAll(async () => {
  site = await testApp()
})
afterAll(() => site.close())

test('a plan of many lines and hosts is shown in numbered parts, what cannot be done first, each with its counts', async () => {
  const lemaire = site.cast.customers['100234']!
  const luc = await site.signIn('licensing@demo.example')
  const product = await makeProduct(site.db.owner.db, { name: 'Parts' })
  const good = await makeEntitlement(site.db.owner.db, lemaire, product.id, { quantity: 1000 })
  const short = await makeEntitlement(site.db.owner.db, lemaire, product.id, { quantity: 1 })
  const lines = []
  for (let n = 0; n < 210; n++) {
    const { id: to } = await makeHost(site.db.owner.db, lemaire, {
      label: `PART-${String(n).padStart(3, '0')}`,
    })
    lines.push({ entitlementId: good.id, to })
    if (n > 207) lines.push({ entitlementId: short.id, to, quantity: 5 })
  }
  const planId = await planner(site.db.database, lemaire, site.cast.people['licensing@demo.example']!).draft(
    lines,
  )
  const at = `/c/100234/plans/${planId}`
  const first = await luc.get(at)
  expect(first.text).toContain('212 lines, 2 cannot be done')
  expect(first.text).toContain('210 hosts change')
  expect(first.text).toContain('Lines 1 to 200 of 212')
  expect(first.text).toContain('Hosts 1 to 20 of 210')
  expect(first.all('tbody tr')[0]!.textContent).toContain('cannot be done')
  const [nextLines, nextHosts] = first.all('a[rel=next]').map((a) => a.getAttribute('href')!)
  const second = await luc.get(nextLines!.split('#')[0]!)
  expect(second.text).toContain('Lines 201 to 212 of 212')
  const hosts = await luc.get(nextHosts!.split('#')[0]!)
  expect(hosts.text).toContain('Hosts 21 to 40 of 210')
  expect(hosts.text).toContain('PART-020')
  // Beyond the end, and what is no number.
  expect((await luc.get(`${at}?hosts=999`)).text).toContain('Hosts 201 to 210 of 210')
  expect((await luc.get(`${at}?lines=-1&hosts=x`)).text).toContain('Lines 1 to 200 of 212')
})
