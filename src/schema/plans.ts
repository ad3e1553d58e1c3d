import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { products } from './catalog.ts'
import { customerId, day, instant } from './columns.ts'
import { customers } from './customers.ts'
import { entitlements } from './entitlements.ts'
import { hosts } from './hosts.ts'

/** What a plan says beside its lines. */
export type PlanDetails = {
  /** Hosts that end with the plan, and hosts that come back (an undone replacement); active hosts' rules apply then. */
  retires?: string[]
  revives?: string[]
  /** Replace hardware: why, and what was declared of a machine that is lost or stolen. */
  reason?: 'upgrade' | 'failed' | 'lost' | 'stolen'
  declaration?: string
  /** The request whose transfers this plan reverses. */
  undoes?: string
  /** Bulk: lines of the file that became no line of the plan, and why; one entry for each reason. */
  refused?: FileRemark[]
  /** Bulk: what changed since the file was made, the first of it; and how much there is of it. */
  remarks?: FileRemark[]
  remarkCount?: number
  /** Bulk: when the file was made, in ISO 8601; null where it does not say. */
  madeAt?: string | null
  /** Who handed it over. */
  handedBy?: string
}

/** About one line of an uploaded file: its number, its text as CSV, and words of the catalogue. */
export type FileRemark = { line: number; text: string; key: string; params: Record<string, string | number> }

/** A list of transfers a person prepares, checks and previews before submitting. */
export const plans = pgTable(
  'plans',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    tool: text('tool', {
      enum: ['configure', 'move', 'return', 'replace', 'temporary', 'bulk', 'undo'],
    }).notNull(),
    status: text('status', { enum: ['draft', 'submitted', 'discarded'] })
      .notNull()
      .default('draft'),
    name: text('name').notNull().default(''),
    createdBy: uuid('created_by').notNull(),
    /** The colleague it was handed to; null: it is its author's. */
    handedTo: uuid('handed_to'),
    details: jsonb('details').$type<PlanDetails>().notNull().default({}),
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
    /** Of a plan from a file: what was placed on each end when the file was read; null for other plans. */
    fromWas: integer('from_was'),
    toWas: integer('to_was'),
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

/**
 * A temporary license (domain.md section 3): an entitlement of its own kind, outside the owned totals. While its plan
 * is a draft or held it has no days; `endsOn` is the last day it counts.
 */
export const temporaryLicenses = pgTable(
  'temporary_licenses',
  {
    customerId: customerId(),
    entitlementId: uuid('entitlement_id').notNull(),
    planId: uuid('plan_id').notNull(),
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id),
    quantity: integer('quantity').notNull(),
    startsOn: day('starts_on'),
    endsOn: day('ends_on'),
    /** When its transfer back was written. */
    endedAt: instant('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.entitlementId] }),
    foreignKey({
      name: 'temporary_licenses_entitlement',
      columns: [t.customerId, t.entitlementId],
      foreignColumns: [entitlements.customerId, entitlements.id],
    }).onDelete('cascade'),
    index('temporary_licenses_by_plan').on(t.customerId, t.planId),
    index('temporary_licenses_by_product').on(t.customerId, t.productId, t.startsOn),
    index('temporary_licenses_by_end')
      .on(t.endsOn, t.customerId)
      .where(sql`${t.endedAt} is null and ${t.startsOn} is not null`),
    check('temporary_licenses_quantity', sql`${t.quantity} > 0`),
    check(
      'temporary_licenses_days',
      sql`(${t.startsOn} is null) = (${t.endsOn} is null) and (${t.endsOn} >= ${t.startsOn})`,
    ),
  ],
)
