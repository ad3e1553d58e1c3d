import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { setLine, touchDraft } from '../drafts.ts'
import { draftTemporary } from '../temporary.ts'

type Loan = Record<'customerId' | 'planId' | 'productId' | 'hostId', string> & { quantity: number }

/**
 * Lends so much of a product to a host, in a draft. The draft has one temporary license of each product, on one host:
 * naming another host takes it there. Returns the line's ID.
 */
export async function lend(
  tx: Db,
  { customerId, planId, productId, hostId, quantity }: Loan,
): Promise<string> {
  await touchDraft(tx, { customerId, planId })
  const entitlementId = await draftTemporary(tx, { customerId, planId, productId, quantity })
  await tx.execute(sql`
    delete from plan_lines where customer_id = ${customerId} and plan_id = ${planId}
      and entitlement_id = ${entitlementId} and to_host_id <> ${hostId}::uuid`)
  return setLine(tx, { customerId, planId, entitlementId, fromHostId: null, toHostId: hostId, quantity })
}
