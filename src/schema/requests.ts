import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { customerId, instant } from './columns.ts'
import { customers } from './customers.ts'
import { entitlements } from './entitlements.ts'
import { configurations, hosts, packs } from './hosts.ts'

/** First eight digits of request numbers; the ninth is the Luhn check digit (requests/number.ts). */
export const requestSequence = pgSequence('request_sequence', { startWith: 10000000, maxValue: 99999999 })

/** First digits of configuration IDs. */
export const configurationSequence = pgSequence('configuration_sequence', { startWith: 1000001 })

/** R2: everything a tool was asked to do. Number from the sequence: unique for the publisher, gaps are fine. */
export const requests = pgTable(
  'requests',
  {
    customerId: customerId().references(() => customers.id),
    id: uuid('id').notNull(),
    number: bigint('number', { mode: 'number' }).notNull(),
    kind: text('kind', {
      enum: [
        'configure',
        'move',
        'return',
        'replace-hardware',
        'temporary',
        'update-contacts',
        'retrieve-packs',
        'detailed-report',
        'undo',
        'decommission',
        'recommission',
        'change-privileges',
        'ask-privilege',
        'yearly-review',
      ],
    }).notNull(),
    status: text('status', {
      enum: ['submitted', 'in-review', 'needs-information', 'completed', 'declined', 'cancelled'],
    }).notNull(),
    requestedBy: uuid('requested_by').notNull(),
    planId: uuid('plan_id'),
    /** What was asked, by kind: a report's filter and instant, why it is held... */
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: instant('created_at').notNull().defaultNow(),
    completedAt: instant('completed_at'),
    /** Since when it waits for the desk (a question of the company's people to answer, a decision); null: it does not. */
    deskSince: instant('desk_since'),
    /** Since when it waits for a colleague's approval; null: it does not. */
    colleagueSince: instant('colleague_since'),
    /** Undo: the request whose transfers it reversed, and whether the moves of both do not count. */
    undoesId: uuid('undoes_id'),
    givesMovesBack: boolean('gives_moves_back').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    unique('requests_number').on(t.customerId, t.number),
    index('requests_by_time').on(t.customerId, t.createdAt, t.id),
    index('requests_for_desk').on(t.deskSince, t.id).where(sql`${t.deskSince} is not null`),
    index('requests_by_person').on(t.customerId, t.requestedBy, t.createdAt, t.id),
    uniqueIndex('requests_undone_once')
      .on(t.customerId, t.undoesId)
      .where(sql`${t.undoesId} is not null and ${t.status} not in ('declined', 'cancelled')`),
    index('requests_for_colleague')
      .on(t.customerId, t.colleagueSince)
      .where(sql`${t.colleagueSince} is not null`),
    index('requests_for_supervisors')
      .on(t.customerId)
      .where(sql`${t.kind} = 'ask-privilege' and ${t.status} = 'in-review'`),
    check(
      'requests_status',
      sql`${t.status} in ('submitted', 'in-review', 'needs-information', 'completed', 'declined', 'cancelled')`,
    ),
  ],
)

/** What happened to a request, in order of `id` (UUIDv7). Append-only. */
export const requestEvents = pgTable(
  'request_events',
  {
    customerId: customerId(),
    requestId: uuid('request_id').notNull(),
    id: uuid('id').notNull(),
    at: instant('at').notNull().defaultNow(),
    /** Null: the counter itself. */
    personId: uuid('person_id'),
    kind: text('kind', {
      enum: [
        'submitted',
        'held',
        'approved',
        'completed',
        'declined',
        'cancelled',
        'needs-information',
        'answered',
        'pack-issued',
        'pack-fetched',
        'mailed',
      ],
    }).notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.requestId, t.id] }),
    foreignKey({
      name: 'request_events_request',
      columns: [t.customerId, t.requestId],
      foreignColumns: [requests.customerId, requests.id],
    }),
  ],
)

/** The packs a request produced or retrieved. Append-only. */
export const requestPacks = pgTable(
  'request_packs',
  {
    customerId: customerId(),
    requestId: uuid('request_id').notNull(),
    hostId: uuid('host_id').notNull(),
    issue: integer('issue').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.requestId, t.hostId] }),
    foreignKey({
      name: 'request_packs_request',
      columns: [t.customerId, t.requestId],
      foreignColumns: [requests.customerId, requests.id],
    }),
    foreignKey({
      name: 'request_packs_pack',
      columns: [t.customerId, t.hostId, t.issue],
      foreignColumns: [packs.customerId, packs.hostId, packs.issue],
    }),
    index('request_packs_by_pack').on(t.customerId, t.hostId, t.issue),
  ],
)

/** Quantity of one entitlement going from the pool or a host to a host or the pool. Append-only. */
export const transfers = pgTable(
  'transfers',
  {
    customerId: customerId(),
    id: uuid('id').notNull(),
    entitlementId: uuid('entitlement_id').notNull(),
    fromHostId: uuid('from_host_id'),
    toHostId: uuid('to_host_id'),
    quantity: integer('quantity').notNull(),
    configurationId: uuid('configuration_id'),
    /** Null: an opening balance of the publisher's files; then loadId says which load. */
    requestId: uuid('request_id'),
    loadId: uuid('load_id'),
    personId: uuid('person_id'),
    at: instant('at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.id] }),
    index('transfers_by_entitlement').on(t.customerId, t.entitlementId, t.at),
    index('transfers_by_time').on(t.customerId, t.at),
    index('transfers_by_request').on(t.customerId, t.requestId),
    index('transfers_to').on(t.customerId, t.toHostId, t.at),
    index('transfers_from').on(t.customerId, t.fromHostId, t.at),
    foreignKey({
      name: 'transfers_entitlement',
      columns: [t.customerId, t.entitlementId],
      foreignColumns: [entitlements.customerId, entitlements.id],
    }),
    foreignKey({
      name: 'transfers_from',
      columns: [t.customerId, t.fromHostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    foreignKey({
      name: 'transfers_to',
      columns: [t.customerId, t.toHostId],
      foreignColumns: [hosts.customerId, hosts.id],
    }),
    foreignKey({
      name: 'transfers_configuration',
      columns: [t.customerId, t.configurationId],
      foreignColumns: [configurations.customerId, configurations.id],
    }),
    foreignKey({
      name: 'transfers_request',
      columns: [t.customerId, t.requestId],
      foreignColumns: [requests.customerId, requests.id],
    }),
    check('transfers_quantity', sql`${t.quantity} > 0`),
    check('transfers_ends', sql`${t.fromHostId} is distinct from ${t.toHostId}`),
    check('transfers_origin', sql`(${t.requestId} is null) = (${t.loadId} is not null)`),
  ],
)
