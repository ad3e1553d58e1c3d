import type { TestDatabase } from './database.ts'
import { makeEntitlement, makeHost, makeProduct } from './makers.ts'
import { planner } from './plans.ts'

/** A host with licenses placed on it by a person through a plan: what a first day at the counter leaves behind. */
export async function placeLicenses(
  db: TestDatabase,
  customerId: string,
  personId: string,
  { quantity = 3, label }: { quantity?: number; label?: string } = {},
) {
  const product = await makeProduct(db.owner.db)
  const entitlement = await makeEntitlement(db.owner.db, customerId, product.id)
  const host = await makeHost(db.owner.db, customerId, label ? { label } : {})
  const { place } = planner(db.database, customerId, personId)
  const request = await place([{ entitlementId: entitlement.id, to: host.id, quantity }])
  return { product, entitlement, host, requestId: request.requestId, number: request.requestNumber }
}
