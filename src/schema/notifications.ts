import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { customerId, day, instant } from './columns.ts'
import { associations, customers } from './customers.ts'
import { people } from './people.ts'

/** What is chosen (notifications/choices.ts); what is left out is as it would be without the row. */
const chosen = () => ({
  /** Topic → whether it is mailed. */
  topics: jsonb('topics').$type<Record<string, boolean>>().notNull().default({}),
  /** How many days before an end to be reminded; null: as without the row. */
  leadDays: integer('lead_days').array(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
})

/** What a person wants mailed, for all their companies. */
export const notificationChoices = pgTable('notification_choices', {
  personId: uuid('person_id')
    .primaryKey()
    .references(() => people.id, { onDelete: 'cascade' }),
  ...chosen(),
})

/** The same for one of their companies; goes before. */
export const companyNotificationChoices = pgTable(
  'company_notification_choices',
  {
    customerId: customerId().references(() => customers.id),
    personId: uuid('person_id').notNull(),
    ...chosen(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.personId] }),
    foreignKey({
      name: 'company_notification_choices_association',
      columns: [t.customerId, t.personId],
      foreignColumns: [associations.customerId, associations.personId],
    }).onDelete('cascade'),
    index('company_notification_choices_by_person').on(t.personId, t.customerId),
  ],
)

/** A person was reminded of the end of an entitlement or of a contract's maintenance: once each. */
export const expiryReminders = pgTable(
  'expiry_reminders',
  {
    customerId: customerId().references(() => customers.id),
    personId: uuid('person_id').notNull(),
    /** Of the entitlement or the contract. */
    subjectId: uuid('subject_id').notNull(),
    endsOn: day('ends_on').notNull(),
    /** Of the person's lead days the smallest that had come. */
    leadDays: integer('lead_days').notNull(),
    remindedOn: day('reminded_on').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.personId, t.subjectId, t.endsOn, t.leadDays] }),
    index('expiry_reminders_by_end').on(t.customerId, t.endsOn),
  ],
)

/** A private calendar; its address holds a random token, of which only the hash is kept. */
export const calendarFeeds = pgTable(
  'calendar_feeds',
  {
    id: uuid('id').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    /** Which company (by number) and family, and what of them; what is left out: all. */
    filter: jsonb('filter')
      .$type<{ customer?: string; familyId?: string; only?: string }>()
      .notNull()
      .default({}),
    createdAt: instant('created_at').notNull().defaultNow(),
    renewedAt: instant('renewed_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
    lastFetchedOn: day('last_fetched_on'),
  },
  (t) => [index('calendar_feeds_by_person').on(t.personId, t.createdAt)],
)

/** The last day for which a job by the clock did its work, so that a day it was down is made up. */
export const dailyJobs = pgTable('daily_jobs', {
  name: text('name').primaryKey(),
  doneFor: day('done_for').notNull(),
  at: instant('at').notNull().defaultNow(),
})
