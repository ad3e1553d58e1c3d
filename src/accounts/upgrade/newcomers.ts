import { sql } from 'drizzle-orm'
import { recordActivity } from '../../activity/record.ts'
import type { Verb } from '../../activity/verbs.ts'
import type { Db } from '../../db.ts'
import { Conflict } from '../../errors.ts'
import { queueMail } from '../../mail/outbox.ts'
import { tellDesk } from '../../mail/tell-desk.ts'
import { removeMembers } from '../../privileges/leave.ts'
import { lockCompany } from '../../privileges/members.ts'

export type Newcomer = { id: string; name: string; email: string; since: Date }

/** Who was associated at once on an upgrade, and waits for one of the existing contacts to confirm it. */
export async function listNewcomers(tx: Db, customerId: string): Promise<Newcomer[]> {
  const rows = await tx.execute<Omit<Newcomer, 'since'> & { since: string }>(sql`
    select p.id, p.name, p.email, a.created_at as since
    from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} and a.awaits_confirmation
    order by a.created_at, p.id`)
  return rows.map((row) => ({ ...row, since: new Date(row.since) }))
}

/** Whether somebody else is there to vouch: a contact who awaits nobody's confirmation and has confirmed their address. */
export async function hasContact(tx: Db, customerId: string, besides: string): Promise<boolean> {
  const [row] = await tx.execute<{ found: boolean }>(sql`
    select exists (
      select from associations a join people p on p.id = a.person_id
      where a.customer_id = ${customerId} and not a.awaits_confirmation and p.confirmed_at is not null
        and a.person_id <> ${besides}) as found`)
  return row!.found
}

/** Whether a contact has said before that this person is none of theirs: then a person decides, and no counter. */
export async function wasRefused(tx: Db, customerId: string, personId: string): Promise<boolean> {
  const [row] = await tx.execute<{ found: boolean }>(sql`
    select exists (
      select from activity
      where customer_id = ${customerId} and verb = 'association.refused' and object_id = ${personId}) as found`)
  return row!.found
}

type Act = { customerId: string; personId: string; by: string }

/** An existing contact (or the desk) vouches for a newcomer. Throws Conflict where nobody waits any more. */
export async function confirmNewcomer(tx: Db, { customerId, personId, by }: Act): Promise<void> {
  const done = await tx.execute(sql`
    update associations set awaits_confirmation = false
    where customer_id = ${customerId} and person_id = ${personId} and awaits_confirmation returning person_id`)
  if (done.length === 0) throw new Conflict('accounts.newcomers.settled')
  await record(tx, 'association.confirmed', { customerId, personId, by })
  await queueMail(tx, { customerId, personId, template: 'association-confirmed', params: {} })
}

/**
 * An existing contact says that this person is none of theirs: the association ends, and the desk is told. Throws
 * Conflict where nobody waits any more: whom a supervisor gave a privilege is confirmed by that.
 */
export async function refuseNewcomer(tx: Db, { customerId, personId, by }: Act): Promise<void> {
  await lockCompany(tx, customerId)
  const waiting = await tx.execute(sql`
    select person_id from associations
    where customer_id = ${customerId} and person_id = ${personId} and awaits_confirmation`)
  if (waiting.length === 0) throw new Conflict('accounts.newcomers.settled')
  await removeMembers(tx, customerId, [personId])
  await record(tx, 'association.refused', { customerId, personId, by })
  const [about] = await tx.execute<{
    name: string
    email: string
    customerNumber: string
    customerName: string
  }>(sql`
    select p.name, p.email, c.customer_number as "customerNumber", c.name as "customerName"
    from people p, customers c where p.id = ${personId} and c.id = ${customerId}`)
  await tellDesk(tx, 'desk-newcomer-refused', { ...about })
}

async function record(tx: Db, verb: Verb, { customerId, personId, by }: Act): Promise<void> {
  await recordActivity(tx, { customerId, personId: by, verb, objectKind: 'person', objectId: personId })
}
