import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { type PlanHostOptions, planHost } from '../hosts/plan-host.ts'
import { newId } from '../ids.ts'
import { hosts, type PlanDetails, plans } from '../schema.ts'
import { jsonRows } from '../sql.ts'
import { touchDraft } from './drafts.ts'
import { replacementLines } from './replacement-lines.ts'

type OfPlan = { customerId: string; planId: string }

type Successor = Omit<PlanHostOptions, 'hostId' | 'replaces'> & {
  /** The host to be replaced. */
  former: string
  /** The successor that the draft has already, to change it. */
  successor?: string
  reason: NonNullable<PlanDetails['reason']>
  declaration: string
}

/**
 * Names the successor of a host in a draft of Replace hardware: one machine or three, with the IDs it keeps and those
 * that are new. The plan's lines become what sits on the host now. Returns the successor's ID; throws Invalid with
 * every problem beside its field, NotFound where the host is not an active one of the company.
 */
export async function planSuccessor(tx: Db, options: Successor): Promise<string> {
  const { customerId, planId, former, successor, reason, declaration } = options
  await touchDraft(tx, { customerId, planId })
  const [host] = await tx
    .select({ id: hosts.id })
    .from(hosts)
    .where(and(eq(hosts.customerId, customerId), eq(hosts.id, former), eq(hosts.status, 'active')))
  if (!host) throw new NotFound()
  const id = await planHost(tx, {
    ...options,
    replaces: former,
    ...(successor === undefined ? {} : { hostId: successor }),
  })
  const details: PlanDetails = { retires: [former], reason, ...(declaration ? { declaration } : {}) }
  await tx
    .update(plans)
    .set({ details })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
  await refillReplacement(tx, { customerId, planId })
  return id
}

/**
 * Replace hardware takes everything: the lines of its plan are what sits on the host now. Its successor has the name
 * that the host has now, whatever it was when the plan was begun. Nothing where no successor is named yet.
 */
export async function refillReplacement(tx: Db, { customerId, planId }: OfPlan): Promise<void> {
  await tx.execute(sql`
    update hosts s set label = h.label from hosts h
    where s.customer_id = ${customerId} and s.plan_id = ${planId} and s.status = 'planned'
      and h.customer_id = s.customer_id and h.id = s.replaces_host_id and h.label <> s.label`)
  await tx.execute(sql`delete from plan_lines where customer_id = ${customerId} and plan_id = ${planId}`)
  const lines = await tx.execute<Record<string, unknown>>(sql`
    select entitlement_id as "entitlementId", from_host_id as "fromHostId", to_host_id as "toHostId", quantity
    from (${replacementLines({ customerId, planId })}) l order by entitlement_id`)
  if (lines.length === 0) return
  await tx.execute(sql`
    insert into plan_lines (customer_id, plan_id, id, entitlement_id, from_host_id, to_host_id, quantity)
    select ${customerId}, ${planId}, "id", "entitlementId", "fromHostId", "toHostId", "quantity"
    from jsonb_to_recordset(${jsonRows(lines.map((line) => ({ ...line, id: newId() })))})
      as l ("id" uuid, "entitlementId" uuid, "fromHostId" uuid, "toHostId" uuid, "quantity" integer)`)
}
