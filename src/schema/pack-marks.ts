import { foreignKey, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { packs } from './hosts.ts'

/**
 * What the code on a printed pack names it by: random, so that it says nothing of whose pack it is, or which. Looked
 * up by anyone before a customer is known, so not a customer's table. Append-only.
 */
export const packMarks = pgTable(
  'pack_marks',
  {
    /** 20 hexadecimal digits. */
    mark: text('mark').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    hostId: uuid('host_id').notNull(),
    issue: integer('issue').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'pack_marks_pack',
      columns: [t.customerId, t.hostId, t.issue],
      foreignColumns: [packs.customerId, packs.hostId, packs.issue],
    }),
    index('pack_marks_by_pack').on(t.customerId, t.hostId, t.issue),
  ],
)
