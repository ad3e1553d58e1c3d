import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { sendJob } from '../jobs/send.ts'
import { topicsOf } from '../notifications/topics.ts'
import type { MailTemplate } from './messages.ts'
import { listReceivers, queueMails } from './outbox.ts'

export type Circular = {
  customerId: string
  template: MailTemplate
  params: Record<string, unknown>
  /** Who knows already. */
  except?: string
  /** Where the batch before ended. */
  after?: string
}

const batchSize = 200

/** Mail to every contact of a company, by a job of the transaction `tx`: there may be thousands of them. */
export async function tellContacts(tx: Db, circular: Circular): Promise<void> {
  await sendJob(tx, 'account-requests', { step: 'circular', circular })
}

/** The job: one batch, and a job for the next. For that company. */
export async function tellBatch(tx: Db, circular: Circular): Promise<void> {
  const { customerId, template, params, except, after } = circular
  const contacts = await tx.execute<{ id: string }>(sql`
    select a.person_id as id from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} and p.confirmed_at is not null and not a.awaits_confirmation
      and a.person_id is distinct from ${except ?? null}::uuid
      and (${after ?? null}::uuid is null or a.person_id > ${after ?? null}::uuid)
    order by a.person_id limit ${batchSize}`)
  const topics = topicsOf(template)
  const ids = contacts.map(({ id }) => id)
  const receivers = await listReceivers(tx, customerId, ids, topics)
  await queueMails(
    tx,
    receivers.map(({ personId, email: to, language }) => ({
      ...{ customerId, personId, to, language },
      ...{ template, params, topics },
    })),
  )
  if (contacts.length === batchSize) await tellContacts(tx, { ...circular, after: contacts.at(-1)!.id })
}
