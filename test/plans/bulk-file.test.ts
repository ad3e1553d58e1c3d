import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCatalog, makeCompany } from '../bench/data.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow } from '../helpers/makers.ts'

let site: TestApp
beforeAll(async () => {
  site = await testApp()
})
afterAll(() => site.close())

test('a file of many placements has each of them once, wherever it is read on', async () => {
  await makeCatalog(site.db.owner)
  const id = await makeCompany(site.db.owner, '650001', 1_100, dayFromNow())
  const person = site.cast.people['both@demo.example']!
  const { sql } = site.db.owner
  await sql`insert into associations (customer_id, person_id) values (${id}, ${person})`
  await sql`insert into privileges (customer_id, person_id, privilege) values (${id}, ${person}, 'licensing')`
  // So that a batch ends in the middle of a host.
  await sql`delete from placements where customer_id = ${id} and host_id = (
    select id from hosts where customer_id = ${id} order by label limit 1) and entitlement_id = (
    select min(entitlement_id::text)::uuid from placements p join hosts h on h.id = p.host_id
    where p.customer_id = ${id} and h.label = (select min(label) from hosts where customer_id = ${id}))`
  const both = await site.signIn('both@demo.example')
  const { body } = await both.get('/c/650001/bulk/placements.csv')
  const rows: Record<'host' | 'order' | 'line', string>[] = parse(body, { bom: true, columns: true })
  expect(rows).toHaveLength(1_099)
  expect(new Set(rows.map(({ host, order, line }) => `${host} ${order} ${line}`)).size).toBe(1_099)
  expect(rows.map(({ host }) => host)).toEqual(rows.map(({ host }) => host).toSorted())
})
