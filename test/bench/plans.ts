import { generateKeyPairSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { sql } from 'drizzle-orm'
import { connect, type Database } from '../../src/db.ts'
import { Invalid } from '../../src/errors.ts'
import { newId } from '../../src/ids.ts'
import { builtInCutter } from '../../src/packs/cutters/built-in.ts'
import { fillPlan } from '../../src/plans/bulk/fill.ts'
import { checkPlan } from '../../src/plans/check-plan.ts'
import { createPlan } from '../../src/plans/drafts.ts'
import { previewPlan } from '../../src/plans/preview-plan.ts'
import { submitPlan } from '../../src/plans/submit-plan.ts'
import * as schema from '../../src/schema.ts'
import { todayIn } from '../../src/web/format.ts'
import { testPublisher } from '../helpers/plans.ts'
import { makeCompany } from './data.ts'

// Plans of 5,000 lines over 500 hosts: what checking, previewing and submitting one takes, and how many small plans
// over the same entitlements and hosts 16 people get through at once.

const entitlements = 2_500
const people = 16
const plansEach = Number(process.env['BENCH_PLANS'] ?? 20)
const cut = builtInCutter({ kid: 'bench', privateKey: generateKeyPairSync('ed25519').privateKey })
const today = todayIn('UTC')

/** Milliseconds of the acts of a large plan, and the plans a second of a crowd. */
export async function measurePlans(url: { owner: string; app: string }): Promise<void> {
  const owner = connect({ url: url.owner, deadlineMs: 60_000 })
  const app = connect({ url: url.app, poolSize: people, deadlineMs: 60_000 })
  const customerId = await makeCompany(owner, 'BPLANS', entitlements, today)
  const personId = newId()
  await owner.db.insert(schema.people).values({
    id: personId,
    email: 'plans@bench.example',
    name: 'Bench',
    confirmedAt: new Date(),
    primaryCustomerId: customerId,
  })
  const large = await measureLarge(app, customerId, personId)
  const file = await measureFile(app, customerId, personId)
  console.table({ 'plan of 5,000 lines over 500 hosts': { 'file ms': file, ...large } })
  const before = await deadlocks(owner)
  const crowd = await measureCrowd(app, customerId, personId)
  console.table({ [`${people} people at once`]: { ...crowd, deadlocks: (await deadlocks(owner)) - before } })
  await Promise.all([owner.close(), app.close()])
}

async function measureLarge(app: Database, customerId: string, personId: string) {
  // The second plan is measured: the first lets the statements be planned and the code be compiled.
  let figures: Record<string, number> = {}
  for (const round of [1, 2]) {
    const planId = await draftLarge(app, customerId, personId)
    const options = { customerId, planId, today, publisher: testPublisher }
    const begun = performance.now()
    const [checkMs, previewMs] = await app.readCustomer(customerId, async (tx) => {
      const checked = await checkPlan(tx, options)
      if (!checked.isDoable) throw new Error(`Round ${round}: the plan cannot be done`)
      const between = performance.now()
      await previewPlan(tx, checked, options)
      return [between - begun, performance.now() - between]
    })
    const before = performance.now()
    await app.forCustomer(customerId, (tx) => submitPlan(tx, { ...options, person: { id: personId }, cut }))
    figures = {
      'check ms': Math.round(checkMs!),
      'preview ms': Math.round(previewMs!),
      'submit ms': Math.round(performance.now() - before),
    }
  }
  return figures
}

/** Of each placement one license moves to the next host, and one more of its entitlement goes to the host after. */
async function draftLarge(app: Database, customerId: string, personId: string): Promise<string> {
  return app.forCustomer(customerId, async (tx) => {
    const planId = await createPlan(tx, { customerId, tool: 'bulk', personId })
    const made = await tx.execute(sql`
      with host as (
        select id, (row_number() over (order by label) - 1)::int as n, (count(*) over ())::int as total
        from hosts where customer_id = ${customerId} and status = 'active'
      ), placed as (
        select distinct on (p.entitlement_id) p.entitlement_id, p.host_id, h.n, h.total
        from placements p join host h on h.id = p.host_id
        where p.customer_id = ${customerId} order by p.entitlement_id, p.quantity desc, h.n
      ), line as (
        select entitlement_id, host_id as from_host, (n + 1) % total as receiver from placed
        union all select entitlement_id, null, (n + 2) % total from placed
      )
      insert into plan_lines (customer_id, plan_id, id, entitlement_id, from_host_id, to_host_id, quantity)
      select ${customerId}, ${planId}, gen_random_uuid(), l.entitlement_id, l.from_host, r.id, 1
      from line l join host r on r.n = l.receiver
      returning 1`)
    if (made.length !== entitlements * 2) throw new Error(`The plan has ${made.length} lines`)
    return planId
  })
}

/** A file of 5,000 changed rows read into a draft. */
async function measureFile(app: Database, customerId: string, personId: string): Promise<number> {
  const rows = await app.readCustomer(customerId, (tx) =>
    tx.execute<{ text: string }>(sql`
      select concat_ws(',', h.label, o.sales_order_number, t.line, p.quantity, p.quantity + 1) as text
      from placements p
      join hosts h on h.customer_id = p.customer_id and h.id = p.host_id
      join entitlements e on e.customer_id = p.customer_id and e.id = p.entitlement_id
      join terms t on t.customer_id = e.customer_id and t.id = e.term_id
      join orders o on o.customer_id = t.customer_id and o.id = t.order_id
      where p.customer_id = ${customerId} order by p.entitlement_id, p.host_id limit 5000`),
  )
  const text = ['host,order,line,placed_now,new_quantity', ...rows.map((row) => row.text)].join('\n')
  const begun = performance.now()
  await app.forCustomer(customerId, async (tx) => {
    const planId = await createPlan(tx, { customerId, tool: 'bulk', personId })
    await fillPlan(tx, { customerId, planId, text, adds: false })
  })
  return Math.round(performance.now() - begun)
}

async function deadlocks(owner: Database): Promise<number> {
  const [row] = await owner.db.execute<{ count: number }>(sql`
    select deadlocks::integer as count from pg_stat_database where datname = current_database()`)
  return row!.count
}

/**
 * Every plan touches three of a few entitlements and hosts, so that all of them meet; none may end in a deadlock. What
 * one puts on a host another takes off, so that they go on.
 */
async function measureCrowd(app: Database, customerId: string, personId: string) {
  const rows = await app.readCustomer(customerId, (tx) =>
    tx.execute<{ entitlement: string; host: string }>(sql`
      select entitlement_id as entitlement, min(host_id::text)::uuid as host from placements
      where customer_id = ${customerId} and quantity > 1 group by entitlement_id order by entitlement_id limit 48`),
  )
  const drafts: string[] = []
  for (let n = 0; n < people * plansEach; n++)
    drafts.push(await draftSmall(app, customerId, personId, rows, n))
  let done = 0
  let refused = 0
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: people }, async (_, person) => {
      for (const planId of drafts.slice(person * plansEach, (person + 1) * plansEach)) {
        try {
          await app.forCustomer(customerId, (tx) =>
            submitPlan(tx, {
              customerId,
              planId,
              today,
              publisher: testPublisher,
              cut,
              person: { id: personId },
            }),
          )
          done++
        } catch (error) {
          if (!(error instanceof Invalid)) throw error
          refused++
        }
      }
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  return { 'plans done': done, refused, 'plans/s': Math.round((done + refused) / seconds) }
}

async function draftSmall(
  app: Database,
  customerId: string,
  personId: string,
  rows: readonly { entitlement: string; host: string }[],
  n: number,
): Promise<string> {
  return app.forCustomer(customerId, async (tx) => {
    const planId = await createPlan(tx, { customerId, tool: 'bulk', personId })
    for (const step of [0, 1, 2]) {
      // In another order each time, as people would.
      const at = n * 5 + step * 7
      const { entitlement, host } = rows[at % rows.length]!
      const [from, to] = Math.floor(at / rows.length) % 2 ? [host, null] : [null, host]
      await tx.insert(schema.planLines).values({
        customerId,
        planId,
        id: newId(),
        entitlementId: entitlement,
        fromHostId: from,
        toHostId: to,
        quantity: 1,
      })
    }
    return planId
  })
}
