import { afterAll, beforeAll, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { newId } from '../../src/ids.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeCatalog, makeCompany } from '../bench/data.ts'
import { associate, dayFromNow } from '../helpers/makers.ts'
import type { Visitor } from '../helpers/visitor.ts'
let t: TestApp
let both: Visitor
let id: string
beforeAll(async () => {
  t = await testApp()
  await makeCatalog(t.db.owner)
  id = await makeCompany(t.db.owner, 'BIG', 100_000, dayFromNow())
  await associate(t.db.owner.db, id, t.cast.people['both@demo.example']!, 'licensing', 'reporting')
  await t.db.owner.db.execute(sql`update customers set created_at = now() - interval '60 days' where id = ${id}`)
  await t.db.owner.db.execute(sql`update terms set recorded_at = now() - interval '50 days' where customer_id = ${id}`)
  await t.db.owner.db.execute(sql`update hosts set created_at = now() - interval '50 days' where customer_id = ${id}`)
  await t.db.owner.db.execute(sql`
    insert into host_versions (customer_id, id, host_id, label, city, recorded_at)
    select customer_id, gen_random_uuid(), id, label, city, created_at from hosts where customer_id = ${id}`)
  await t.db.owner.db.execute(sql`
    insert into transfers (customer_id, id, entitlement_id, to_host_id, quantity, load_id, at)
    select customer_id, gen_random_uuid(), entitlement_id, host_id, quantity, ${newId()}::uuid, now() - interval '45 days' from placements where customer_id = ${id}`)
  await t.db.owner.db.execute(sql`
    insert into requests (customer_id, id, number, kind, status, requested_by, completed_at)
    select ${id}, gen_random_uuid(), 200000000 + n, 'configure', 'completed', ${t.cast.people['both@demo.example']!}, now() from generate_series(1, 20000) n`)
  await t.db.owner.sql`vacuum analyze`
  both = await t.signIn('both@demo.example')
}, 600_000)
afterAll(() => t.close())
test('times', async () => {
  const d = dayFromNow(-10), e = dayFromNow(-48)
  for (const path of ['licenses', `licenses?asOf=${d}`, `licenses?asOf=${e}`, `licenses?asOf=${d}&text=forma`, 'hosts', 'hosts?text=HOST-0999', 'hosts?text=zzzz', 'hosts?text=forma', 'hosts?product=PRD-0001-F', 'hosts?show=duplicates', `hosts?asOf=${d}`, `hosts?asOf=${e}`, `hosts?asOf=${d}&text=zzzz`, 'search?q=zzzz', 'search?q=HOST-09', 'search?q=forma', 'search?q=200000001', 'search?q=BIG-O55', 'addresses', 'addresses?text=zz', 'hosts?show=retired']) {
    const times: number[] = []
    let status = 0
    for (let n = 0; n < 3; n++) {
      const at = performance.now()
      status = (await both.get(`/c/BIG/${path}`)).status
      times.push(Math.round(performance.now() - at))
    }
    console.log(path, status, times.join(' '))
  }
}, 600_000)
