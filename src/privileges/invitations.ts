import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { isId, newId } from '../ids.ts'
import { queuePersonMail } from '../mail/outbox.ts'
import { writeChanges } from './change.ts'
import type { Held } from './check-changes.ts'
import { joinCompany } from './join.ts'
import { type Privilege, privilegeList } from './list.ts'
import { loadMembers, lockAsSupervisor, lockCompany } from './members.ts'
import { listNames } from './people.ts'

/** Days for which an invitation is good. */
export const validDays = 7

export type Invited = { privilege: Privilege; until: string | null }[]

export type Invitation = {
  id: string
  email: string
  privileges: Invited
  invitedBy: string
  createdAt: string
  expiresAt: string
  isExpired: boolean
  /** Whoever sent it is a supervisor still; else it is no longer good, as one that has expired. */
  isOfSupervisor: boolean
}

type Company = { id: string; number: string; name: string }
type Inviting = { customer: Company; by: string; email: string; privileges: Invited; language: 'en' | 'fr' }

/**
 * Invites an address into the company, whether it has an account or not; the same answer for both. Who is invited
 * already gets a new link with what is now chosen, and the old one is dead. Throws Invalid for a person who is of the
 * company, Forbidden for who is no supervisor any more.
 */
export async function invite(
  tx: Db,
  { customer, by, email, privileges, language }: Inviting,
): Promise<string> {
  await lockAsSupervisor(tx, customer.id, by)
  const [member] = await tx.execute<{ id: string }>(sql`
    select p.id from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customer.id} and p.email = ${email}`)
  if (member) throw new Invalid([{ field: 'email', key: 'privileges.invite.known' }])
  await tx.execute(sql`
    update invitations set withdrawn_at = now()
    where customer_id = ${customer.id} and email = ${email} and accepted_at is null and withdrawn_at is null`)
  const id = newId()
  const token = newToken(customer.id)
  await tx.execute(sql`
    insert into invitations (customer_id, id, email, privileges, invited_by, token_hash, expires_at)
    values (${customer.id}, ${id}, ${email}, ${JSON.stringify(privileges)}::text::jsonb, ${by}, ${hashOf(token)},
      now() + make_interval(days => ${validDays}))`)
  await sendAndRecord(tx, { id, customer, by, email, privileges, language, token })
  return id
}

/**
 * Sends an open invitation again, with a new link; it is good for seven days from now, and its sender's, who answers for
 * what it gives. Throws Conflict, or Forbidden for who is no supervisor any more.
 */
export async function resendInvitation(
  tx: Db,
  { customer, id, by, language }: { customer: Company; id: string; by: string; language: 'en' | 'fr' },
): Promise<string> {
  const token = newToken(customer.id)
  if (!isId(id)) throw new NotFound()
  await lockAsSupervisor(tx, customer.id, by)
  const [open] = await tx.execute<{ email: string; privileges: Invited }>(sql`
    update invitations set token_hash = ${hashOf(token)}, expires_at = now() + make_interval(days => ${validDays}),
      invited_by = ${by}
    where customer_id = ${customer.id} and id = ${id} and accepted_at is null and withdrawn_at is null
    returning email, privileges`)
  if (!open) return failGone(tx, customer.id, id)
  await sendAndRecord(tx, { id, customer, by, language, token, ...open })
  return open.email
}

export async function withdrawInvitation(
  tx: Db,
  customerId: string,
  id: string,
  by: string,
): Promise<string> {
  if (!isId(id)) throw new NotFound()
  await lockAsSupervisor(tx, customerId, by)
  const [open] = await tx.execute<{ email: string }>(sql`
    update invitations set withdrawn_at = now()
    where customer_id = ${customerId} and id = ${id} and accepted_at is null and withdrawn_at is null
    returning email`)
  if (!open) return failGone(tx, customerId, id)
  await recordActivity(tx, {
    customerId,
    personId: by,
    verb: 'invitation.withdrawn',
    objectKind: 'invitation',
    objectId: id,
    particulars: { email: open.email },
  })
  return open.email
}

async function failGone(tx: Db, customerId: string, id: string): Promise<never> {
  const rows = await tx.execute(
    sql`select id from invitations where customer_id = ${customerId} and id = ${id}`,
  )
  throw rows.length > 0 ? new Conflict('privileges.invite.gone') : new NotFound()
}

const open = sql`accepted_at is null and withdrawn_at is null`

// Only a supervisor gives privileges: who is one no more gives none by a link from before, not to themselves either.
const isOfSupervisor = sql`exists (
  select from privileges s
  where s.customer_id = invitations.customer_id and s.person_id = invitations.invited_by and s.privilege = 'supervisor')`
const isGood = sql`expires_at > now() and ${isOfSupervisor}`

