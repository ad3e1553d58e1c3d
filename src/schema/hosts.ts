import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { families } from './catalog.ts'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'
import { entitlements } from './entitlements.ts'
import { people } from './people.ts'

const place = {
  /** Null: the family's port. */
  port: integer('port'),
  addressLine1: text('address_line1').notNull().default(''),
  postalCode: text('postal_code').notNull().default(''),
  city: text('city').notNull().default(''),
  country: text('country').notNull().default(''),
}

/** A machine or a triad. Its IDs never change; `planned` while it stands in a draft plan only. */
export const hosts = pgTable(
  'hosts',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    label: text('label').notNull(),
    kind: text('kind', { enum: ['single', 'triad'] }).notNull(),
    status: text('status', { enum: ['planned', 'active', 'retired'] }).notNull(),
    /** The draft that would make it, while planned. */
    planId: uuid('plan_id'),
    replacesHostId: uuid('replaces_host_id'),
    ...place,
    /** Issue number of the current pack; 0: none yet. */
    packIssue: integer('pack_issue').notNull().default(0),
    /** False when what is placed here, or its header, changed without a new issue (a load): the next retrieval cuts one. */
    isPackCurrent: boolean('is_pack_current').notNull().default(false),
    createdAt: instant('created_at').notNull().defaultNow(),
    retiredAt: instant('retired_at'),
    /** The request that took it out of service. */
    retiredRequestId: uuid('retired_request_id'),
    /** Who looks after it: a contact of the company. */
    caretakerId: uuid('caretaker_id').references(() => people.id),
    loaded: jsonb('loaded').notNull().default({}),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    uniqueIndex('hosts_active_label')
      .on(t.customerId, sql`lower(${t.label})`)
      .where(sql`${t.status} = 'active'`),
    index('hosts_by_label').on(t.customerId, t.label, t.id),
    index('hosts_by_plan').on(t.customerId, t.planId),
    index('hosts_by_former').on(t.customerId, t.replacesHostId),
    foreignKey({
      name: 'hosts_replaces',
      columns: [t.customerId, t.replacesHostId],
      foreignColumns: [t.customerId, t.id],
    }),
    check('hosts_kind', sql`${t.kind} in ('single', 'triad')`),
    check('hosts_status', sql`${t.status} in ('planned', 'active', 'retired')`),
    check('hosts_port', sql`${t.port} between 1 and 65535`),
  ],
)

/** The machines of a host: position 1, or 1 to 3 of a triad. */
export const hostMembers = pgTable(
  'host_members',
  {
    customerId: customerId(),
    hostId: uuid('host_id').notNull(),
    position: integer('position').notNull(),
    /** Kind and canonical value as hosts/host-id.ts gives them. */
    idKind: text('id_kind').notNull(),
    idValue: text('id_value').notNull(),
    serverName: text('server_name').notNull().default(''),
    /** As the host's status is active: one ID sits on one active host of a company. */
    isActive: boolean('is_active').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.hostId, t.position] }),
    foreignKey({
      name: 'host_members_host',
      columns: [t.customerId, t.hostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }).onDelete('cascade'),
    uniqueIndex('host_members_active_id').on(t.customerId, t.idKind, t.idValue).where(sql`${t.isActive}`),
    index('host_members_by_id').on(t.customerId, t.idValue),
    check('host_members_position', sql`${t.position} between 1 and 3`),
  ],
)

/** Every state of a host's label, address and port. Append-only. */
export const hostVersions = pgTable(
  'host_versions',
  {
    customerId: customerId(),
    id: uuid('id').notNull(),
    hostId: uuid('host_id').notNull(),
    label: text('label').notNull(),
    ...place,
    recordedAt: instant('recorded_at').notNull().defaultNow(),
    /** The request that changed it; null: a plan that made the host, or a load. */
    requestId: uuid('request_id'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    index('host_versions_by_host').on(t.customerId, t.hostId, t.recordedAt),
  ],
)

/** (customer, host, family, under maintenance or not); numbered at the first placement, never reused. */
export const configurations = pgTable(
  'configurations',
  {
    customerId: customerId(),
    id: uuid('id').notNull(),
    configurationNumber: text('configuration_number').notNull(),
    hostId: uuid('host_id').notNull(),
    familyId: uuid('family_id')
      .notNull()
      .references(() => families.id),
    isMaintained: boolean('is_maintained').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('configurations_number').on(t.customerId, t.configurationNumber),
    unique('configurations_of').on(t.customerId, t.hostId, t.familyId, t.isMaintained),
    foreignKey({
      name: 'configurations_host',
      columns: [t.customerId, t.hostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
  ],
)

/** Quantity of one entitlement that sits on one host. A row that falls to zero is deleted. */
export const placements = pgTable(
  'placements',
  {
    customerId: customerId(),
    entitlementId: uuid('entitlement_id').notNull(),
    hostId: uuid('host_id').notNull(),
    configurationId: uuid('configuration_id').notNull(),
    quantity: integer('quantity').notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    /** The request that last touched it; null after a load. */
    requestId: uuid('request_id'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.entitlementId, t.hostId] }),
    foreignKey({
      name: 'placements_entitlement',
      columns: [t.customerId, t.entitlementId],
      foreignColumns: [entitlements.customerId, entitlements.id],
    }),
    foreignKey({
      name: 'placements_host',
      columns: [t.customerId, t.hostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    foreignKey({
      name: 'placements_configuration',
      columns: [t.customerId, t.configurationId],
      foreignColumns: [configurations.customerId, configurations.id],
    }),
    index('placements_by_host').on(t.customerId, t.hostId, t.entitlementId),
    check('placements_quantity', sql`${t.quantity} >= 0`),
  ],
)

/** The signed file of one host at one issue. Append-only; a new issue replaces the one before. */
export const packs = pgTable(
  'packs',
  {
    customerId: customerId(),
    hostId: uuid('host_id').notNull(),
    issue: integer('issue').notNull(),
    text: text('text').notNull(),
    /** SHA-256 of the text, hex. */
    digest: text('digest').notNull(),
    keyId: text('key_id').notNull(),
    requestId: uuid('request_id'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.hostId, t.issue] }),
    foreignKey({
      name: 'packs_host',
      columns: [t.customerId, t.hostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    index('packs_by_digest').on(t.customerId, t.digest),
  ],
)
