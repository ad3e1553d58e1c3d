import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'
import { entitlements } from './entitlements.ts'
import { hosts } from './hosts.ts'

/** A list of transfers a person prepares, checks and previews before submitting. */
export const plans = pgTable(
  'plans',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    tool: text('tool', { enum: ['configure', 'move', 'return', 'replace', 'undo'] }).notNull(),
    status: text('status', { enum: ['draft', 'submitted', 'discarded'] })
      .notNull()
      .default('draft'),
    name: text('name').notNull().default(''),
    createdBy: uuid('created_by').notNull(),
    requestId: uuid('request_id'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    index('plans_by_age').on(t.customerId, t.updatedAt, t.id),
    check('plans_status', sql`${t.status} in ('draft', 'submitted', 'discarded')`),
  ],
)

/** One transfer of a plan: from the pool (no from) or a host, to a host or the pool (no to). */
export const planLines = pgTable(
  'plan_lines',
  {
    customerId: customerId(),
    planId: uuid('plan_id').notNull(),
    id: uuid('id').notNull(),
    entitlementId: uuid('entitlement_id').notNull(),
    fromHostId: uuid('from_host_id'),
    toHostId: uuid('to_host_id'),
    quantity: integer('quantity').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.planId, t.id] }),
    foreignKey({
      name: 'plan_lines_plan',
      columns: [t.customerId, t.planId],
      foreignColumns: [plans.customerId, plans.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'plan_lines_entitlement',
      columns: [t.customerId, t.entitlementId],
      foreignColumns: [entitlements.customerId, entitlements.id],
    }),
    foreignKey({
      name: 'plan_lines_from',
      columns: [t.customerId, t.fromHostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    foreignKey({
      name: 'plan_lines_to',
      columns: [t.customerId, t.toHostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    check('plan_lines_quantity', sql`${t.quantity} > 0`),
    check('plan_lines_ends', sql`${t.fromHostId} is distinct from ${t.toHostId}`),
  ],
)
