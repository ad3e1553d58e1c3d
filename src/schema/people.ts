import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** A person with an account: a contact of customers, or the publisher's own staff. */
export const people = pgTable(
  'people',
  {
    id: uuid('id').primaryKey(),
    /** Lower case. */
    email: text('email').notNull().unique(),
    name: text('name').notNull().default(''),
    phone: text('phone').notNull().default(''),
    /** Null until chosen: then the browser's language counts. */
    language: text('language'),
    timeZone: text('time_zone'),
    /** argon2id with its parameters, see sign-in/password.ts; null until a password is set. */
    passwordHash: text('password_hash'),
    /** When the e-mail address was shown to be theirs. */
    confirmedAt: instant('confirmed_at'),
    isStaff: boolean('is_staff').notNull().default(false),
    /** R11: exactly one of a person's associations is primary; by schema, since it stands here. */
    primaryCustomerId: uuid('primary_customer_id'),
    createdAt: instant('created_at').notNull().defaultNow(),
    lastSignedInAt: instant('last_signed_in_at'),
    /** The account is deleted: the row stays for the ID that records bear, with name and address erased. */
    deletedAt: instant('deleted_at'),
    loaded: jsonb('loaded').notNull().default({}),
  },
  (t) => [
    check('people_email_lower', sql`${t.email} = lower(${t.email})`),
    check(
      'people_deleted_erased',
      sql`${t.deletedAt} is null or (${t.name} = '' and ${t.phone} = '' and ${t.passwordHash} is null
        and ${t.confirmedAt} is null and ${t.primaryCustomerId} is null and not ${t.isStaff}
        and ${t.email} like 'deleted-%@deleted.invalid')`,
    ),
  ],
)

/** A one-time link to set a password, printed by the command line or mailed. Only the hash is kept. */
export const passwordLinks = pgTable(
  'password_links',
  {
    tokenHash: text('token_hash').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [index('password_links_by_person').on(t.personId)],
)

/** A signed-in session; its ID is stored as SHA-256 (quality.md 14). Anonymous visitors have none. */
export const sessions = pgTable(
  'sessions',
  {
    idHash: text('id_hash').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    activeCustomerId: uuid('active_customer_id'),
    data: jsonb('data').notNull(),
    userAgent: text('user_agent').notNull().default(''),
    network: text('network').notNull().default(''),
    createdAt: instant('created_at').notNull().defaultNow(),
    lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    /** When password (or issuer) and second factor were last given: risky acts ask for it within 15 minutes. */
    authenticatedAt: instant('authenticated_at').notNull().defaultNow(),
    /** Set at sign-out or when ended from elsewhere; a revoked session is never written back. */
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('sessions_by_person').on(t.personId, t.lastSeenAt)],
)

/** Tries counted across processes, by account and by network (quality.md 16). */
export const throttles = pgTable('throttles', {
  key: text('key').primaryKey(),
  tries: integer('tries').notNull(),
  windowStartsAt: instant('window_starts_at').notNull(),
})

/** A form that was acted on: the same key again answers the same place (quality.md 12). */
export const formKeys = pgTable(
  'form_keys',
  {
    personId: uuid('person_id').notNull(),
    key: uuid('key').notNull(),
    bodyDigest: text('body_digest').notNull(),
    location: text('location').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.personId, t.key] }), index('form_keys_by_age').on(t.createdAt)],
)
