import { sql } from 'drizzle-orm'
import { boolean, check, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { people } from './people.ts'

/** An OpenID Connect provider that may say who somebody is (domain.md section 7). */
export const issuers = pgTable('issuers', {
  id: uuid('id').primaryKey(),
  /** Exactly as the provider spells it: its discovery document and its ID tokens must say the same. */
  issuer: text('issuer').notNull().unique(),
  /** What people read on the button. */
  name: text('name').notNull(),
  clientId: text('client_id').notNull(),
  /** Sealed; null for a public client, which has PKCE alone. */
  clientSecret: text('client_secret'),
  /** The publisher's own: staff sign in by no other. */
  isStaffIssuer: boolean('is_staff_issuer').notNull().default(false),
  /** Who has an address of its domains signs in here and has no password. */
  isExclusive: boolean('is_exclusive').notNull().default(false),
  createdAt: instant('created_at').notNull().defaultNow(),
})

/** The e-mail domains that an issuer speaks for. Of two issuers only one speaks for a domain. */
export const issuerDomains = pgTable(
  'issuer_domains',
  {
    /** Lower case. */
    domain: text('domain').primaryKey(),
    issuerId: uuid('issuer_id')
      .notNull()
      .references(() => issuers.id, { onDelete: 'cascade' }),
  },
  (t) => [
    index('issuer_domains_by_issuer').on(t.issuerId),
    check('issuer_domains_lower', sql`${t.domain} = lower(${t.domain})`),
  ],
)

/** Who an account is for an issuer: linked by (issuer, subject), never by an address. */
export const identities = pgTable(
  'identities',
  {
    issuerId: uuid('issuer_id')
      .notNull()
      .references(() => issuers.id, { onDelete: 'cascade' }),
    subject: text('subject').notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    linkedAt: instant('linked_at').notNull().defaultNow(),
    usedAt: instant('used_at'),
  },
  (t) => [
    primaryKey({ columns: [t.issuerId, t.subject] }),
    unique('identities_one_of_an_issuer').on(t.personId, t.issuerId),
  ],
)

/** The first linking of an account that was there before waits for the one-time link mailed to its address. */
export const identityLinks = pgTable(
  'identity_links',
  {
    tokenHash: text('token_hash').primaryKey(),
    issuerId: uuid('issuer_id')
      .notNull()
      .references(() => issuers.id, { onDelete: 'cascade' }),
    subject: text('subject').notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    /** The account's address that the issuer named: a change of it ends the link. */
    email: text('email').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [index('identity_links_by_person').on(t.personId)],
)
