import { sql } from 'drizzle-orm'
import { recordActivity } from '../../activity/record.ts'
import type { Db } from '../../db.ts'
import { queueMail } from '../../mail/outbox.ts'
import { grant } from '../../privileges/grant.ts'
import { joinCompany } from '../../privileges/join.ts'
import type { Privilege } from '../../privileges/list.ts'
import { recordAccountEvent } from '../../requests/account/record.ts'
import { settle } from '../../requests/account/settle.ts'

export type Approval = {
  requestId: string
  customerId: string
  /** Null: granted at once by the counter; the association then awaits a contact's confirmation. */
  by: string | null
  privileges: Privilege[]
}

/**
 * Associates who asked with the company, with these privileges, and tells them. The transaction acts for that company
 * (actFor) and may see the request. Of two who decide at once one gets a Conflict.
 */
export async function approveUpgrade(
  tx: Db,
  { requestId, customerId, by, privileges }: Approval,
): Promise<void> {
  const { personId, number } = await settle(tx, requestId, 'completed', by)
  const awaits = by === null
  await tx.execute(sql`update account_requests set customer_id = ${customerId} where id = ${requestId}`)
  await joinCompany(tx, customerId, personId, { awaits })
  await recordAccountEvent(tx, {
    requestId,
    personId: by,
    fromDesk: true,
    kind: 'completed',
    details: { privileges },
  })
  await recordActivity(tx, {
    customerId,
    personId: by,
    verb: 'upgrade.approved',
    objectKind: 'person',
    objectId: personId,
    details: { number, awaits },
  })
  for (const privilege of privileges) await grant(tx, { customerId, personId, privilege, grantedBy: by })
  const params = { number, kind: 'upgrade', privileges, awaits }
  await queueMail(tx, { customerId, personId, template: 'upgrade-approved', params })
}
