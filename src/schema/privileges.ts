import { sql } from 'drizzle-orm'
import { check, foreignKey, index, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'
import { people } from './people.ts'
import { requests } from './requests.ts'

/** A change of several people's privileges that is looked at before it is done (privileges/drafts.ts). */
export const privilegeDrafts = pgTable(
  'privilege_drafts',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => people.id),
    /** What is wished for each person, and the rows of a file that could not be read. */
    entries: jsonb('entries').$type<unknown[]>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Set when it was done. */
    requestId: uuid('request_id'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    foreignKey({
      name: 'privilege_drafts_request',
      columns: [t.customerId, t.requestId],
      foreignColumns: [requests.customerId, requests.id],
    }),
    index('privilege_drafts_by_age').on(t.customerId, t.createdAt),
  ],
)

/** A supervisor's invitation to an address: single use, seven days (domain.md section 7). */
export const invitations = pgTable(
  'invitations',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    /** Lower case. */
    email: text('email').notNull(),
    /** What the person will hold: [{ privilege, until }]. */
    privileges: jsonb('privileges').$type<unknown[]>().notNull(),
    invitedBy: uuid('invited_by')
      .notNull()
      .references(() => people.id),
    /** SHA-256 of the link's token; another one each time it is sent. */
    tokenHash: text('token_hash').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
    acceptedBy: uuid('accepted_by').references(() => people.id),
    withdrawnAt: instant('withdrawn_at'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('invitations_token').on(t.customerId, t.tokenHash),
    check('invitations_email_lower', sql`${t.email} = lower(${t.email})`),
    check('invitations_ended_once', sql`${t.acceptedAt} is null or ${t.withdrawnAt} is null`),
    check('invitations_accepted_by', sql`${t.acceptedAt} is null or ${t.acceptedBy} is not null`),
  ],
)

/** One person of a yearly review: undecided until a supervisor has confirmed, changed or removed them. */
export const reviewLines = pgTable(
  'review_lines',
  {
    customerId: customerId(),
    requestId: uuid('request_id').notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    decision: text('decision', { enum: ['kept', 'changed', 'removed'] }),
    decidedBy: uuid('decided_by'),
    decidedAt: instant('decided_at'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.requestId, t.personId] }),
    foreignKey({
      name: 'review_lines_request',
      columns: [t.customerId, t.requestId],
      foreignColumns: [requests.customerId, requests.id],
    }),
    check('review_lines_decision', sql`${t.decision} in ('kept', 'changed', 'removed')`),
    check('review_lines_decided', sql`(${t.decision} is null) = (${t.decidedAt} is null)`),
  ],
)
