import { asc, eq } from 'drizzle-orm'
import type { MailTemplate } from '../../src/mail/messages.ts'
import { renderMail } from '../../src/mail/render.ts'
import { personMails } from '../../src/schema.ts'
import type { TestApp } from './app.ts'

export type StoredMail = typeof personMails.$inferSelect & { token: string }

/** Mail to an address that belongs to no company, in the order it was written. */
export async function mailTo(t: TestApp, address: string): Promise<StoredMail[]> {
  const rows = await t.db.owner.db
    .select()
    .from(personMails)
    .where(eq(personMails.toAddress, address))
    .orderBy(asc(personMails.id))
  return rows.map((row) => ({ ...row, token: String(row.params.token ?? '') }))
}

/** The last of it; throws where there is none. */
export async function lastMailTo(t: TestApp, address: string): Promise<StoredMail> {
  const mail = (await mailTo(t, address)).at(-1)
  if (!mail) throw new Error(`No mail to ${address}`)
  return mail
}

/** Its words, as it is sent. */
export function wordsOf(t: TestApp, mail: StoredMail) {
  return renderMail(
    {
      ...mail,
      template: mail.template as MailTemplate,
      personName: '',
      customerNumber: '',
      customerName: '',
      timeZone: null,
    },
    { publisher: 'Halden Software', baseUrl: t.config.baseUrl, timeZone: 'Europe/Paris' },
  )
}
