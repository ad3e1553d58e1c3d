import type postgres from 'postgres'
import { JOBS_SCHEMA } from '../jobs/queues.ts'
import { APPEND_ONLY, CUSTOMER_TABLES, PERSON_TABLES } from '../schema.ts'

// Read once for the statement, not for each row.
const customers = `(select string_to_array(current_setting('app.customer', true), ',')::uuid[])`

// Every query says itself whose rows it wants, and the planner multiplies what two conditions let through: with
// `= any` here it takes a company for one row, and reads all of its rows for each of its rows. This it takes to let
// everything through.
const isOurs = (column: string) => `(array_position(${customers}, ${column}) is not null)`
const person = `(select nullif(current_setting('app.person', true), '')::uuid)`

// What a person sees before a customer is chosen: their own associations and the customers of these.
const personSees: Record<string, string> = {
  associations: `person_id = ${person}`,
  privileges: `person_id = ${person}`,
  company_notification_choices: `person_id = ${person}`,
  customers: `id in (select customer_id from associations where person_id = ${person})`,
}

// What the desk sees of all customers at once (docs/decisions/desk-across-customers.md): what its queue and its list of
// customers show. To change anything it says for which customer, as everyone does.
const desk = `(select coalesce(current_setting('app.desk', true), '') <> '')`
const deskSees = [
  ...['customers', 'associations', 'privileges', 'requests', 'activity', 'activity_particulars'],
  // Who else has a host ID (hosts/known-ids.ts).
  ...['hosts', 'host_members'],
]

// A person's requests before any customer: theirs, the desk's, and of the company they turn out to be about.
const personOwns: Record<string, string> = {
  account_requests: `person_id = ${person} or ${isOurs('customer_id')} or ${desk}`,
  account_request_events: `request_id in (select id from account_requests)`,
}

/**
 * Gives the application's role its rights and no more, and each customer's rows their policy, in one transaction. It
 * locks every table, so it is for when something has changed. Where owner and application are one role the policies
 * bind nobody: rights cannot be less than the owner's.
 */
export async function grantRights(owner: postgres.Sql, appRole: string): Promise<void> {
  const [row] = await owner`select current_user::text as name, exists (
    select from pg_roles where rolname = ${appRole}) as known`
  if (!row!.known) {
    throw new Error(`The database has no role ${appRole}: make it (create role … login), then start again.`)
  }
  await owner.begin((tx) => tx.unsafe(rightsOf(row!.name, appRole).join(';\n')))
}

/** The statements that give these two roles their rights, in order. */
export function rightsOf(ownerRole: string, appRole: string): string[] {
  const roles = { owner: quoted(ownerRole), app: quoted(appRole) }
  return [
    ...policies(roles),
    ...ownPolicies(roles),
    ...sizes(),
    ...(roles.owner === roles.app ? [] : grants(roles.app)),
  ]
}

/**
 * How many rows of a table a company has, for plans that serve all companies alike: a thousand (in a smaller table all
 * of them). On average it is often ten, and what is quick for ten takes minutes for a hundred thousand.
 */
function sizes(): string[] {
  return CUSTOMER_TABLES.filter(({ column }) => column === 'customer_id').flatMap(({ table }) => [
    `alter table ${quoted(table)} alter column customer_id set (n_distinct = -0.001)`,
    `analyze ${quoted(table)}`,
  ])
}

function grants(app: string): string[] {
  return [
    `grant usage on schema public, ${JOBS_SCHEMA} to ${app}`,
    `grant select, insert, update, delete on all tables in schema public, ${JOBS_SCHEMA} to ${app}`,
    `grant usage on all sequences in schema public, ${JOBS_SCHEMA} to ${app}`,
    ...APPEND_ONLY.map((table) => `revoke update, delete, truncate on ${quoted(table)} from ${app}`),
  ]
}

function policies({ owner, app }: { owner: string; app: string }): string[] {
  return CUSTOMER_TABLES.flatMap(({ table, column }) => {
    const ours = isOurs(quoted(column))
    const seen = personSees[table]
    return [
      `alter table ${quoted(table)} enable row level security, force row level security`,
      ...policy('customer', table, `for all to ${app} using (${ours}) with check (${ours})`),
      ...policy('owner', table, `for all to ${owner} using (true) with check (true)`),
      ...(seen ? policy('person', table, `for select to ${app} using (${seen})`) : []),
      ...(deskSees.includes(table) ? policy('desk', table, `for select to ${app} using (${desk})`) : []),
    ]
  })
}

function ownPolicies({ owner, app }: { owner: string; app: string }): string[] {
  return PERSON_TABLES.flatMap((table) => [
    `alter table ${quoted(table)} enable row level security, force row level security`,
    ...policy(
      'own',
      table,
      `for all to ${app} using (${personOwns[table]}) with check (${personOwns[table]})`,
    ),
    ...policy('owner', table, `for all to ${owner} using (true) with check (true)`),
  ])
}

function policy(name: string, table: string, terms: string): string[] {
  return [
    `drop policy if exists ${name} on ${quoted(table)}`,
    `create policy ${name} on ${quoted(table)} ${terms}`,
  ]
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
