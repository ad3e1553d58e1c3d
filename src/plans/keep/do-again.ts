import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { Conflict, Invalid } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { jsonRows } from '../../sql.ts'
import { createPlan } from '../drafts.ts'
import type { Tool } from '../queries.ts'

/** Tools whose plans can be begun again as they were: the others depend on what was at that time. */
const repeated: readonly Tool[] = ['configure', 'move', 'return', 'bulk']

/** Whether a request's plan can be done again: it is settled, and its lines say all of it. */
export function isRepeatable(status: string, tool: Tool): boolean {
  return ['completed', 'declined', 'cancelled'].includes(status) && repeated.includes(tool)
}

type OldLine = {
  entitlementId: string
  fromHostId: string | null
  toHostId: string | null
  quantity: number
  /** A host of it that is not in service; null: the line still makes sense. */
  gone: string | null
}

/**
 * Begins a draft with the lines of a settled request's plan. A line whose host is no longer in service is left out;
 * what else has changed the checker says. Throws Conflict where it has no such plan, Invalid where no line is left.
 */
export async function doAgain(
  tx: Db,
  { customerId, requestId, personId }: { customerId: string; requestId: string; personId: string },
): Promise<{ planId: string; kept: number; left: number; hosts: string[] }> {
  const [plan] = await tx.execute<{ id: string; tool: Tool; status: string }>(sql`
    select p.id, p.tool, r.status from requests r
    join plans p on p.customer_id = r.customer_id and p.id = r.plan_id
    where r.customer_id = ${customerId} and r.id = ${requestId}`)
  if (!plan || !isRepeatable(plan.status, plan.tool)) throw new Conflict('keep.again.not')
  const lines = await loadLines(tx, customerId, plan.id)
  const kept = lines.filter(({ gone }) => gone === null)
  const hosts = [...new Set(lines.flatMap(({ gone }) => gone ?? []))]
  if (kept.length === 0) throw new Invalid([{ key: 'keep.again.nothing', params: { lines: lines.length } }])
  const planId = await createPlan(tx, { customerId, tool: plan.tool, personId })
  await tx.execute(sql`
    insert into plan_lines (customer_id, plan_id, id, entitlement_id, from_host_id, to_host_id, quantity)
    select ${customerId}::uuid, ${planId}::uuid, l.id, l."entitlementId", l."fromHostId", l."toHostId", l.quantity
    from jsonb_to_recordset(${jsonRows(kept.map((line) => ({ ...line, id: newId() })))})
      as l (id uuid, "entitlementId" uuid, "fromHostId" uuid, "toHostId" uuid, quantity integer)`)
  return { planId, kept: kept.length, left: lines.length - kept.length, hosts }
}

function loadLines(tx: Db, customerId: string, planId: string): Promise<OldLine[]> {
  return tx.execute<OldLine>(sql`
    select l.entitlement_id as "entitlementId", l.from_host_id as "fromHostId", l.to_host_id as "toHostId", l.quantity,
      coalesce(case when f.status <> 'active' then f.label end, case when t.status <> 'active' then t.label end) as gone
    from plan_lines l
    left join hosts f on f.customer_id = l.customer_id and f.id = l.from_host_id
    left join hosts t on t.customer_id = l.customer_id and t.id = l.to_host_id
    where l.customer_id = ${customerId} and l.plan_id = ${planId} order by l.id`) as unknown as Promise<
    OldLine[]
  >
}
