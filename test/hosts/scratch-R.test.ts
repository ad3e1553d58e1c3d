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
  await t.db.owner.transaction(async (tx) => {
  await tx.execute(sql`update customers set created_at = now() - interval '60 days' where id = ${id}`)
  await tx.execute(sql`update terms set recorded_at = now() - interval '50 days' where customer_id = ${id}`)
  await tx.execute(sql`update hosts set created_at = now() - interval '50 days' where customer_id = ${id}`)
  await tx.execute(sql`
    insert into host_versions (customer_id, id, host_id, label, city, recorded_at)
    select customer_id, gen_random_uuid(), id, label, city, created_at from hosts where customer_id = ${id}`)
  await tx.execute(sql`
    insert into transfers (customer_id, id, entitlement_id, to_host_id, quantity, load_id, at)
    select customer_id, gen_random_uuid(), entitlement_id, host_id, quantity, ${newId()}::uuid, now() - interval '45 days' from placements where customer_id = ${id}`)
  await tx.execute(sql`
    insert into requests (customer_id, id, number, kind, status, requested_by, completed_at)
    select ${id}, gen_random_uuid(), 200000000 + n, 'configure', 'completed', ${t.cast.people['both@demo.example']!}, now() from generate_series(1, 20000) n`)
  }, { deadlineMs: 300_000 })
  await t.db.owner.sql`analyze`
  both = await t.signIn('both@demo.example')
}, 600_000)
afterAll(() => t.close())

import { listSummaryAsOf } from '../../src/licenses/as-of.ts'
import { listHosts, sumHosts } from '../../src/hosts/register.ts'
import { countRequests, listRequests } from '../../src/requests/queries.ts'
import { listSummary, sumSummary } from '../../src/licenses/queries.ts'
import { findConfigurations, findContracts, findOrders, findPeople } from '../../src/search/queries.ts'
test('explain', async () => {
  const db = t.db.owner
  const end = sql`((${dayFromNow(-10)}::date + 1)::timestamp at time zone 'Europe/Paris')`
  const asOf = { day: dayFromNow(-10), end }
  const f = (text: string, show = 'all') => ({ text, product: '', show: show as 'all' })
  const scope = { personId: t.cast.people['both@demo.example']!, holds: { supervisor: false, licensing: true, reporting: true } }
  const lf = (text: string) => ({ text, family: '', show: 'all' as const })
  const runs: Record<string, (tx: any) => Promise<unknown>> = {
    summary: (tx) => listSummaryAsOf(tx, id, lf(''), asOf),
    hostsThen: (tx) => listHosts(tx, id, f(''), { asOf }),
    sumThen: (tx) => sumHosts(tx, id, f(''), asOf),
    hosts: (tx) => listHosts(tx, id, f(''), { asOf: null }),
    sum: (tx) => sumHosts(tx, id, f(''), null),
    hostsText: (tx) => listHosts(tx, id, f('zzzz'), { asOf: null }),
    sumText: (tx) => sumHosts(tx, id, f('zzzz'), null),
    hostsForma: (tx) => listHosts(tx, id, f('forma'), { asOf: null }),
    sumForma: (tx) => sumHosts(tx, id, f('forma'), null),
    dup: (tx) => listHosts(tx, id, f('', 'duplicates'), { asOf: null }),
    requests: (tx) => listRequests(tx, id, { scope, text: 'zzzz', size: 6 }),
    requestCount: (tx) => countRequests(tx, id, { scope, text: 'zzzz' }),
    requestDigits: (tx) => countRequests(tx, id, { scope, text: '200000' }),
    licenses: (tx) => listSummary(tx, id, lf('zzzz'), dayFromNow()),
    licenseSum: (tx) => sumSummary(tx, id, lf('zzzz'), dayFromNow()),
    orders: (tx) => findOrders(tx, id, 'zzzz'),
    contracts: (tx) => findContracts(tx, id, 'zzzz'),
    configurations: (tx) => findConfigurations(tx, id, 'zzzz'),
    people: (tx) => findPeople(tx, id, 'zzzz', false),
  }
  const { writeFileSync } = await import('node:fs')
  let out = ''
  for (const [name, run] of Object.entries(runs)) {
    const plans: string[] = []
    let took = 0
    await db.transaction(async (tx) => {
      const explain = new Proxy(tx as object, {
        get(target: any, key) {
          if (key !== 'execute') return typeof target[key] === 'function' ? target[key].bind(target) : target[key]
          return async (query: any) => {
            const rows = await target.execute(sql`explain (analyze, buffers off, timing on) ${query}`)
            plans.push(rows.map((r: any) => r['QUERY PLAN']).join('\n'))
            return []
          }
        },
      })
      const at = performance.now()
      await run(tx)
      took = performance.now() - at
      await run(explain).catch(() => {})
    }, { deadlineMs: 120_000 })
    const exec = plans.map((p) => /Execution Time: (.*)/.exec(p)?.[1]).join(', ')
    console.log(name, Math.round(took), exec)
    out += `\n=== ${name} ${took}\n${plans.join('\n')}\n`
    writeFileSync('/tmp/g/R/plans.txt', out)
  }
}, 600_000)
