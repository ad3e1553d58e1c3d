import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violated } from '../../src/database/failures.ts'
import { newId } from '../../src/ids.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import {
  associate,
  makeCustomer,
  makeEntitlement,
  makeHost,
  makePerson,
  makeProduct,
} from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'

let db: TestDatabase
let company: Awaited<ReturnType<typeof arrange>>

beforeAll(async () => {
  db = await testDatabase()
  company = await arrange()
})
afterAll(() => db.drop())

async function arrange() {
  const owner = db.owner.db
  const customer = await makeCustomer(owner)
  const person = await makePerson(owner)
  await associate(owner, customer.id, person.id, 'licensing')
  const product = await makeProduct(owner)
  const entitlement = await makeEntitlement(owner, customer.id, product.id, { quantity: 5 })
  const host = await makeHost(owner, customer.id)
  const plans = planner(db.database, customer.id, person.id)
  const { requestId } = await plans.place([{ entitlementId: entitlement.id, to: host.id, quantity: 3 }])
  return { customer, person, product, entitlement, host, plans, requestId }
}

const as = (statement: ReturnType<typeof sql>, customerId = company.customer.id) =>
  db.database.forCustomer(customerId, (tx) => tx.execute(statement))

async function refusalOf(statement: ReturnType<typeof sql>): Promise<string> {
  const error = await as(statement).then(
    () => 'accepted',
    (reason: Error) => reason,
  )
  if (typeof error === 'string') return error
  return violated(error) ?? String((error.cause as Error | undefined)?.message ?? error.message)
}

test('invariant: the schema refuses more placed than owned, whatever the statement', async () => {
  const { entitlement } = company
  expect(await refusalOf(sql`update entitlements set placed = owned + 1 where id = ${entitlement.id}`)).toBe(
    'entitlements_placed_within_owned',
  )
  expect(
    await refusalOf(sql`update entitlements set owned = placed - 1 where id = ${entitlement.id}`),
  ).toMatch(/^entitlements_/)
  expect(await refusalOf(sql`update entitlements set placed = -1 where id = ${entitlement.id}`)).toBe(
    'entitlements_placed_within_owned',
  )
})

test('invariant: transfers, terms, events and activity are only ever added', async () => {
  for (const table of ['transfers', 'terms', 'request_events', 'activity', 'packs', 'request_packs']) {
    const named = sql.identifier(table)
    expect(await refusalOf(sql`delete from ${named}`)).toMatch(/permission denied/)
    expect(await refusalOf(sql`update ${named} set customer_id = customer_id`)).toMatch(/permission denied/)
  }
})

test('invariant: without a customer, and for another one, there are no rows', async () => {
  const other = await makeCustomer(db.owner.db)
  for (const table of ['plans', 'plan_lines', 'transfers', 'placements', 'entitlements', 'packs', 'hosts']) {
    const count = sql`select count(*)::integer as n from ${sql.identifier(table)}`
    expect([table, await db.database.db.execute(count)]).toEqual([table, [{ n: 0 }]])
    expect([table, await as(count, other.id)]).toEqual([table, [{ n: 0 }]])
    expect((await as(count))[0]!.n).toBeGreaterThan(0)
  }
})

test('invariant: no row of one company refers to another’s', async () => {
  const other = await makeCustomer(db.owner.db)
  const host = await makeHost(db.owner.db, other.id)
  const planId = await company.plans.draft([])
  const line = (hostId: string) => sql`
    insert into plan_lines (customer_id, plan_id, id, entitlement_id, to_host_id, quantity)
    values (${company.customer.id}, ${planId}, ${newId()}, ${company.entitlement.id}, ${hostId}, 1)`
  expect(await refusalOf(line(host.id))).toBe('plan_lines_to')
  expect(await refusalOf(line(company.host.id))).toBe('accepted')
})

test('invariant: placements are the sum of transfers, and sums those of entitlements', async () => {
  const { plans, entitlement, host } = company
  await plans.place([{ entitlementId: entitlement.id, to: host.id, quantity: 1 }])
  await plans.place([{ entitlementId: entitlement.id, from: host.id, quantity: 2 }], 'return')
  const [sums] = await as(sql`
    select (select sum(quantity)::integer from placements) as placements,
      (select sum(case when to_host_id is not null then quantity else -quantity end)::integer from transfers) as transfers,
      (select sum(placed)::integer from entitlements) as placed,
      (select sum(placed)::integer from license_sums) as summed`)
  expect(sums).toEqual({ placements: 2, transfers: 2, placed: 2, summed: 2 })
})
