import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'
import { people } from './people.ts'

/** What is the same for a mail of a company and of a person alone. */
const letter = () => ({
  toAddress: text('to_address').notNull(),
  language: text('language').notNull(),
  /** Key of mail/messages.ts and the words it takes. */
  template: text('template').notNull(),
  params: jsonb('params').$type<Record<string, unknown>>().notNull(),
  /** What it is about that the receiver may turn off (notifications/topics.ts); of none, it is always sent. */
  topics: text('topics').array().notNull().default(sql`'{}'::text[]`),
  messageId: text('message_id').notNull(),
  tries: integer('tries').notNull().default(0),
  createdAt: instant('created_at').notNull().defaultNow(),
  /** While a process is at it: until then no other one tries. */
  claimedUntil: instant('claimed_until'),
  sentAt: instant('sent_at'),
  /** When the mail server refused it for good; it is not tried again. */
  refusedAt: instant('refused_at'),
  /** What the mail server last said against it. */
  refusal: text('refusal'),
})

/** A message written in the transaction of the act it tells of; a job sends it. */
export const mails = pgTable(
  'mails',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    personId: uuid('person_id').notNull(),
    ...letter(),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.id] }), index('mails_unsent').on(t.customerId, t.sentAt)],
)

/** The same for what belongs to no company, or goes to an address that is nobody's yet. */
export const personMails = pgTable(
  'person_mails',
  {
    id: uuid('id').primaryKey(),
    personId: uuid('person_id').references(() => people.id, { onDelete: 'cascade' }),
    ...letter(),
  },
  (t) => [
    index('person_mails_unsent').on(t.sentAt, t.createdAt),
    index('person_mails_by_person').on(t.personId),
  ],
)

/** Mail that will not reach its receiver, for the desk to see; no customer's rows, so that it is one list. */
export const undeliveredMails = pgTable(
  'undelivered_mails',
  {
    /** The mail's. */
    id: uuid('id').primaryKey(),
    at: instant('at').notNull().defaultNow(),
    personId: uuid('person_id').references(() => people.id, { onDelete: 'cascade' }),
    customerNumber: text('customer_number').notNull().default(''),
    toAddress: text('to_address').notNull(),
    template: text('template').notNull(),
    tries: integer('tries').notNull(),
    /** The mail server's words; '' where none was reached in two weeks. */
    refusal: text('refusal').notNull(),
    writtenAt: instant('written_at').notNull(),
  },
  (t) => [index('undelivered_mails_by_time').on(t.at, t.id)],
)
