import { getTableName } from 'drizzle-orm'
import * as activity from './activity.ts'
import * as customers from './customers.ts'
import * as desk from './desk.ts'
import * as entitlements from './entitlements.ts'
import * as hosts from './hosts.ts'
import * as mail from './mail.ts'
import * as notifications from './notifications.ts'
import { packMarks } from './pack-marks.ts'
import * as plans from './plans.ts'
import * as privileges from './privileges.ts'
import { requestReceipts } from './receipts.ts'
import * as register from './register.ts'
import * as requests from './requests.ts'

const owned = [
  customers.customerVersions,
  customers.associations,
  customers.privileges,
  customers.contracts,
  customers.contractVersions,
  entitlements.orders,
  entitlements.orderLines,
  entitlements.entitlements,
  entitlements.terms,
  entitlements.licenseSums,
  hosts.hosts,
  hosts.hostMembers,
  hosts.hostVersions,
  hosts.configurations,
  hosts.placements,
  hosts.packs,
  register.hostNotes,
  register.hostRetirements,
  plans.plans,
  plans.planLines,
  plans.temporaryLicenses,
  privileges.privilegeDrafts,
  privileges.invitations,
  privileges.reviewLines,
  requests.requests,
  requests.requestEvents,
  requests.requestPacks,
  requestReceipts,
  desk.requestMessages,
  requests.transfers,
  mail.mails,
  notifications.companyNotificationChoices,
  notifications.expiryReminders,
  activity.activity,
  activity.activityParticulars,
  activity.activityHeads,
]

/** Tables a customer owns and the column that says whose a row is: row-level security is forced on each. */
export const CUSTOMER_TABLES: { table: string; column: string }[] = [
  { table: getTableName(customers.customers), column: 'id' },
  ...owned.map((table) => ({ table: getTableName(table), column: 'customer_id' })),
]

/**
 * Tables whose rows are a person's before they are any customer's: row-level security is forced on them as well, by
 * policies of their own (tasks/rights.ts).
 */
export const PERSON_TABLES: string[] = [desk.accountRequests, desk.accountRequestEvents].map((table) =>
  getTableName(table),
)

/** Tables whose rows the application's role may add and read, never change or delete (domain.md section 3). */
export const APPEND_ONLY: string[] = [
  customers.customerVersions,
  customers.contractVersions,
  entitlements.terms,
  hosts.hostVersions,
  hosts.packs,
  packMarks,
  register.hostRetirements,
  requests.requestEvents,
  requests.requestPacks,
  desk.accountRequestEvents,
  desk.requestMessages,
  requests.transfers,
  activity.activity,
  activity.personActivity,
  activity.publisherActivity,
].map((table) => getTableName(table))
