import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'
import { people } from './people.ts'

/** Who did what to what (people by ID). Append-only, each row chained to the one before (activity/chain.ts). */
export const activity = pgTable(
  'activity',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    /** To the millisecond, which is what the chain covers. */
    at: instant('at').notNull().defaultNow(),
    /** Null: the counter itself, or the publisher's files. */
    personId: uuid('person_id'),
    /** Such as 'plan.submitted', 'privilege.granted'. */
    verb: text('verb').notNull(),
    objectKind: text('object_kind').notNull(),
    objectId: text('object_id').notNull(),
    requestId: uuid('request_id'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    /** 1, 2, 3… in each company; null: from before there was a chain. */
    seq: bigint('seq', { mode: 'number' }),
    /** Of the particulars, which may be erased; null: there were none. */
    particularsDigest: text('particulars_digest'),
    /** SHA-256 over the row before and this one. */
    hash: text('hash'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('activity_in_order').on(t.customerId, t.seq),
    index('activity_by_time').on(t.customerId, t.at, t.id),
    // For the desk, which sees all companies.
    index('activity_latest').on(t.at, t.id),
    index('activity_by_person').on(t.customerId, t.personId, t.at, t.id),
  ],
)

/** Names, addresses and networks of an activity: what can be erased without breaking its chain. */
export const activityParticulars = pgTable(
  'activity_particulars',
  {
    customerId: customerId(),
    activityId: uuid('activity_id').notNull(),
    /** Whose they are. */
    personId: uuid('person_id'),
    /** Random, so that what was erased cannot be guessed from its digest. */
    salt: text('salt').notNull(),
    facts: jsonb('facts').$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.activityId] }),
    foreignKey({
      name: 'activity_particulars_activity',
      columns: [t.customerId, t.activityId],
      foreignColumns: [activity.customerId, activity.id],
    }),
    index('activity_particulars_by_person').on(t.personId),
  ],
)

/** Where each company's chain has come to. */
export const activityHeads = pgTable('activity_heads', {
  customerId: uuid('customer_id')
    .primaryKey()
    .references(() => customers.id),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  hash: text('hash').notNull(),
})

/** What a person did to their own account, which belongs to no company. */
export const personActivity = pgTable(
  'person_activity',
  {
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    id: uuid('id').notNull(),
    at: instant('at').notNull().defaultNow(),
    /** Such as 'account.password-changed'. */
    verb: text('verb').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    /** From where, as far as it is known. */
    network: text('network').notNull().default(''),
  },
  (t) => [
    primaryKey({ columns: [t.personId, t.id] }),
    index('person_activity_by_time').on(t.personId, t.at, t.id),
  ],
)

/** What was done to the counter itself, which belongs to no company: one chain of its own (activity/publisher.ts). */
export const publisherActivity = pgTable(
  'publisher_activity',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    id: uuid('id').notNull().unique(),
    at: instant('at').notNull(),
    /** Null: a command; who ran it is among the particulars. */
    personId: uuid('person_id'),
    /** Such as 'issuer.added', 'setting.changed'. */
    verb: text('verb').notNull(),
    objectKind: text('object_kind').notNull(),
    objectId: text('object_id').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    particularsDigest: text('particulars_digest'),
    hash: text('hash').notNull(),
  },
  (t) => [index('publisher_activity_latest').on(t.at, t.id)],
)

/** The same as activity_particulars, of that chain. */
export const publisherActivityParticulars = pgTable(
  'publisher_activity_particulars',
  {
    seq: bigint('seq', { mode: 'number' })
      .primaryKey()
      .references(() => publisherActivity.seq),
    personId: uuid('person_id'),
    salt: text('salt').notNull(),
    facts: jsonb('facts').$type<Record<string, unknown>>().notNull(),
  },
  (t) => [index('publisher_activity_particulars_by_person').on(t.personId)],
)

/** Where that chain has come to: one row. */
export const publisherActivityHead = pgTable(
  'publisher_activity_head',
  {
    id: integer('id').primaryKey().default(1),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [check('publisher_activity_head_is_one_row', sql`${t.id} = 1`)],
)
