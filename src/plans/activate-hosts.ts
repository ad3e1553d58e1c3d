import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { jsonRows } from '../sql.ts'

type OfPlan = { customerId: string; planId: string }

/**
 * Makes the planned hosts which a plan's lines reach real ones, and successors in any case; keeps their first version. The schema refuses a
 * label or a host ID that another active host of the company has.
 */
export async function activateHosts(tx: Db, { customerId, planId }: OfPlan): Promise<void> {
  const hosts = await tx.execute<{ id: string }>(sql`
    update hosts h set status = 'active', created_at = now()
    where h.customer_id = ${customerId} and h.plan_id = ${planId} and h.status = 'planned'
      and (h.replaces_host_id is not null or exists (
        select from plan_lines l
        where l.customer_id = h.customer_id and l.plan_id = h.plan_id and l.to_host_id = h.id))
    returning h.id`)
  if (hosts.length === 0) return
  const rows = jsonRows(hosts.map(({ id }) => ({ hostId: id, id: newId() })))
  await tx.execute(sql`
    update host_members m set is_active = true
    from jsonb_to_recordset(${rows}) as r ("hostId" uuid)
    where m.customer_id = ${customerId} and m.host_id = r."hostId"`)
  await tx.execute(sql`
    insert into host_versions (customer_id, id, host_id, label, port, address_line1, postal_code, city, country)
    select h.customer_id, r."id", h.id, h.label, h.port, h.address_line1, h.postal_code, h.city, h.country
    from jsonb_to_recordset(${rows}) as r ("hostId" uuid, "id" uuid)
    join hosts h on h.customer_id = ${customerId} and h.id = r."hostId"`)
}

/** Removes the hosts that were typed in for a plan and in the end not used. */
export async function dropPlannedHosts(tx: Db, { customerId, planId }: OfPlan): Promise<void> {
  await tx.execute(sql`
    delete from hosts where customer_id = ${customerId} and plan_id = ${planId} and status = 'planned'`)
}
