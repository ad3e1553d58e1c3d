import { and, eq, isNotNull } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { noticeMessages } from '../mail/messages/notices.ts'
import { queuePersonMail } from '../mail/outbox.ts'
import { people, publisher } from '../schema.ts'
import { isLocale, type Locale } from '../web/i18n.ts'

type Notice = {
  personId: string
  template: keyof typeof noticeMessages
  /** What the notice says besides. */
  params?: Record<string, unknown>
  /** Of who chose none. */
  locale?: Locale
}

/**
 * Tells the owner of an account by mail what was just done to it, in the transaction of the act: who did it with a
 * stolen session does not read that mail. Always sent (notifications/topics.ts), to a confirmed address only.
 */
export async function tellOwner(
  tx: Db,
  { personId, template, params, locale = 'en' }: Notice,
): Promise<void> {
  const [person] = await tx
    .select({ email: people.email, language: people.language, publisher: publisher.name })
    .from(people)
    .innerJoin(publisher, eq(publisher.id, 1))
    .where(and(eq(people.id, personId), isNotNull(people.confirmedAt)))
  if (!person) return
  await queuePersonMail(tx, {
    personId,
    to: person.email,
    language: isLocale(person.language) ? person.language : locale,
    template,
    params: { publisher: person.publisher, ...params },
  })
}
