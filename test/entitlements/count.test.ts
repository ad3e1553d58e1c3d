import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countCustomer, countCustomers, countIfStale } from '../../src/entitlements/count.ts'
import { customers, entitlements, licenseSums } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import {
  addTerm,
  makeCustomer,
  makeEntitlement,
  makeHost,
  makePerson,
  makeProduct,
  reviseTerm,
} from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

/** A company with one entitlement whose terms are these: [quantity, starts, ends]. */
async function owning(...terms: [number, string, string | null][]) {
  const owner = db.owner.db
  const customer = await makeCustomer(owner)
  const product = await makeProduct(owner)
  const [[quantity, startsOn, endsOn], ...later] = terms as [(typeof terms)[0], ...typeof terms]
  const entitlement = await makeEntitlement(owner, customer.id, product.id, { quantity, startsOn, endsOn })
  for (const [quantity, startsOn, endsOn] of later)
    await addTerm(owner, customer.id, entitlement, { quantity, startsOn, endsOn })
  const on = async (day: string) => {
    await db.database.forCustomer(customer.id, (tx) => countCustomer(tx, customer.id, day))
    const [row] = await owner.select().from(entitlements).where(eq(entitlements.id, entitlement.id))
    const { entitled, owned, startsOn, endsOn } = row!
    return { entitled, owned, startsOn, endsOn }
  }
  const sums = async () => {
    const [row] = await owner.select().from(licenseSums).where(eq(licenseSums.customerId, customer.id))
    return row!
  }
  return { customer, product, entitlement, on, sums }
}

test('terms: both days are included', async () => {
  const { on } = await owning([4, '2026-03-01', '2026-03-31'])
  expect((await on('2026-02-28')).entitled).toBe(0)
  expect((await on('2026-03-01')).entitled).toBe(4)
  expect((await on('2026-03-31')).entitled).toBe(4)
  expect((await on('2026-04-01')).entitled).toBe(0)
})

test('terms: overlapping terms never add; the latest-starting one that covers the day counts', async () => {
  const { on } = await owning([10, '2026-01-01', '2026-12-31'], [3, '2026-06-01', '2026-08-31'])
  expect(await on('2026-05-31')).toMatchObject({ entitled: 10, startsOn: '2026-01-01' })
  expect(await on('2026-06-01')).toMatchObject({ entitled: 3, startsOn: '2026-06-01' })
  expect(await on('2026-09-01')).toMatchObject({ entitled: 10, endsOn: '2026-12-31' })
})

test('terms: an entitlement stands under the contract of the term in force, from the day it begins', async () => {
  const { customer, entitlement, on } = await owning([10, '2026-01-01', '2026-12-31'])
  await addTerm(
    db.owner.db,
    customer.id,
    { ...entitlement, contractId: null },
    { startsOn: '2027-01-01', endsOn: null },
  )
  const contractOn = async (day: string) => {
    await on(day)
    const [row] = await db.owner.db.select().from(entitlements).where(eq(entitlements.id, entitlement.id))
    return row!.contractId
  }
  expect(await contractOn('2026-12-31')).toBe(entitlement.contractId)
  expect(await contractOn('2027-01-01')).toBe(null)
})

test('terms: a perpetual term goes on, and comes back after a shorter one', async () => {
  const { on } = await owning([5, '2020-01-01', null], [8, '2026-01-01', '2026-06-30'])
  expect(await on('2026-06-30')).toMatchObject({ entitled: 8 })
  expect(await on('2040-01-01')).toMatchObject({ entitled: 5, endsOn: null })
})

test('terms: between two terms the one that ended stands in, before all the next to come', async () => {
  const { on } = await owning(
    [2, '2026-01-01', '2026-01-31'],
    [2, '2026-06-01', '2026-06-30'],
    [2, '2026-03-01', '2026-03-31'],
  )
  expect(await on('2025-12-01')).toMatchObject({ entitled: 0, startsOn: '2026-01-01' })
  expect(await on('2026-04-15')).toMatchObject({ entitled: 0, endsOn: '2026-03-31' })
  expect(await on('2026-07-15')).toMatchObject({ entitled: 0, endsOn: '2026-06-30' })
})

