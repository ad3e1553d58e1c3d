import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Invalid } from '../../src/errors.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import {
  addTerm,
  dayFromNow,
  makeCustomer,
  makeEntitlement,
  makeHost,
  makePerson,
  makeProduct,
} from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

const entitlementCount = 3
const hostCount = 2
/** From or to: -1 is the pool. */
const place = fc.integer({ min: -1, max: hostCount - 1 })
const line = fc.record({
  entitlement: fc.nat(entitlementCount - 1),
  from: place,
  to: place,
  quantity: fc.integer({ min: 1, max: 4 }),
})
const act = fc.oneof(
  { weight: 5, arbitrary: fc.array(line, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.record({ entitlement: fc.nat(entitlementCount - 1), quantity: fc.nat(8) }) },
)

async function company() {
  const owner = db.owner.db
  const customer = await makeCustomer(owner)
  const person = await makePerson(owner)
  const product = await makeProduct(owner)
  const other = await makeProduct(owner)
  const owned = [
    await makeEntitlement(owner, customer.id, product.id, { quantity: 5 }),
    await makeEntitlement(owner, customer.id, product.id, { quantity: 3 }),
    await makeEntitlement(owner, customer.id, other.id, { quantity: 6 }),
  ]
  const hosts = [await makeHost(owner, customer.id), await makeHost(owner, customer.id)]
  return { customer, owned, hosts, plans: planner(db.database, customer.id, person.id) }
}

/** All that must be equal or within bounds after each act; an empty list where it is. */
async function faults(customerId: string) {
  return db.owner.db.execute(sql`
    with net as (
      select entitlement_id, host_id, sum(quantity) as quantity from (
        select entitlement_id, to_host_id as host_id, quantity from transfers
        where customer_id = ${customerId} and to_host_id is not null
        union all
        select entitlement_id, from_host_id, -quantity from transfers
        where customer_id = ${customerId} and from_host_id is not null
      ) part group by 1, 2 having sum(quantity) <> 0
    ), placed as (
      select entitlement_id, host_id, quantity from placements where customer_id = ${customerId}
    )
    select 'placements are not the sum of transfers' as fault
    where exists ((table net except table placed) union all (table placed except table net))
    union all
    select 'placed of an entitlement' from entitlements e
    where e.customer_id = ${customerId}
      and e.placed <> coalesce((select sum(quantity) from placed p where p.entitlement_id = e.id), 0)
    union all
    select 'owned of an entitlement' from entitlements e
    where e.customer_id = ${customerId} and e.owned <> greatest(e.entitled, e.placed)
    union all
    select 'sums of a product' from license_sums s
    join (
      select product_id, sum(owned) as owned, sum(placed) as placed,
        count(*) filter (where placed > entitled) as over_placed
      from entitlements where customer_id = ${customerId} group by 1
    ) e on e.product_id = s.product_id
    where s.customer_id = ${customerId}
      and (s.owned, s.placed, s.over_placed) is distinct from (e.owned, e.placed, e.over_placed)`)
}

test('model: whatever is asked, placements are the sum of transfers and nothing is placed beyond what is owned', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 12 }), async (acts) => {
      const { customer, owned, hosts, plans } = await company()
      const host = (index: number) => (index < 0 ? undefined : hosts[index]!.id)
      for (const one of acts) {
        if (Array.isArray(one)) {
          const lines = one
            .filter(({ from, to }) => from !== to)
            .map(({ entitlement, from, to, quantity }) => ({
              entitlementId: owned[entitlement]!.id,
              ...(from >= 0 && { from: host(from)! }),
              ...(to >= 0 && { to: host(to)! }),
              quantity,
            }))
          const planId = await plans.draft(lines, 'move')
          const { isDoable } = await plans.check(planId)
          // The checker and the executor agree: what it allows is done, what it refuses is not.
          const answer = await plans.submit(planId).then(
            () => true,
            (reason) => (reason instanceof Invalid ? false : Promise.reject(reason)),
          )
          expect(answer).toBe(isDoable)
        } else {
          const { entitlement, quantity } = one
          const term = { quantity: quantity + 1, startsOn: dayFromNow(0), endsOn: null }
          await addTerm(db.owner.db, customer.id, owned[entitlement]!, term)
        }
        expect([...(await faults(customer.id))]).toEqual([])
      }
    }),
    { numRuns: 8 },
  )
}, 90_000)
