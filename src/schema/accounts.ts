import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { people } from './people.ts'

/** A mailed link with which an address that has no account yet gets one. Only the token's hash is kept. */
export const registrations = pgTable(
  'registrations',
  {
    tokenHash: text('token_hash').primaryKey(),
    /** Lower case. Nobody has shown yet that it is theirs. */
    email: text('email').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [
    index('registrations_by_email').on(t.email),
    index('registrations_by_age').on(t.expiresAt),
    check('registrations_email_lower', sql`${t.email} = lower(${t.email})`),
  ],
)

/** An asked change of e-mail address: done once both addresses have confirmed it. Only hashes of tokens are kept. */
export const emailChanges = pgTable(
  'email_changes',
  {
    id: uuid('id').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    oldEmail: text('old_email').notNull(),
    /** Lower case; may be somebody else's: then it is never confirmed. */
    newEmail: text('new_email').notNull(),
    oldTokenHash: text('old_token_hash').notNull(),
    newTokenHash: text('new_token_hash').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    oldConfirmedAt: instant('old_confirmed_at'),
    newConfirmedAt: instant('new_confirmed_at'),
    doneAt: instant('done_at'),
    cancelledAt: instant('cancelled_at'),
  },
  (t) => [
    unique('email_changes_old_token').on(t.oldTokenHash),
    unique('email_changes_new_token').on(t.newTokenHash),
    index('email_changes_by_person').on(t.personId, t.createdAt),
    check('email_changes_email_lower', sql`${t.newEmail} = lower(${t.newEmail})`),
    check(
      'email_changes_done_by_both',
      sql`${t.doneAt} is null or (${t.oldConfirmedAt} is not null and ${t.newConfirmedAt} is not null)`,
    ),
    check('email_changes_one_end', sql`${t.doneAt} is null or ${t.cancelledAt} is null`),
  ],
)
