import { and, eq, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db.ts'
import { Conflict, Invalid, NotFound } from '../../src/errors.ts'
import { emptyHostForm } from '../../src/hosts/host-form.ts'
import { planHost } from '../../src/hosts/plan-host.ts'
import { discardPlan } from '../../src/plans/drafts.ts'
import {
  activity,
  configurations,
  entitlements,
  hostMembers,
  hosts,
  licenseSums,
  mails,
  packs,
  placements,
  requestEvents,
  requestPacks,
  requests,
  transfers,
} from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import {
  associate,
  makeCustomer,
  makeEntitlement,
  makeHost,
  makePerson,
  makeProduct,
} from '../helpers/makers.ts'
import { planner, testPublisher } from '../helpers/plans.ts'

let db: TestDatabase
/** Room for everyone at once, and patience for a busy machine. */
let crowd: Database
beforeAll(async () => {
  db = await testDatabase()
  crowd = db.connect({ poolSize: 16, deadlineMs: 60_000 })
})
afterAll(() => db.drop())

async function company(quantity = 10, product: Parameters<typeof makeProduct>[1] = {}) {
  const owner = db.owner.db
  const customer = await makeCustomer(owner)
  const person = await makePerson(owner)
  await associate(owner, customer.id, person.id, 'licensing')
  const made = await makeProduct(owner, product)
  const entitlement = await makeEntitlement(owner, customer.id, made.id, { quantity })
  const host = await makeHost(owner, customer.id, { label: `LYO-${customer.customerNumber}` })
  const plans = planner(crowd, customer.id, person.id)
  return { owner, customer, person, product: made, entitlementId: entitlement.id, entitlement, host, plans }
}

const of = (table: { customerId: PgColumn }, customerId: string) => eq(table.customerId, customerId)

async function stored(customerId: string) {
  const [row] = await db.owner.db.execute<Record<string, number>>(sql`
    select (select count(*)::integer from requests where customer_id = ${customerId}) as requests,
      (select count(*)::integer from transfers where customer_id = ${customerId}) as transfers,
      (select coalesce(sum(quantity), 0)::integer from placements where customer_id = ${customerId}) as placed,
      (select count(*)::integer from packs where customer_id = ${customerId}) as packs,
      (select count(*)::integer from mails where customer_id = ${customerId}) as mails`)
  return row!
}

test('R1, R2: submitting writes request, transfer, placement, pack, events, activity and mail at once', async () => {
  const { owner, customer, person, entitlementId, host, plans, product } = await company()
  const { requestId, requestNumber } = await plans.place([{ entitlementId, to: host.id, quantity: 4 }])
  expect(await stored(customer.id)).toEqual({ requests: 1, transfers: 1, placed: 4, packs: 1, mails: 1 })

  const [request] = await owner.select().from(requests).where(eq(requests.id, requestId))
  expect(request).toMatchObject({
    number: requestNumber,
    kind: 'configure',
    status: 'completed',
    requestedBy: person.id,
  })
  const [transfer] = await owner.select().from(transfers).where(eq(transfers.requestId, requestId))
  expect(transfer).toMatchObject({
    entitlementId,
    fromHostId: null,
    toHostId: host.id,
    quantity: 4,
    personId: person.id,
  })
  const [configuration] = await owner.select().from(configurations).where(of(configurations, customer.id))
  expect(configuration).toMatchObject({ hostId: host.id, familyId: product.familyId, isMaintained: true })
  expect(transfer!.configurationId).toBe(configuration!.id)
  const [owned] = await owner.select().from(entitlements).where(eq(entitlements.id, entitlementId))
  expect(owned).toMatchObject({ owned: 10, placed: 4 })
  const [summed] = await owner.select().from(licenseSums).where(of(licenseSums, customer.id))
  expect(summed).toMatchObject({ owned: 10, placed: 4 })
  const [pack] = await owner.select().from(packs).where(of(packs, customer.id))
  expect(pack).toMatchObject({ hostId: host.id, issue: 1, keyId: 'test', requestId })
  expect(pack!.text).toContain('INCREMENT')
  expect(pack!.text).toContain(configuration!.configurationNumber)
  expect(await owner.select().from(requestPacks).where(eq(requestPacks.requestId, requestId))).toHaveLength(1)
  const [after] = await owner.select().from(hosts).where(eq(hosts.id, host.id))
  expect(after).toMatchObject({ packIssue: 1, isPackCurrent: true })
  const events = await owner.select().from(requestEvents).where(eq(requestEvents.requestId, requestId))
  expect(events.map(({ kind }) => kind).sort()).toEqual(['completed', 'pack-issued', 'submitted'])
  const [did] = await owner.select().from(activity).where(of(activity, customer.id))
  expect(did).toMatchObject({ verb: 'plan.submitted', personId: person.id, requestId })
  const [mail] = await owner.select().from(mails).where(of(mails, customer.id))
  expect(mail).toMatchObject({ toAddress: person.email, template: 'request-completed' })
})

test('R2: the same plan submitted twice, also at once, gives the same request number', async () => {
  const { customer, entitlementId, host, plans } = await company()
  const planId = await plans.draft([{ entitlementId, to: host.id, quantity: 2 }])
  const answers = await Promise.all(Array.from({ length: 8 }, () => plans.submit(planId)))
  answers.push(await plans.submit(planId))
  expect(new Set(answers.map(({ requestNumber }) => requestNumber)).size).toBe(1)
  expect(await stored(customer.id)).toMatchObject({ requests: 1, transfers: 1, placed: 2, packs: 1 })
})

test('a line that cannot be done holds the whole plan, and nothing is written', async () => {
  const { customer, entitlementId, host, plans } = await company(3)
  const second = await makeHost(db.owner.db, customer.id)
  const planId = await plans.draft([
    { entitlementId, to: host.id, quantity: 3 },
    { entitlementId, to: second.id, quantity: 1 },
  ])
  await expect(plans.submit(planId)).rejects.toBeInstanceOf(Invalid)
  expect(await stored(customer.id)).toEqual({ requests: 0, transfers: 0, placed: 0, packs: 0, mails: 0 })
})

test('an empty, a discarded and another company’s plan are refused', async () => {
  const { customer, plans, entitlementId, host } = await company()
  const other = await company()
  await expect(plans.submit(await plans.draft([]))).rejects.toMatchObject({
    problems: [{ key: 'plans.problem.empty' }],
  })
  const planId = await plans.draft([{ entitlementId, to: host.id }])
  await expect(other.plans.submit(planId)).rejects.toBeInstanceOf(NotFound)
  await db.database.forCustomer(customer.id, (tx) => discardPlan(tx, { customerId: customer.id, planId }))
  await expect(plans.submit(planId)).rejects.toBeInstanceOf(Conflict)
})

test('invariant: of 16 people who ask for the last licenses at once, as many get them as there are', async () => {
  const { owner, customer, entitlementId, host, plans } = await company(5)
  const drafts = await Promise.all(
    Array.from({ length: 16 }, () => plans.draft([{ entitlementId, to: host.id, quantity: 1 }])),
  )
  const answers = await Promise.allSettled(drafts.map((planId) => plans.submit(planId)))
  const refused = answers.filter((answer) => answer.status === 'rejected')
  expect(answers.length - refused.length).toBe(5)
  for (const { reason } of refused) expect(reason).toBeInstanceOf(Invalid)
  expect(await stored(customer.id)).toMatchObject({ requests: 5, transfers: 5, placed: 5, packs: 5 })
  const [row] = await owner.select().from(entitlements).where(eq(entitlements.id, entitlementId))
  expect(row).toMatchObject({ owned: 5, placed: 5 })
  const issues = await owner.select({ issue: packs.issue }).from(packs).where(of(packs, customer.id))
  expect(issues.map(({ issue }) => issue).sort()).toEqual([1, 2, 3, 4, 5])
})

test('invariant: two who ask at once for more than there is: one wins, the other is told what is left', async () => {
  const { entitlementId, host, plans } = await company(6)
  const both = await Promise.all(
    [4, 4].map((quantity) => plans.draft([{ entitlementId, to: host.id, quantity }])),
  )
  const answers = await Promise.allSettled(both.map((planId) => plans.submit(planId)))
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const loser = both[answers.findIndex(({ status }) => status === 'rejected')]!
  expect((await plans.check(loser)).lines[0]!.problems).toEqual([
    {
      key: 'plans.problem.notEnoughSeat',
      params: { available: 2, asked: 4, lines: 1, host: host.label, quantity: 4, others: 0, elsewhere: 0 },
    },
  ])
})

test('invariant: plans that cross each other on products and hosts all end, without a deadlock left over', async () => {
  const { owner, customer, plans } = await company()
  const made = await Promise.all([makeProduct(owner), makeProduct(owner), makeProduct(owner)])
  const owned: string[] = []
  for (const product of made)
    owned.push((await makeEntitlement(owner, customer.id, product.id, { quantity: 40 })).id)
  const machines = [await makeHost(owner, customer.id), await makeHost(owner, customer.id)]
  const drafts = await Promise.all(
    Array.from({ length: 12 }, (_, n) => {
      const lines = owned.flatMap((entitlementId) =>
        machines.map(({ id: to }) => ({ entitlementId, to, quantity: 1 })),
      )
      return plans.draft(n % 2 ? lines.reverse() : lines)
    }),
  )
  await Promise.all(drafts.map((planId) => plans.submit(planId)))
  expect(await stored(customer.id)).toMatchObject({ requests: 12, transfers: 72, placed: 72, packs: 24 })
})

test('a new host becomes real with the plan; two who plan the same machine at once: one wins, the other is told', async () => {
  const { owner, customer, entitlementId, plans } = await company()
  const customerId = customer.id
  const draft = async (label: string) => {
    const planId = await plans.draft([])
    const values = { ...emptyHostForm, label, id1: '02AA60000001', server1: 'new-1' }
    const to = await db.database.forCustomer(customerId, (tx) =>
      planHost(tx, { customerId, planId, values, publisher: testPublisher, needsServerNames: true }),
    )
    await plans.add(planId, [{ entitlementId, to, quantity: 1 }])
    return { planId, to }
  }
  const both = [await draft('NEW-1'), await draft('NEW-2')]
  const answers = await Promise.allSettled(both.map(({ planId }) => plans.submit(planId)))
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const won = both[answers.findIndex(({ status }) => status === 'fulfilled')]!
  const lost = both.find((one) => one !== won)!
  const [host] = await owner.select().from(hosts).where(eq(hosts.id, won.to))
  expect(host).toMatchObject({ status: 'active', packIssue: 1 })
  const members = await owner
    .select()
    .from(hostMembers)
    .where(and(eq(hostMembers.hostId, won.to)))
  expect(members.map(({ isActive }) => isActive)).toEqual([true])
  expect((await plans.check(lost.planId)).lines[0]!.problems).toEqual([
    { key: 'plans.problem.idTaken', params: { id: '02-AA-60-00-00-01', host: host!.label }, about: 'host' },
  ])
})

test('a return goes back into the pool, the last one takes the placement away and the next pack says so', async () => {
  const { owner, customer, entitlementId, host, plans } = await company(4)
  await plans.place([{ entitlementId, to: host.id, quantity: 4 }])
  await plans.place([{ entitlementId, from: host.id, quantity: 4 }], 'return')
  expect(await owner.select().from(placements).where(of(placements, customer.id))).toEqual([])
  const [row] = await owner.select().from(entitlements).where(eq(entitlements.id, entitlementId))
  expect(row).toMatchObject({ owned: 4, placed: 0 })
  const [last] = await owner
    .select()
    .from(packs)
    .where(and(eq(packs.hostId, host.id), eq(packs.issue, 2)))
  expect(last!.text).not.toContain('INCREMENT')
})

test('a configuration is numbered at the first placement and kept for the next', async () => {
  const { owner, customer, entitlementId, host, plans } = await company()
  await plans.place([{ entitlementId, to: host.id, quantity: 1 }])
  await plans.place([{ entitlementId, to: host.id, quantity: 1 }])
  const rows = await owner.select().from(configurations).where(of(configurations, customer.id))
  expect(rows.map(({ configurationNumber }) => configurationNumber)).toHaveLength(1)
  expect(rows[0]!.configurationNumber).toMatch(/^\d{7}$/)
})

test('floating on a triad: three SERVER lines; node-locked: uncounted, locked to the host', async () => {
  const floating = await company()
  const triad = await makeHost(floating.owner, floating.customer.id, {
    ids: ['02AA70000001', '02AA70000002', '02AA70000003'],
  })
  await floating.plans.place([{ entitlementId: floating.entitlementId, to: triad.id, quantity: 3 }])
  const locked = await company(5, { licenseType: 'node-locked' })
  await locked.plans.place([{ entitlementId: locked.entitlementId, to: locked.host.id }])
  const text = async (hostId: string) =>
    (await db.owner.db.select().from(packs).where(eq(packs.hostId, hostId)))[0]!.text
  expect((await text(triad.id)).match(/^SERVER /gm)).toHaveLength(3)
  expect(await text(locked.host.id)).toMatch(/uncounted[^#]*HOSTID=/)
})
