import { and, eq, isNotNull } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { sendJob } from '../jobs/send.ts'
import { customers, mails, people } from '../schema.ts'

/** Templates in views/mail. */
export type MailTemplate = 'request-completed'

export type NewMail = {
  customerId: string
  personId: string
  template: MailTemplate
  /** What the template's words take; stored as JSON. */
  params: Record<string, unknown>
}

/**
 * Writes a message in the transaction of the act it tells of and queues its sending. Only a confirmed address gets
 * mail. Returns the mail's ID, or null where the person's address is not confirmed.
 */
export async function queueMail(tx: Db, mail: NewMail): Promise<string | null> {
  const { customerId, personId, template, params } = mail
  const receiver = await findReceiver(tx, customerId, personId)
  if (!receiver) return null
  const id = newId()
  await tx.insert(mails).values({
    customerId,
    id,
    personId,
    toAddress: receiver.email,
    language: receiver.language,
    template,
    params,
    // Made once, here: whatever is sent again is the same message.
    messageId: `<${id}@guichet>`,
  })
  await sendJob(tx, 'send-mail', { customerId, mailId: id })
  return id
}

async function findReceiver(tx: Db, customerId: string, personId: string) {
  const [found] = await tx
    .select({ email: people.email, own: people.language, company: customers.language })
    .from(people)
    .leftJoin(customers, eq(customers.id, customerId))
    .where(and(eq(people.id, personId), isNotNull(people.confirmedAt)))
  return found && { email: found.email, language: found.own ?? found.company ?? 'en' }
}
