import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { customerId, day, instant } from './columns.ts'
import { people } from './people.ts'

const address = {
  addressLine1: text('address_line1').notNull().default(''),
  addressLine2: text('address_line2').notNull().default(''),
  postalCode: text('postal_code').notNull().default(''),
  city: text('city').notNull().default(''),
  region: text('region').notNull().default(''),
  /** ISO 3166-1 alpha-2, or empty. */
  country: text('country').notNull().default(''),
}

/** A company account. The number is stored upper case. */
export const customers = pgTable(
  'customers',
  {
    id: uuid('id').primaryKey(),
    customerNumber: text('customer_number').notNull().unique(),
    name: text('name').notNull(),
    ...address,
    language: text('language').notNull().default('en'),
    /** Whom to ask about the company's licenses: one of its contacts; and how to reach the company itself. */
    contactId: uuid('contact_id').references(() => people.id),
    phone: text('phone').notNull().default(''),
    email: text('email').notNull().default(''),
    emailDomains: text('email_domains').array().notNull().default(sql`'{}'::text[]`),
    /** R9: null while the company has never had a supervisor. */
    firstSupervisedAt: instant('first_supervised_at'),
    /** Set by its supervisors: who is associated with it signs in with a second factor. */
    requiresSecondFactor: boolean('requires_second_factor').notNull().default(false),
    /** Set by its supervisors: what a tool does waits for another holder of Licensing. */
    requiresApproval: boolean('requires_approval').notNull().default(false),
    /** Day on which it was told that more is placed than is owned; null: it is not, or was not told yet. */
    overPlacedToldOn: day('over_placed_told_on'),
    /** Day for which entitlements' and sums' owned quantities were last worked out (they change with the calendar). */
    countedOn: day('counted_on'),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Values of the last load: a field that differs was changed here and is kept (domain.md section 9). */
    loaded: jsonb('loaded').notNull().default({}),
  },
  (t) => [check('customers_number_upper', sql`${t.customerNumber} = upper(${t.customerNumber})`)],
)

/** Every state of a company's name and address, for reports as of a day. Append-only. */
export const customerVersions = pgTable(
  'customer_versions',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    ...address,
    recordedAt: instant('recorded_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.id] })],
)

/** A person of a company. The primary one of a person stands in people.primary_customer_id. */
export const associations = pgTable(
  'associations',
  {
    customerId: customerId().references(() => customers.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Granted at once on an upgrade: stands outside open_until_supervised until an existing contact confirms it. */
    awaitsConfirmation: boolean('awaits_confirmation').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.personId] }),
    index('associations_by_person').on(t.personId, t.customerId),
  ],
)

/** R3: what a person holds in a company, each granted on its own. */
export const privileges = pgTable(
  'privileges',
  {
    customerId: customerId(),
    personId: uuid('person_id').notNull(),
    privilege: text('privilege', { enum: ['supervisor', 'licensing', 'reporting'] }).notNull(),
    grantedAt: instant('granted_at').notNull().defaultNow(),
    grantedBy: uuid('granted_by'),
    /** R9: written when the first supervisor was named, because the person could do it until then. */
    isKept: boolean('is_kept').notNull().default(false),
    /** Last day, or null for without end. Never for a supervisor. */
    until: date('until', { mode: 'string' }),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.personId, t.privilege] }),
    foreignKey({
      name: 'privileges_association',
      columns: [t.customerId, t.personId],
      foreignColumns: [associations.customerId, associations.personId],
    }).onDelete('cascade'),
    index('privileges_by_person').on(t.personId),
    check('privileges_known', sql`${t.privilege} in ('supervisor', 'licensing', 'reporting')`),
    check('privileges_supervisor_without_end', sql`${t.privilege} <> 'supervisor' or ${t.until} is null`),
  ],
)

/** A service contract: maintenance cover, proof of the right to support. */
export const contracts = pgTable(
  'contracts',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    /** Upper case. */
    contractNumber: text('contract_number').notNull(),
    maintenanceStartsOn: day('maintenance_starts_on'),
    maintenanceEndsOn: day('maintenance_ends_on'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('contracts_number').on(t.customerId, t.contractNumber),
    check('contracts_span', sql`${t.maintenanceEndsOn} >= ${t.maintenanceStartsOn}`),
  ],
)

/** Every state of a contract's dates. Append-only. */
export const contractVersions = pgTable(
  'contract_versions',
  {
    customerId: customerId(),
    id: uuid('id').notNull(),
    contractId: uuid('contract_id').notNull(),
    maintenanceStartsOn: day('maintenance_starts_on'),
    maintenanceEndsOn: day('maintenance_ends_on'),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    foreignKey({
      name: 'contract_versions_contract',
      columns: [t.customerId, t.contractId],
      foreignColumns: [contracts.customerId, contracts.id],
    }),
    index('contract_versions_by_contract').on(t.customerId, t.contractId, t.recordedAt),
  ],
)
