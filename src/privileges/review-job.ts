import { sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { forEveryCustomer } from '../jobs/every-customer.ts'
import { queueMail } from '../mail/outbox.ts'
import { uuidArray } from '../sql.ts'
import { listAbleSupervisors } from './asked.ts'
import { openReview } from './reviews.ts'

/** Days after which supervisors are reminded of an open review: twice, and no more. */
const reminderDays = [14, 28]

/** Opens the yearly reviews that are due and reminds of those that are open. Safe to repeat. */
export async function reviewAll(app: App): Promise<void> {
  await forEveryCustomer(app, async (tx, ids) => {
    await openDue(tx, ids)
    await remind(tx, ids)
  })
}

/** A year after the first supervisor was named, or after the last review ended. */
async function openDue(tx: Db, ids: string[]): Promise<void> {
  const due = await tx.execute<{ id: string }>(sql`
    select c.id from customers c
    where c.id = any(${uuidArray(ids)}) and c.first_supervised_at < now() - interval '1 year'
      and not exists (select from requests r where r.customer_id = c.id and r.kind = 'yearly-review'
        and (r.status in ('submitted', 'in-review', 'needs-information')
          or r.status = 'completed' and r.completed_at > now() - interval '1 year'))
    order by c.id`)
  for (const { id } of due) await openReview(tx, { customerId: id, by: null })
}

async function remind(tx: Db, ids: string[]): Promise<void> {
  // The last that is due first: after days on which nothing ran it stands for those before.
  for (const [index, days] of [...reminderDays.entries()].reverse()) {
    const reminder = index + 1
    const reminded = await tx.execute<{ customerId: string; number: string }>(sql`
      update requests set details = details || jsonb_build_object('reminded', ${reminder}::int)
      where customer_id = any(${uuidArray(ids)}) and kind = 'yearly-review'
        and status in ('submitted', 'in-review', 'needs-information')
        and created_at <= now() - make_interval(days => ${days}::int)
        and coalesce((details ->> 'reminded')::int, 0) < ${reminder}::int
      returning customer_id as "customerId", number`)
    for (const { customerId, number } of reminded) {
      const params = { number: Number(number), reminder }
      for (const personId of await listAbleSupervisors(tx, customerId)) {
        await queueMail(tx, { customerId, personId, template: 'review-open', params })
      }
    }
  }
}
