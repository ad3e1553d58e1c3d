import { expect } from 'vitest'
import { draftTemporary } from '../../src/plans/temporary.ts'
import type { TestApp } from './app.ts'
import { makeEntitlement, makeHost, makeProduct } from './makers.ts'
import { planner } from './plans.ts'
import type { Answer, Visitor } from './visitor.ts'

/** What the tests of the tools have in common: company 100234, with licenses that sit on hosts. */
export function workplace(site: TestApp) {
  const owner = () => site.db.owner.db
  const customerId = site.cast.customers['100234']!
  const plans = planner(site.db.database, customerId, site.cast.people['licensing@demo.example']!)

  /** A product the company owns. */
  const own = async (
    values: Parameters<typeof makeEntitlement>[3] = {},
    product: Parameters<typeof makeProduct>[1] = {},
  ) => {
    const made = await makeProduct(owner(), product)
    return { product: made, ...(await makeEntitlement(owner(), customerId, made.id, values)) }
  }
  const host = (label: string, values: Partial<Parameters<typeof makeHost>[2]> = {}) =>
    makeHost(owner(), customerId, { label, ...values })

  return {
    customerId,
    plans,
    own,
    host,
    /** Places so much of an entitlement on a host. */
    place: (entitlementId: string, to: string, quantity: number) =>
      plans.place([{ entitlementId, to, quantity }]),
    /** A temporary license of what that entitlement is of, on a host; gives its entitlement. */
    lend: async (entitlementId: string, hostId: string, quantity: number) => {
      const [{ productId }] = await site.db.owner.sql<[{ productId: string }]>`
        select product_id as "productId" from entitlements where id = ${entitlementId}`
      const planId = await plans.draft([], 'temporary')
      const id = await site.db.database.forCustomer(customerId, (tx) =>
        draftTemporary(tx, { customerId, planId, productId, quantity }),
      )
      await plans.add(planId, [{ entitlementId: id, to: hostId, quantity }])
      await plans.submit(planId)
      return id
    },
    /** How much of each entitlement sits on a host. */
    placedOn: async (hostId: string) => {
      const rows = await site.db.owner.sql<{ id: string; quantity: number }[]>`
        select entitlement_id as id, quantity from placements where host_id = ${hostId}`
      return Object.fromEntries(rows.map(({ id, quantity }) => [id, quantity]))
    },
  }
}

/** Begins a plan with a tool's button; gives the address of its first question. */
export async function beginWith(visitor: Visitor, tool: string, query = ''): Promise<string> {
  const start = await visitor.get(`/c/100234/${tool}${query}`)
  expect([tool, start.status]).toEqual([tool, 200])
  const answer = await visitor.submit(start, {}, '/c/100234/plans')
  expect(answer.status).toBe(303)
  return answer.location
}

/** Submits a plan from its page; gives the page of its request. */
export async function submitPlanPage(visitor: Visitor, plan: string): Promise<Answer> {
  const request = await visitor.submitAndFollow(await visitor.get(plan), {}, `${plan}/submission`)
  expect(request.url).toMatch(/^\/c\/100234\/requests\/\d{9}$/)
  return request
}

/** What stands beside a field that was refused. */
export function fieldError(page: Answer, field: string): string {
  return page.one(`[id="${field}-error"]`).textContent!.replace(/\s+/g, ' ').trim()
}
