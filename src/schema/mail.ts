import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'

/** A message written in the transaction of the act it tells of; a job sends it. */
export const mails = pgTable(
  'mails',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    personId: uuid('person_id').notNull(),
    toAddress: text('to_address').notNull(),
    language: text('language').notNull(),
    /** Template in views/mail and the words it takes. */
    template: text('template').notNull(),
    params: jsonb('params').$type<Record<string, unknown>>().notNull(),
    messageId: text('message_id').notNull(),
    tries: integer('tries').notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
    sentAt: instant('sent_at'),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.id] }), index('mails_unsent').on(t.customerId, t.sentAt)],
)

/** Who did what to what (people by ID). Append-only. */
export const activity = pgTable(
  'activity',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    at: instant('at').notNull().defaultNow(),
    personId: uuid('person_id'),
    /** Such as 'plan.submitted', 'privilege.granted'. */
    verb: text('verb').notNull(),
    objectKind: text('object_kind').notNull(),
    objectId: text('object_id').notNull(),
    requestId: uuid('request_id'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    index('activity_by_time').on(t.customerId, t.at.desc(), t.id.desc()),
  ],
)
