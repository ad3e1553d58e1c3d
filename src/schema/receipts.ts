import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { requests } from './requests.ts'

/** An address at which anyone sees that a request was made and how it stands; of its token only the hash is kept. */
export const requestReceipts = pgTable(
  'request_receipts',
  {
    customerId: customerId(),
    id: uuid('id').notNull(),
    requestId: uuid('request_id').notNull(),
    tokenHash: text('token_hash').notNull(),
    madeBy: uuid('made_by').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('request_receipts_token').on(t.customerId, t.tokenHash),
    foreignKey({
      name: 'request_receipts_request',
      columns: [t.customerId, t.requestId],
      foreignColumns: [requests.customerId, requests.id],
    }),
    index('request_receipts_by_request').on(t.customerId, t.requestId, t.createdAt),
  ],
)
