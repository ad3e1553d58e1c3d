import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow, makeEntitlement, makeFamily, makeProduct } from '../helpers/makers.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

const count = 20_000
let t: TestApp
let both: Visitor

beforeAll(async () => {
  t = await testApp()
  const company = t.cast.customers['100234']!
  await t.db.owner.transaction(
    async (tx) => {
      await tx.execute(sql`
        insert into hosts (customer_id, id, label, kind, status, city, created_at)
        select ${company}, gen_random_uuid(), 'HOST-' || lpad(n::text, 5, '0'), 'single', 'active', 'Nantes',
          now() - interval '10 days'
        from generate_series(1, ${count}::int) n`)
      await tx.execute(sql`
        insert into host_members (customer_id, host_id, position, id_kind, id_value, server_name, is_active)
        select customer_id, id, 1, 'ethernet', upper(lpad(to_hex(substr(label, 6)::int), 12, '0')), lower(label), true
        from hosts where customer_id = ${company}`)
      const family = await makeFamily(tx, { name: 'Forma' })
      const product = await makeProduct(tx, { name: 'Forma Base', familyId: family.id })
      const { id } = await makeEntitlement(tx, company, product.id, { quantity: count })
      await tx.execute(sql`
        insert into configurations (customer_id, id, configuration_number, host_id, family_id, is_maintained)
        select customer_id, gen_random_uuid(), substr(label, 6), id, ${family.id}, true
        from hosts where customer_id = ${company}`)
      await tx.execute(sql`
        insert into placements (customer_id, entitlement_id, host_id, configuration_id, quantity)
        select customer_id, ${id}, host_id, id, 1 from configurations where customer_id = ${company}`)
    },
    { deadlineMs: 60_000 },
  )
  await t.db.owner.sql`analyze`
  both = await t.signIn('both@demo.example')
})
afterAll(() => t.close())

const labels = (page: Answer) => page.all('#results th[scope=row] > a').map((a) => a.textContent)

test('20,000 hosts: each page follows the one before, from anywhere, and the sums are of all of them', async () => {
  const first = await both.get('/c/100234/hosts')
  expect(first.one('caption').textContent).toContain('20,000 hosts')
  expect(labels(first)).toHaveLength(50)
  const second = await both.get(first.one('.g-pager a[rel=next]').getAttribute('href')!)
  expect(labels(second)[0]).toBe('HOST-00051')
  const filtered = await both.get('/c/100234/hosts?text=HOST-1999&show=active')
  expect(labels(filtered)).toHaveLength(10)
  expect(labels(await both.get('/c/100234/hosts?text=00:00:00:00:4E:20'))).toEqual(['HOST-20000'])
  expect((await both.get('/c/100234/hosts?show=duplicates')).text).toContain('No two hosts share')
  expect((await both.get('/c/100234/addresses')).all('tbody tr')).toHaveLength(50)
  const found = await both.get('/c/100234/search?q=host-1')
  expect(found.link('See all: ')).toContain('/c/100234/hosts?text=host-1')
})

test('20,000 hosts on a past day: found by what sat on them as fast as now', async () => {
  const found = await both.get(`/c/100234/hosts?text=forma&asOf=${dayFromNow(-2)}`)
  expect(found.one('caption').textContent).toContain('20,000 hosts')
  expect((await both.get('/c/100234/packs?q=forma')).all('tbody tr')).toHaveLength(50)
})

test('a company with 20,000 hosts changes its address: every pack of it is outdated in one statement', async () => {
  await t.db.owner.db.execute(sql`update hosts set is_pack_current = true, pack_issue = 1`)
  const address = '/c/100234/addresses/company'
  const answer = await both.submit(await both.get(address), { city: 'Rezé' }, address)
  expect(answer.status).toBe(303)
  const [left] = await t.db.owner.db.execute(
    sql`select count(*)::int as count from hosts where is_pack_current`,
  )
  expect(left).toEqual({ count: 0 })
})