test('terms: of an order line the latest revision counts', async () => {
  const { customer, entitlement, on } = await owning([5, '2026-01-01', '2026-12-31'])
  const { id: entitlementId, orderId } = entitlement
  const revised = {
    entitlementId,
    orderId,
    revision: 2,
    quantity: 7,
    startsOn: '2026-02-01',
    endsOn: '2026-12-31',
  }
  await reviseTerm(db.owner.db, customer.id, revised)
  expect(await on('2026-01-15')).toMatchObject({ entitled: 0, startsOn: '2026-02-01' })
  expect(await on('2026-02-15')).toMatchObject({ entitled: 7 })
})

test('terms: over-placed, what is owned falls only as returns make room, and the sums follow', async () => {
  const owner = db.owner.db
  const today = new Date().toISOString().slice(0, 10)
  const { customer, entitlement, on, sums } = await owning([6, '2026-01-01', null])
  const host = await makeHost(owner, customer.id)
  const person = await makePerson(owner)
  const plans = planner(db.database, customer.id, person.id)
  await plans.place([{ entitlementId: entitlement.id, to: host.id, quantity: 5 }])
  await addTerm(owner, customer.id, entitlement, { quantity: 3, startsOn: today, endsOn: null })
  expect(await on(today)).toMatchObject({ entitled: 3, owned: 5 })
  expect(await sums()).toMatchObject({ owned: 5, placed: 5, overPlaced: 1 })
  expect(await plans.reasons([{ entitlementId: entitlement.id, to: host.id }])).toEqual([['overPlaced']])

  await plans.place([{ entitlementId: entitlement.id, from: host.id, quantity: 1 }], 'return')
  expect(await sums()).toMatchObject({ owned: 4, placed: 4, overPlaced: 1 })
  await plans.place([{ entitlementId: entitlement.id, from: host.id, quantity: 2 }], 'return')
  expect(await sums()).toMatchObject({ owned: 3, placed: 2, overPlaced: 0 })
  expect(await on(today)).toMatchObject({ entitled: 3, owned: 3 })
  expect(await plans.reasons([{ entitlementId: entitlement.id, to: host.id }])).toEqual([[]])
})

test('sums: one row a product, with what ends next and what has ended', async () => {
  const { customer, product, on, sums } = await owning([4, '2026-01-01', '2026-03-31'])
  const owner = db.owner.db
  await makeEntitlement(owner, customer.id, product.id, {
    quantity: 2,
    startsOn: '2026-01-01',
    endsOn: '2026-09-30',
  })
  await makeEntitlement(owner, customer.id, product.id, { quantity: 1, startsOn: '2026-01-01', endsOn: null })
  await on('2026-06-01')
  expect(await sums()).toMatchObject({
    entitlements: 3,
    owned: 3,
    expired: 1,
    nextEndOn: '2026-09-30',
    lastExpiredOn: '2026-03-31',
  })
  await on('2026-02-01')
  expect(await sums()).toMatchObject({ owned: 7, expired: 0, nextEndOn: '2026-03-31', lastExpiredOn: null })
})

test('counting: many customers at once, and once a day when it is only asked for', async () => {
  const first = await owning([4, '2026-01-01', '2026-03-31'])
  const second = await owning([9, '2026-01-01', null])
  const ids = [first.customer.id, second.customer.id]
  await db.database.forCustomer(ids, (tx) => countCustomers(tx, ids, '2026-02-02'))
  expect((await first.sums()).owned + (await second.sums()).owned).toBe(13)

  const stale = (day: string) =>
    db.database.forCustomer(ids, (tx) => countIfStale(tx, first.customer.id, day))
  const counted = async () => {
    const [row] = await db.owner.db.select().from(customers).where(eq(customers.id, first.customer.id))
    return row!.countedOn
  }
  await Promise.all(Array.from({ length: 8 }, () => stale('2026-04-01')))
  expect(await counted()).toBe('2026-04-01')
  expect((await first.sums()).owned).toBe(0)
  await stale('2026-02-02')
  expect(await counted()).toBe('2026-04-01')
})
