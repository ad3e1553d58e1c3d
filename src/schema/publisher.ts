import { sql } from 'drizzle-orm'
import { boolean, check, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

/** The publisher that runs this counter: one row, its name and policies (domain.md section 3). */
export const publisher = pgTable(
  'publisher',
  {
    id: integer('id').primaryKey().default(1),
    name: text('name').notNull().default('Guichet'),
    timeZone: text('time_zone').notNull().default('UTC'),
    /** R9: in a company that never had a supervisor every confirmed contact may use every license tool. */
    openUntilSupervised: boolean('open_until_supervised').notNull().default(true),
    allowAnyHostId: boolean('allow_any_host_id').notNull().default(false),
    /** Other NAME=value host ID kinds this publisher's daemons know, upper case. */
    hostIdKinds: text('host_id_kinds').array().notNull().default(sql`'{}'::text[]`),
    movesPerYear: integer('moves_per_year').notNull().default(6),
    undoHours: integer('undo_hours').notNull().default(24),
    /** Temporary licenses: days they last, how many of a product may be open, and begun in a rolling year. */
    temporaryDays: integer('temporary_days').notNull().default(14),
    temporaryOpen: integer('temporary_open').notNull().default(2),
    temporaryPerYear: integer('temporary_per_year').notNull().default(4),
    /** Days for which things are kept after they have served (jobs/retention.ts). */
    keepSessionsDays: integer('keep_sessions_days').notNull().default(30),
    keepInvitationsDays: integer('keep_invitations_days').notNull().default(30),
    keepDraftsDays: integer('keep_drafts_days').notNull().default(365),
    keepMailDays: integer('keep_mail_days').notNull().default(90),
    supportText: text('support_text').notNull().default(''),
    supportUrl: text('support_url').notNull().default(''),
    servicesUrl: text('services_url').notNull().default(''),
    /** Day of the first load: history begins here. */
    historyBeginsOn: day('history_begins_on'),
    /** Everyone signs in with a second factor; staff always do. */
    requiresSecondFactor: boolean('requires_second_factor').notNull().default(false),
    isDemonstration: boolean('is_demonstration').notNull().default(false),
  },
  (t) => [check('publisher_is_one_row', sql`${t.id} = 1`)],
)

/** One run of the publisher's files (domain.md section 9). */
export const loads = pgTable('loads', {
  id: uuid('id').primaryKey(),
  at: instant('at').notNull().defaultNow(),
  by: text('by').notNull(),
  counts: jsonb('counts').notNull(),
})