export async function countInvitations(tx: Db, customerId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from invitations where customer_id = ${customerId} and ${open}`)
  return row!.count
}

/** Invitations that nobody has accepted, the latest first. */
export async function listInvitations(tx: Db, customerId: string, limit = 200): Promise<Invitation[]> {
  return tx.execute<Invitation & Record<string, unknown>>(sql`
    select ${columns} from invitations where customer_id = ${customerId} and ${open}
    order by created_at desc, id desc limit ${limit}`)
}

const columns = sql`id, email, privileges, invited_by as "invitedBy", created_at as "createdAt",
  expires_at as "expiresAt", expires_at <= now() as "isExpired", ${isOfSupervisor} as "isOfSupervisor"`

/** The company that a token names; its row-level security is set before the invitation can be looked for. */
export function companyOfToken(token: string): string {
  const [head = '', secret = ''] = token.split('.')
  const hex = Buffer.from(head, 'base64url').toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (!isId(id) || secret.length !== 32) throw new NotFound()
  return id
}

/** The invitation of a link that is still good, or was accepted; throws NotFound. */
export async function findInvitation(
  tx: Db,
  token: string,
): Promise<Invitation & { acceptedBy: string | null }> {
  const customerId = companyOfToken(token)
  const [found] = await tx.execute<Invitation & { acceptedBy: string | null } & Record<string, unknown>>(sql`
    select ${columns}, accepted_by as "acceptedBy" from invitations
    where customer_id = ${customerId} and token_hash = ${hashOf(token)} and withdrawn_at is null
      and (accepted_at is not null or ${isGood})`)
  if (!found) throw new NotFound()
  return found
}

/**
 * The person whose address was invited is now of the company, with what was chosen. Single use: throws NotFound where
 * it is used, withdrawn or too old, or who sent it is no supervisor any more. In a transaction for the company.
 */
export async function acceptInvitation(
  tx: Db,
  { token, personId, today }: { token: string; personId: string; today: string },
): Promise<void> {
  const customerId = companyOfToken(token)
  await lockCompany(tx, customerId)
  const [accepted] = await tx.execute<{ id: string; privileges: Invited; invitedBy: string }>(sql`
    update invitations set accepted_at = now(), accepted_by = ${personId}::uuid
    where customer_id = ${customerId} and token_hash = ${hashOf(token)} and accepted_at is null
      and withdrawn_at is null and ${isGood}
    returning id, privileges, invited_by as "invitedBy"`)
  if (!accepted) throw new NotFound()
  await joinCompany(tx, customerId, personId)
  await recordActivity(tx, {
    customerId,
    personId,
    verb: 'person.joined',
    objectKind: 'person',
    objectId: personId,
    details: { invitation: accepted.id },
  })
  const members = await loadMembers(tx, customerId, [personId], today)
  const before = members.get(personId)!.held
  const after = withMore(before, heldOf(accepted.privileges, today))
  const changes = [{ personId, before, after }]
  await writeChanges(tx, { customerId, by: accepted.invitedBy, changes, requestId: null })
}

/** What somebody holds and is given: what was given meanwhile for longer stays as it is. */
function withMore(before: Held, given: Held): Held {
  const isLonger = (held: Held[Privilege], until: string | null) =>
    held !== undefined && (held.until === null || (until !== null && held.until > until))
  const more = privilegeList.filter((one) => given[one] && !isLonger(before[one], given[one].until))
  return { ...before, ...Object.fromEntries(more.map((one) => [one, given[one]])) }
}

/** What an invitation gives from today; a last day that has passed gives nothing. */
export function heldOf(privileges: Invited, today: string): Held {
  const good = privileges.filter(({ until }) => !until || until >= today)
  const known = good.filter(({ privilege }) => privilegeList.includes(privilege))
  return Object.fromEntries(known.map(({ privilege, until }) => [privilege, { until }]))
}

type Sending = Inviting & { token: string }

async function sendAndRecord(tx: Db, { id, ...sending }: Sending & { id: string }): Promise<void> {
  const { customer, by, email, privileges } = sending
  await recordActivity(tx, {
    customerId: customer.id,
    personId: by,
    verb: 'person.invited',
    objectKind: 'invitation',
    objectId: id,
    details: { privileges },
    particulars: { email },
  })
  await send(tx, sending)
}

async function send(tx: Db, { customer, by, email, privileges, language, token }: Sending): Promise<void> {
  const [person] = await tx.execute<{ language: string | null }>(sql`
    select language from people where email = ${email}`)
  const own = person?.language
  const expires = new Date(Date.now() + validDays * 86_400_000)
  await queuePersonMail(tx, {
    personId: null,
    to: email,
    language: own === 'en' || own === 'fr' ? own : language,
    template: 'invitation',
    params: {
      by: (await listNames(tx, [by])).get(by) ?? '',
      privileges,
      customerNumber: customer.number,
      customerName: customer.name,
      token,
      expires,
    },
  })
}

/** The company's ID stands before the random part: row-level security can be set before the first query. */
function newToken(customerId: string): string {
  const company = Buffer.from(customerId.replaceAll('-', ''), 'hex').toString('base64url')
  return `${company}.${randomBytes(24).toString('base64url')}`
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
