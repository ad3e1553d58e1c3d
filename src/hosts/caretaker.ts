import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Invalid, NotFound } from '../errors.ts'
import { chosenPerson } from '../web/choose-person.ts'

export type Candidate = { id: string; name: string; email: string }

/**
 * Contacts of a company who can look after a host: they hold Licensing or Reporting today, or the company is open to
 * all of its confirmed contacts (R9).
 */
export async function listCandidates(
  tx: Db,
  customerId: string,
  { today, isOpen }: { today: string; isOpen: boolean },
): Promise<Candidate[]> {
  const holds = sql`exists (
    select from privileges h
    where h.customer_id = a.customer_id and h.person_id = a.person_id and h.privilege in ('licensing', 'reporting')
      and (h.until is null or h.until >= ${today}::date))`
  return tx.execute<Candidate>(sql`
    select p.id, coalesce(nullif(p.name, ''), p.email) as name, p.email
    from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} and p.deleted_at is null and p.confirmed_at is not null
      and ${isOpen ? sql`not a.awaits_confirmation` : holds}
    order by lower(coalesce(nullif(p.name, ''), p.email)), p.id`)
}

export type Choice = {
  customerId: string
  hostId: string
  personId: string
  /** ID or e-mail address; '' for nobody. */
  caretakerId: string
  today: string
  isOpen: boolean
}

/** Says who looks after a host. Throws NotFound, or Invalid where that person is none of those offered. */
export async function setCaretaker(tx: Db, choice: Choice): Promise<void> {
  const { customerId, hostId, personId, caretakerId } = choice
  const caretaker = chosenPerson(await listCandidates(tx, customerId, choice), caretakerId)?.id ?? null
  if (caretakerId !== '' && !caretaker)
    throw new Invalid([{ field: 'caretaker', key: 'hosts.caretaker.unknown' }])
  const changed = await tx.execute(sql`
    update hosts set caretaker_id = ${caretaker}::uuid
    where customer_id = ${customerId} and id = ${hostId}::uuid and status <> 'planned' returning id`)
  if (changed.length === 0) throw new NotFound()
  await recordActivity(tx, {
    ...{ customerId, personId, verb: 'host.caretaker-set', objectKind: 'host', objectId: hostId },
    details: { caretaker },
  })
}
