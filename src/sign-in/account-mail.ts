import { and, eq, isNull } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { queuePersonMail } from '../mail/outbox.ts'
import { people } from '../schema.ts'
import { isLocale, type Locale } from '../web/i18n.ts'
import { findExclusiveIssuer } from './oidc/issuers.ts'
import { createPasswordLink, mailedMinutes } from './password-links.ts'
import { createRegistration } from './registrations.ts'

export type Asked = 'register' | 'forgotten'

/**
 * Answers whoever typed an address to register or to get in again, by mail to that address alone: with a link that
 * registers it, or a link that sets a new password; or, where a domain's people sign in by its issuer alone, that. The
 * work is the same whether there is an account or not.
 */
export async function mailAccountLink(
  tx: Db,
  { email, asked, locale, publisher }: { email: string; asked: Asked; locale: Locale; publisher: string },
): Promise<void> {
  const issuer = await findExclusiveIssuer(tx, email)
  const [person] = await tx
    .select({ id: people.id, language: people.language, confirmedAt: people.confirmedAt })
    .from(people)
    .where(and(eq(people.email, email), isNull(people.deletedAt)))
  const letter = {
    personId: person?.id ?? null,
    to: email,
    language: isLocale(person?.language) ? person.language : locale,
  }
  if (issuer) {
    const params = { publisher, issuer: issuer.name }
    await queuePersonMail(tx, { ...letter, template: 'sign-in-by-issuer', params })
    return
  }
  const hasAccount = Boolean(person?.confirmedAt)
  const token = hasAccount
    ? await createPasswordLink(tx, person!.id, mailedMinutes)
    : await createRegistration(tx, email)
  const template = hasAccount
    ? ({ register: 'already-registered', forgotten: 'password-forgotten' } as const)[asked]
    : ({ register: 'confirm-address', forgotten: 'no-account' } as const)[asked]
  await queuePersonMail(tx, { ...letter, template, params: { publisher, token } })
}
