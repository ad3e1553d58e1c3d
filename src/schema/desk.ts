import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'
import { people } from './people.ts'
import { requests } from './requests.ts'

/**
 * Requests that belong to a person before any customer (domain.md section 4), numbered like all others. Seen by that
 * person, by the desk, and by the company they are about.
 */
export const accountRequests = pgTable(
  'account_requests',
  {
    id: uuid('id').primaryKey(),
    number: bigint('number', { mode: 'number' }).notNull().unique('account_requests_number'),
    kind: text('kind', { enum: ['upgrade', 'name-supervisor'] }).notNull(),
    status: text('status', {
      enum: ['in-review', 'needs-information', 'completed', 'declined', 'cancelled'],
    }).notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    /** Of an upgrade: null until its proof was found to be right, and for ever where it was not. */
    customerId: uuid('customer_id').references(() => customers.id),
    /** Who is to decide. */
    decider: text('decider', { enum: ['desk', 'supervisors'] })
      .notNull()
      .default('desk'),
    /** Since when it waits for the desk; null while it waits for somebody else, or for nobody. */
    deskSince: instant('desk_since').defaultNow(),
    /** What was asked, as typed. */
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Of an upgrade: when its proof was looked at. */
    examinedAt: instant('examined_at'),
    decidedAt: instant('decided_at'),
    /** Null: the counter itself. */
    decidedBy: uuid('decided_by'),
  },
  (t) => [
    index('account_requests_by_person').on(t.personId, t.createdAt, t.id),
    index('account_requests_by_customer').on(t.customerId, t.createdAt, t.id),
    index('account_requests_by_time').on(t.createdAt, t.id),
    index('account_requests_for_desk').on(t.deskSince, t.id).where(sql`${t.deskSince} is not null`),
    check('account_requests_kind', sql`${t.kind} in ('upgrade', 'name-supervisor')`),
    check(
      'account_requests_status',
      sql`${t.status} in ('in-review', 'needs-information', 'completed', 'declined', 'cancelled')`,
    ),
    check(
      'account_requests_settled',
      sql`(${t.decidedAt} is not null) = (${t.status} in ('completed', 'declined', 'cancelled'))`,
    ),
  ],
)

/** What happened to such a request and what was written about it, in order of `id` (UUIDv7). Append-only. */
export const accountRequestEvents = pgTable(
  'account_request_events',
  {
    requestId: uuid('request_id')
      .notNull()
      .references(() => accountRequests.id),
    id: uuid('id').notNull(),
    at: instant('at').notNull().defaultNow(),
    /** Null: the counter itself. */
    personId: uuid('person_id'),
    /** Done for the publisher or the company; who asked is not told by whom. */
    fromDesk: boolean('from_desk').notNull(),
    kind: text('kind', {
      enum: [
        'submitted',
        'completed',
        'declined',
        'cancelled',
        'needs-information',
        'answered',
        'message',
        'handed-to-supervisors',
      ],
    }).notNull(),
    text: text('text').notNull().default(''),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [primaryKey({ columns: [t.requestId, t.id] })],
)

/** What the people of a company and the desk write to each other about a request. Append-only. */
export const requestMessages = pgTable(
  'request_messages',
  {
    customerId: customerId(),
    requestId: uuid('request_id').notNull(),
    id: uuid('id').notNull(),
    at: instant('at').notNull().defaultNow(),
    personId: uuid('person_id').notNull(),
    fromDesk: boolean('from_desk').notNull(),
    text: text('text').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.requestId, t.id] }),
    foreignKey({
      name: 'request_messages_request',
      columns: [t.customerId, t.requestId],
      foreignColumns: [requests.customerId, requests.id],
    }),
  ],
)
