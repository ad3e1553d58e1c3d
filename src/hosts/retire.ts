import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { jsonRows, uuidArray } from '../sql.ts'

export type Retirement = {
  customerId: string
  hostIds: readonly string[]
  /** The request that takes them out of service, or puts them back. */
  requestId: string | null
}

/** Takes active hosts out of service: their labels and IDs are free from then on. */
export async function retireHosts(tx: Db, { customerId, hostIds, requestId }: Retirement): Promise<void> {
  if (hostIds.length === 0) return
  await tx.execute(sql`
    update hosts set status = 'retired', retired_at = now(), retired_request_id = ${requestId}::uuid
    where customer_id = ${customerId} and id = any(${uuidArray(hostIds)}) and status = 'active'`)
  await setMembers(tx, customerId, hostIds)
}

/**
 * Puts retired hosts back into service and keeps when they were not. The schema refuses a label or a host ID that
 * another active host of the company has by now.
 */
export async function returnHosts(tx: Db, { customerId, hostIds, requestId }: Retirement): Promise<void> {
  if (hostIds.length === 0) return
  const rows = jsonRows(hostIds.map((hostId) => ({ hostId, id: newId() })))
  await tx.execute(sql`
    insert into host_retirements (customer_id, host_id, id, retired_at, retired_request_id, returned_at,
      returned_request_id)
    select h.customer_id, h.id, r.id, coalesce(h.retired_at, now()), h.retired_request_id, now(), ${requestId}::uuid
    from jsonb_to_recordset(${rows}) as r ("hostId" uuid, id uuid)
    join hosts h on h.customer_id = ${customerId} and h.id = r."hostId" and h.status = 'retired'`)
  await tx.execute(sql`
    update hosts set status = 'active', retired_at = null, retired_request_id = null
    where customer_id = ${customerId} and id = any(${uuidArray(hostIds)}) and status = 'retired'`)
  await setMembers(tx, customerId, hostIds)
}

/** One ID sits on one active host: its members say whether theirs is. */
async function setMembers(tx: Db, customerId: string, hostIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update host_members m set is_active = (h.status = 'active')
    from hosts h
    where m.customer_id = ${customerId} and m.host_id = any(${uuidArray(hostIds)})
      and h.customer_id = m.customer_id and h.id = m.host_id`)
}
