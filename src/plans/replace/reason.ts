import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { Invalid } from '../../errors.ts'
import { type PlanDetails, plans } from '../../schema.ts'
import { touchDraft } from '../drafts.ts'
import { findFormer, whyNotReplace } from './former.ts'

type Named = {
  customerId: string
  planId: string
  /** The host to be replaced. */
  former: string
  reason: NonNullable<PlanDetails['reason']>
  /** What happened to a machine that is lost or stolen; '' otherwise. */
  declaration: string
}

/**
 * Says in a draft which host is to be replaced and why. A successor of another host, named before, goes out of the
 * draft with its lines. Throws NotFound where the host is none of the company's, Invalid where it has nothing to
 * replace.
 */
export async function nameReason(tx: Db, named: Named): Promise<void> {
  const { customerId, planId, former, reason, declaration } = named
  await touchDraft(tx, { customerId, planId })
  const refusal = whyNotReplace(await findFormer(tx, customerId, former))
  if (refusal) throw new Invalid([refusal])
  const others = sql`from hosts h where h.customer_id = ${customerId} and h.plan_id = ${planId}
    and h.status = 'planned' and h.replaces_host_id is distinct from ${former}::uuid`
  await tx.execute(sql`
    delete from plan_lines l where l.customer_id = ${customerId} and l.plan_id = ${planId}
      and l.from_host_id is distinct from ${former}::uuid`)
  await tx.execute(sql`delete ${others}`)
  const details: PlanDetails = { retires: [former], reason, ...(declaration ? { declaration } : {}) }
  await tx
    .update(plans)
    .set({ details })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
}
