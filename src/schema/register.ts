import { sql } from 'drizzle-orm'
import { check, foreignKey, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { hosts } from './hosts.ts'

/** What people write about a host. One that its author took back keeps its trace: who and when, without the text. */
export const hostNotes = pgTable(
  'host_notes',
  {
    customerId: customerId(),
    hostId: uuid('host_id').notNull(),
    id: uuid('id').notNull(),
    personId: uuid('person_id').notNull(),
    text: text('text').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    removedAt: instant('removed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.hostId, t.id] }),
    foreignKey({
      name: 'host_notes_host',
      columns: [t.customerId, t.hostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    check('host_notes_removed', sql`(${t.removedAt} is null) = (${t.text} <> '')`),
  ],
)

/**
 * The times a host was out of service and came back, for the register as of a day. The retirement that lasts stands in
 * hosts.retired_at. Append-only.
 */
export const hostRetirements = pgTable(
  'host_retirements',
  {
    customerId: customerId(),
    hostId: uuid('host_id').notNull(),
    id: uuid('id').notNull(),
    retiredAt: instant('retired_at').notNull(),
    /** The request that took it out of service, and the one that put it back. */
    retiredRequestId: uuid('retired_request_id'),
    returnedAt: instant('returned_at').notNull(),
    returnedRequestId: uuid('returned_request_id'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.hostId, t.id] }),
    foreignKey({
      name: 'host_retirements_host',
      columns: [t.customerId, t.hostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    index('host_retirements_by_time').on(t.customerId, t.returnedAt),
    check('host_retirements_span', sql`${t.returnedAt} >= ${t.retiredAt}`),
  ],
)
