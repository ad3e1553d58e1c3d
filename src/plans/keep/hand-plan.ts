import { and, eq, sql } from 'drizzle-orm'
import { recordActivity } from '../../activity/record.ts'
import type { Db } from '../../db.ts'
import { Invalid } from '../../errors.ts'
import { queueMail } from '../../mail/outbox.ts'
import { plans } from '../../schema.ts'
import { chosenPerson } from '../../web/choose-person.ts'
import { touchDraft } from '../drafts.ts'
import { findPlan } from '../queries.ts'
import { type Colleague, listColleagues } from './queries.ts'

type Handing = {
  customerId: string
  planId: string
  by: { id: string; name: string; email: string }
  /** ID or e-mail address of a colleague with Licensing. */
  to: string
}

/**
 * Hands a draft to a colleague, who is told by mail; whoever holds Licensing may still work on it. Throws Invalid where
 * it is nobody who can, NotFound, Conflict (no draft any more). Returns the colleague.
 */
export async function handPlan(tx: Db, { customerId, planId, by, to }: Handing): Promise<Colleague> {
  await touchDraft(tx, { customerId, planId })
  const colleagues = await listColleagues(tx, customerId, by.id)
  const receiver = chosenPerson(colleagues, to)
  if (!receiver)
    throw new Invalid([{ field: 'to', key: to === '' ? 'keep.hand.choose' : 'keep.hand.nobody' }])
  await tx
    .update(plans)
    .set({ handedTo: receiver.id, details: sql`details || ${JSON.stringify({ handedBy: by.id })}::jsonb` })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
  const { name, tool } = await findPlan(tx, customerId, planId)
  await recordActivity(tx, {
    customerId,
    personId: by.id,
    verb: 'plan.handed',
    objectKind: 'plan',
    objectId: planId,
    details: { to: receiver.id, tool },
  })
  const params = { by: by.name || by.email, name, tool, planId }
  await queueMail(tx, { customerId, personId: receiver.id, template: 'plan-handed', params })
  return receiver
}
