import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { products } from './catalog.ts'
import { customerId, day, instant } from './columns.ts'
import { contracts, customers } from './customers.ts'

/** Order and contract numbers are unique per publisher: who has which. Not a customer's table. */
export const orderNumbers = pgTable('order_numbers', {
  salesOrderNumber: text('sales_order_number').primaryKey(),
  customerId: uuid('customer_id')
    .notNull()
    .references(() => customers.id),
})

export const contractNumbers = pgTable('contract_numbers', {
  contractNumber: text('contract_number').primaryKey(),
  customerId: uuid('customer_id')
    .notNull()
    .references(() => customers.id),
})

/** One purchase. The number is stored upper case. */
export const orders = pgTable(
  'orders',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    salesOrderNumber: text('sales_order_number')
      .notNull()
      .references(() => orderNumbers.salesOrderNumber),
    orderDate: day('order_date').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('orders_number').on(t.customerId, t.salesOrderNumber),
  ],
)

/**
 * What a customer owns of one product under one contract. `entitled` is what its terms give on the day the customer
 * was last counted (customers.counted_on); `owned` is the constrained quantity: never below what is placed, it falls
 * only as returns make room. Over-placed: placed > entitled.
 */
export const entitlements = pgTable(
  'entitlements',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id),
    contractId: uuid('contract_id'),
    kind: text('kind', { enum: ['sold', 'temporary'] })
      .notNull()
      .default('sold'),
    entitled: integer('entitled').notNull().default(0),
    owned: integer('owned').notNull().default(0),
    placed: integer('placed').notNull().default(0),
    /** The term in force that day; if none, the last that was, else the next to come. */
    termId: uuid('term_id'),
    startsOn: day('starts_on'),
    /** Null: perpetual. */
    endsOn: day('ends_on'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    foreignKey({
      name: 'entitlements_contract',
      columns: [t.customerId, t.contractId],
      foreignColumns: [contracts.customerId, contracts.id],
    }),
    index('entitlements_by_product').on(t.customerId, t.productId, t.id),
    index('entitlements_by_end').on(t.customerId, t.endsOn, t.id),
    index('entitlements_by_contract').on(t.customerId, t.contractId),
    check('entitlements_placed_within_owned', sql`${t.placed} between 0 and ${t.owned}`),
    check('entitlements_entitled', sql`${t.entitled} between 0 and ${t.owned}`),
  ],
)

export const orderLines = pgTable(
  'order_lines',
  {
    customerId: customerId(),
    orderId: uuid('order_id').notNull(),
    line: integer('line').notNull(),
    entitlementId: uuid('entitlement_id').notNull(),
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id),
    quantity: integer('quantity').notNull(),
    termKind: text('term_kind', { enum: ['perpetual', 'subscription'] }).notNull(),
    startsOn: day('starts_on').notNull(),
    endsOn: day('ends_on'),
    contractId: uuid('contract_id'),
    release: text('release').notNull().default(''),
    renewsOrder: text('renews_order').notNull().default(''),
    renewsLine: integer('renews_line'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.orderId, t.line] }),
    foreignKey({
      name: 'order_lines_order',
      columns: [t.customerId, t.orderId],
      foreignColumns: [orders.customerId, orders.id],
    }),
    foreignKey({
      name: 'order_lines_entitlement',
      columns: [t.customerId, t.entitlementId],
      foreignColumns: [entitlements.customerId, entitlements.id],
    }),
    index('order_lines_by_entitlement').on(t.customerId, t.entitlementId),
    index('order_lines_by_contract').on(t.customerId, t.contractId),
    check('order_lines_quantity', sql`${t.quantity} > 0`),
    check('order_lines_perpetual', sql`(${t.termKind} = 'perpetual') = (${t.endsOn} is null)`),
    check('order_lines_span', sql`${t.endsOn} >= ${t.startsOn}`),
  ],
)

/**
 * A quantity owned from a day to a day, both included (no end: perpetual). Append-only: a corrected order line adds
 * a higher revision, which replaces the one before.
 */
export const terms = pgTable(
  'terms',
  {
    customerId: customerId(),
    id: uuid('id').notNull(),
    entitlementId: uuid('entitlement_id').notNull(),
    orderId: uuid('order_id').notNull(),
    line: integer('line').notNull(),
    revision: integer('revision').notNull().default(1),
    quantity: integer('quantity').notNull(),
    startsOn: day('starts_on').notNull(),
    endsOn: day('ends_on'),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('terms_line_revision').on(t.customerId, t.entitlementId, t.orderId, t.line, t.revision),
    foreignKey({
      name: 'terms_entitlement',
      columns: [t.customerId, t.entitlementId],
      foreignColumns: [entitlements.customerId, entitlements.id],
    }),
    foreignKey({
      name: 'terms_order',
      columns: [t.customerId, t.orderId],
      foreignColumns: [orders.customerId, orders.id],
    }),
    check('terms_quantity', sql`${t.quantity} >= 0`),
    check('terms_span', sql`${t.endsOn} >= ${t.startsOn}`),
  ],
)

/** License summary's rows: one per product (a product has one license type), kept in the transaction of each act. */
export const licenseSums = pgTable(
  'license_sums',
  {
    customerId: customerId().references(() => customers.id),
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id),
    entitlements: integer('entitlements').notNull(),
    owned: integer('owned').notNull(),
    placed: integer('placed').notNull(),
    /** The first few contract numbers, in order, with blanks between; and how many there are. */
    contracts: text('contracts').notNull().default(''),
    contractCount: integer('contract_count').notNull().default(0),
    /** Of the entitlements that are not expired on the counted day, the soonest end; null: all perpetual or none. */
    nextEndOn: day('next_end_on'),
    /** Latest end among expired entitlements; null: none is expired. */
    lastExpiredOn: day('last_expired_on'),
    expired: integer('expired').notNull(),
    overPlaced: integer('over_placed').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.productId] }),
    check('license_sums_placed', sql`${t.placed} between 0 and ${t.owned}`),
  ],
)
