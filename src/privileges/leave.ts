import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import { recordRequest } from '../requests/record.ts'
import { uuidArray } from '../sql.ts'
import { settleAsked } from './asked.ts'
import { checkChanges } from './check-changes.ts'
import { loadMembers, lockCompany } from './members.ts'

/**
 * Ends the associations of these people with the company, and with them their privileges. Their other company that
 * they have had longest becomes the primary one where this was it, and the active one in their sessions where it was.
 */
export async function removeMembers(tx: Db, customerId: string, personIds: readonly string[]): Promise<void> {
  for (const personId of personIds) {
    await tx.execute(
      sql`delete from associations where customer_id = ${customerId} and person_id = ${personId}`,
    )
    // Under the person's own policy: their other companies are seen by this statement only.
    await tx.execute(sql`select set_config('app.person', ${personId}, true)`)
    await tx.execute(sql`
      update people set primary_customer_id = (
        select a.customer_id from associations a where a.person_id = ${personId}
        order by a.created_at, a.customer_id limit 1)
      where id = ${personId} and primary_customer_id = ${customerId}`)
    await tx.execute(sql`select set_config('app.person', '', true)`)
  }
  await tx.execute(sql`
    update sessions set active_customer_id = null
    where person_id = any(${uuidArray(personIds)}) and active_customer_id = ${customerId}`)
}

/** Whether this person is the only one of the company who can act as its supervisor. */
export async function isLastSupervisor(tx: Db, customerId: string, personId: string, today: string) {
  const members = await loadMembers(tx, customerId, [personId], today)
  const [outcome] = checkChanges([{ personId, holds: {}, leaves: true }], { members, today })
  return outcome!.kind === 'refused' && members.has(personId)
}

/**
 * A person leaves a company of their own accord, as one completed request. Throws Invalid for the last supervisor;
 * NotFound where the company is not there. Nothing happens where they are not of it.
 */
export async function leaveCompany(
  tx: Db,
  { customerId, personId, today }: { customerId: string; personId: string; today: string },
): Promise<{ number: number } | undefined> {
  await lockCompany(tx, customerId)
  const members = await loadMembers(tx, customerId, [personId], today)
  const before = members.get(personId)?.held
  if (!before) return undefined
  const [outcome] = checkChanges([{ personId, holds: {}, leaves: true }], { members, today })
  if (outcome!.kind === 'refused') throw new Invalid([{ key: 'customers.leave.lastSupervisor' }])
  const request = await recordRequest(tx, {
    customerId,
    kind: 'change-privileges',
    status: 'completed',
    personId,
    details: { changes: [{ personId, before, after: null }] },
  })
  await recordActivity(tx, {
    customerId,
    personId,
    verb: 'person.left',
    objectKind: 'person',
    objectId: personId,
    requestId: request.id,
    details: { held: Object.keys(before) },
  })
  await removeMembers(tx, customerId, [personId])
  await settleAsked(tx, { customerId, by: personId, given: [], gone: [personId] })
  return request
}
