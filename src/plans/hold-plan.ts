import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { queueMail } from '../mail/outbox.ts'
import { tellDesk } from '../mail/tell-desk.ts'
import { readersOf } from '../notifications/readers.ts'
import { type RequestKind, recordEvent, recordRequest } from '../requests/record.ts'
import { requests } from '../schema.ts'
import type { Checked } from './check-plan.ts'
import type { PlanProblem } from './problems.ts'
import { settleUndone } from './undone.ts'

type Held = {
  customerId: string
  planId: string
  person: { id: string }
  kind: RequestKind
  checked: Pick<Checked, 'holds' | 'plan'>
}

/**
 * Files a plan that a person has to decide about (domain.md section 3, Plans): a request in review which says why. It
 * reserves nothing. A colleague's approval comes first, then the desk's. One held line holds the whole plan.
 */
export async function fileHeld(tx: Db, { customerId, planId, person, kind, checked }: Held) {
  const { holds, plan } = checked
  const request = await recordRequest(tx, {
    customerId,
    kind,
    status: 'in-review',
    personId: person.id,
    planId,
    details: { holds },
  })
  const { undoes } = plan.details
  if (undoes) await settleUndone(tx, { customerId, requestId: request.id, undoes })
  await recordEvent(tx, {
    customerId,
    requestId: request.id,
    personId: null,
    kind: 'held',
    details: { holds },
  })
  await waitFor(tx, { customerId, request: { ...request, kind }, personId: person.id, holds })
  return request
}

type Waiting = {
  customerId: string
  request: { id: string; number: number; kind: RequestKind }
  /** Who asked. */
  personId: string
  holds: readonly PlanProblem[]
}

/** Lets a held request wait for whoever is next to decide about it, and tells them and who asked. */
export async function waitFor(
  tx: Db,
  { customerId, request, personId, holds }: Waiting,
): Promise<'desk' | 'colleague'> {
  const next = holds.some((one) => one.waitsFor === 'colleague') ? 'colleague' : 'desk'
  await tx
    .update(requests)
    .set({
      deskSince: next === 'desk' ? sql`now()` : null,
      colleagueSince: next === 'colleague' ? sql`now()` : null,
    })
    .where(and(eq(requests.customerId, customerId), eq(requests.id, request.id)))
  const { number, kind } = request
  const params = { number, kind, next }
  await queueMail(tx, { customerId, personId, template: 'request-held', params })
  if (next === 'desk') await tellDesk(tx, 'desk-request-waits', await facts(tx, customerId, personId, params))
  else await tellApprovers(tx, { customerId, personId, params })
  return next
}

async function facts(tx: Db, customerId: string, personId: string, params: Record<string, unknown>) {
  const [row] = await tx.execute<Record<string, string>>(sql`
    select c.customer_number as "customerNumber", c.name as "customerName",
      coalesce(nullif(p.name, ''), p.email) as name, p.email
    from customers c, people p where c.id = ${customerId} and p.id = ${personId}`)
  return { ...params, ...row }
}

async function tellApprovers(
  tx: Db,
  { customerId, personId, params }: { customerId: string; personId: string; params: Record<string, unknown> },
): Promise<void> {
  const colleagues = await tx.execute<{ id: string; by: string }>(sql`
    select p.id, (select coalesce(nullif(name, ''), email) from people where id = ${personId}) as by
    ${readersOf([customerId], ['licensing'])} and p.id <> ${personId}
    order by p.id`)
  for (const { id, by } of colleagues) {
    await queueMail(tx, {
      customerId,
      personId: id,
      template: 'approval-asked',
      params: { ...params, by },
    })
  }
}
