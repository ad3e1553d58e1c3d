import { sql } from 'drizzle-orm'
import { bigint, check, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { people } from './people.ts'

/** A person's authenticator app (TOTP, RFC 6238). It counts once a first code has confirmed it. */
export const secondFactors = pgTable('second_factors', {
  personId: uuid('person_id')
    .primaryKey()
    .references(() => people.id, { onDelete: 'cascade' }),
  /** Sealed, see sign-in/seal.ts. */
  secret: text('secret').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  confirmedAt: instant('confirmed_at'),
  /** The 30-second step of the last code taken: no code is taken twice. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
  /** The recovery codes, sealed, for as long as their page may be looked at; null once kept. */
  shownCodes: text('shown_codes'),
  shownUntil: instant('shown_until'),
})

/** What signs in instead of a code, each once. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    /** HMAC-SHA-256 with a key of the installation. */
    codeHash: text('code_hash').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [primaryKey({ columns: [t.personId, t.codeHash] })],
)

/** A form that came when its sender had to sign in first: given back to the same person for an hour. */
export const keptForms = pgTable(
  'kept_forms',
  {
    id: uuid('id').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    action: text('action').notNull(),
    /** What was typed, sealed. */
    fields: text('fields').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    index('kept_forms_by_person').on(t.personId, t.createdAt),
    check('kept_forms_action_is_ours', sql`${t.action} like '/%'`),
  ],
)
