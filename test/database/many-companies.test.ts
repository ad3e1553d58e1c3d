import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { makeCatalog, makeCompany } from '../bench/data.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Visitor } from '../helpers/visitor.ts'

// One large company beside very many small ones: what a plan made for all of them is worth to each. On average a
// company has next to nothing here, and what reads all rows of a company for each of its rows takes minutes for this one.

const small = 2_000
const large = 8_000
const requests = 3_000

let site: TestApp
let browser: Visitor

beforeAll(async () => {
  site = await testApp()
  await makeCatalog(site.db.owner)
  await makeSmallCompanies()
  const id = await makeCompany(site.db.owner, 'LARGE', large, site.app.today())
  await letIn(id)
  await makeRequests(id)
  await site.db.owner.sql`analyze`
  browser = await site.signIn('supervisor@demo.example')
}, 120_000)
afterAll(() => site.close())

/** Each with one of all that a company has. */
async function makeSmallCompanies(): Promise<void> {
  await site.db.owner.transaction(async (tx) => {
    await tx.execute(sql`
      create temp table made on commit drop as
      select n, gen_random_uuid() as customer, gen_random_uuid() as entitlement, gen_random_uuid() as "order"
      from generate_series(1, ${small}::int) n`)
    await tx.execute(sql`
      insert into customers (id, customer_number, name) select customer, 'S' || n, 'Small ' || n from made`)
    await tx.execute(sql`insert into order_numbers select 'S-O' || n, customer from made`)
    await tx.execute(sql`
      insert into orders (customer_id, id, sales_order_number, order_date)
      select customer, "order", 'S-O' || n, current_date from made`)
    await tx.execute(sql`
      insert into entitlements (customer_id, id, product_id)
      select customer, entitlement, (select id from products order by part_number limit 1) from made`)
    await tx.execute(sql`
      insert into terms (customer_id, id, entitlement_id, order_id, line, quantity, starts_on)
      select customer, gen_random_uuid(), entitlement, "order", 1, 1, current_date from made`)
    await tx.execute(sql`
      insert into hosts (customer_id, id, label, kind, status)
      select customer, gen_random_uuid(), 'HOST', 'single', 'active' from made`)
    await tx.execute(sql`
      insert into requests (customer_id, id, number, kind, status, requested_by)
      select customer, gen_random_uuid(), 900000000 + n, 'move', 'completed', ${site.cast.people['both@demo.example']}
      from made`)
  })
}

async function letIn(customerId: string): Promise<void> {
  const personId = site.cast.people['supervisor@demo.example']
  await site.db.owner.db.execute(sql`
    insert into associations (customer_id, person_id) values (${customerId}, ${personId})`)
  await site.db.owner.db.execute(sql`
    insert into privileges (customer_id, person_id, privilege)
    select ${customerId}, ${personId}, p from unnest(array['supervisor', 'licensing', 'reporting']) p`)
}

/** Held ones, each of a plan that would take one license off its host. */
async function makeRequests(customerId: string): Promise<void> {
  const personId = site.cast.people['supervisor@demo.example']
  await site.db.owner.transaction(async (tx) => {
    await tx.execute(sql`
      create temp table made on commit drop as
      select p.entitlement_id, p.host_id, gen_random_uuid() as request, gen_random_uuid() as plan,
        row_number() over () as n
      from placements p where p.customer_id = ${customerId} limit ${requests}`)
    await tx.execute(sql`
      insert into plans (customer_id, id, tool, status, created_by, request_id)
      select ${customerId}, plan, 'return', 'submitted', ${personId}, request from made`)
    await tx.execute(sql`
      insert into requests (customer_id, id, number, kind, status, requested_by, plan_id)
      select ${customerId}, request, 800000000 + n, 'return', 'in-review', ${personId}, plan from made`)
    await tx.execute(sql`
      insert into plan_lines (customer_id, plan_id, id, entitlement_id, from_host_id, quantity)
      select ${customerId}, plan, ${newId()}, entitlement_id, host_id, 1 from made`)
  })
}

test.each([
  '',
  '/licenses',
  '/licenses?text=product',
  '/licenses/PRD-0001-F',
  '/hosts',
  '/hosts?text=product',
  '/requests',
  '/requests?q=product',
  '/search?q=e',
  '/report',
  '/report?text=product',
  '/packs',
  '/people',
  '/activity',
])('its page %s answers before the deadline of its statements', async (path) => {
  expect((await browser.get(`/c/LARGE${path}`)).status).toBe(200)
})

test('the page of one of its hosts too, as it is and as it was', async () => {
  const list = await browser.get('/c/LARGE/hosts')
  const href = list.document.querySelector<HTMLAnchorElement>('tbody th a')!.getAttribute('href')!
  const parts = ['transfers', 'packs', 'host'].map((only) => `${href}/history?only=${only}`)
  for (const path of [href, `${href}?asOf=2026-01-01`, `${href}/history`, `${href}/sheet`, ...parts])
    expect((await browser.get(path)).status).toBe(200)
})

test('its licenses, hosts and report as they were before all of it was moved answer too', async () => {
  for (const path of ['/licenses', '/licenses?text=product', '/hosts', '/hosts?text=product']) {
    const page = await browser.get(`/c/LARGE${path}${path.includes('?') ? '&' : '?'}asOf=2026-01-01`)
    expect(page.status, path).toBe(200)
  }
})

test('its hosts are found by what is on them, and each says what', async () => {
  expect((await browser.get('/c/LARGE/packs?q=product')).status).toBe(200)
})
