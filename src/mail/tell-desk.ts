import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { isLocale } from '../web/i18n.ts'
import type { MailTemplate } from './messages.ts'
import { queuePersonMail } from './outbox.ts'

/** Mail to each of the publisher's staff. */
export async function tellDesk(
  tx: Db,
  template: MailTemplate,
  params: Record<string, unknown>,
): Promise<void> {
  const staff = await tx.execute<{ id: string; email: string; language: string | null }>(sql`
    select id, email, language from people where is_staff and confirmed_at is not null order by id`)
  for (const { id, email, language } of staff) {
    const locale = isLocale(language) ? language : 'en'
    await queuePersonMail(tx, { personId: id, to: email, language: locale, template, params })
  }
}
