import { join } from 'node:path'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { customers, mails, people } from '../schema.ts'
import { senderOf, writeMail } from './mailer.ts'
import type { MailTemplate } from './outbox.ts'
import { renderMail } from './render.ts'

type Sending = Pick<App, 'config' | 'database' | 'publisher'>

/**
 * Sends one stored mail, if it was not sent yet, and marks it sent. Should the process die between the two, the next
 * try writes the same file with the same Message-ID again. Throws where it cannot be sent, after counting the try.
 */
export async function sendMail(
  app: Sending,
  { customerId, mailId }: { customerId: string; mailId: string },
): Promise<void> {
  const mine = and(eq(mails.customerId, customerId), eq(mails.id, mailId))
  const oneMore = { tries: sql`${mails.tries} + 1` }
  try {
    await app.database.forCustomer(customerId, async (tx) => {
      const mail = await lockUnsent(tx, customerId, mailId)
      if (!mail) return
      await write(app, mail)
      await tx
        .update(mails)
        .set({ ...oneMore, sentAt: new Date() })
        .where(mine)
    })
  } catch (error) {
    await app.database.forCustomer(customerId, (tx) => tx.update(mails).set(oneMore).where(mine))
    throw error
  }
}

/** Locked, so that of two processes with the same job one waits and then finds it sent. */
async function lockUnsent(tx: Db, customerId: string, mailId: string) {
  const [mail] = await tx
    .select()
    .from(mails)
    .where(and(eq(mails.customerId, customerId), eq(mails.id, mailId), isNull(mails.sentAt)))
    .for('update')
  if (!mail) return undefined
  const [about] = await tx
    .select({
      personName: people.name,
      customerNumber: customers.customerNumber,
      customerName: customers.name,
    })
    .from(people)
    .innerJoin(customers, eq(customers.id, customerId))
    .where(eq(people.id, mail.personId))
  return { ...mail, ...about!, template: mail.template as MailTemplate }
}

async function write(app: Sending, mail: NonNullable<Awaited<ReturnType<typeof lockUnsent>>>): Promise<void> {
  const publisher = app.publisher().name
  const { baseUrl, home } = app.config
  await writeMail(join(home, 'mail'), {
    ...renderMail(mail, { publisher, baseUrl }),
    id: mail.id,
    messageId: mail.messageId,
    to: mail.toAddress,
    toName: mail.personName,
    from: senderOf(publisher, baseUrl),
    date: mail.createdAt,
  })
}
