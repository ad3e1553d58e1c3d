import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict } from '../errors.ts'
import { queueMail } from '../mail/outbox.ts'
import { countAsking } from '../requests/limits.ts'
import { recordEvent, recordRequest } from '../requests/record.ts'
import { uuidArray } from '../sql.ts'
import type { StoredChange } from './change.ts'
import type { Privilege } from './list.ts'
import { listNames } from './people.ts'
import { isUsable } from './usable.ts'

/** What a request of kind ask-privilege keeps. */
export type AskedDetails = {
  privilege: Privilege
  why: string
  outcome?: 'granted' | 'declined'
  word?: string
  /** Last day of what was granted, where it has one. */
  until?: string
}

type Asking = { customerId: string; personId: string; privilege: Privilege; why: string }

/** Privileges that others of the company ask for and no supervisor has answered yet. */
export async function countAsked(tx: Db, customerId: string, personId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from requests
    where customer_id = ${customerId} and kind = 'ask-privilege' and status = 'in-review' and requested_by <> ${personId}`)
  return row!.count
}

/**
 * R10: asks the company's supervisors for a privilege, each of them by mail. Asked for again while it is open, it is
 * the same request. Gives its number.
 */
export async function askPrivilege(tx: Db, asking: Asking): Promise<number> {
  const { customerId, personId, privilege, why } = asking
  // One at a time for a person, so that two forms at once make one request.
  await tx.execute(sql`
    select person_id from associations where customer_id = ${customerId} and person_id = ${personId}
    for no key update`)
  const open = await findOpen(tx, customerId, personId, privilege)
  if (open) return open
  await countAsking(tx, personId)
  const details: AskedDetails = { privilege, why }
  const request = await recordRequest(tx, {
    customerId,
    kind: 'ask-privilege',
    status: 'in-review',
    personId,
    details,
  })
  await recordActivity(tx, {
    customerId,
    personId,
    verb: 'privilege.asked',
    objectKind: 'person',
    objectId: personId,
    requestId: request.id,
    details: { privilege },
  })
  const by = (await listNames(tx, [personId])).get(personId) ?? ''
  for (const supervisor of await listAbleSupervisors(tx, customerId)) {
    const params = { number: request.number, privilege, why, by }
    await queueMail(tx, { customerId, personId: supervisor, template: 'privilege-asked', params })
  }
  return request.number
}

/** Number of the open request of a person for a privilege. */
export async function findOpen(tx: Db, customerId: string, personId: string, privilege: Privilege) {
  const [open] = await tx.execute<{ number: string }>(sql`
    select number from requests
    where customer_id = ${customerId} and requested_by = ${personId} and kind = 'ask-privilege'
      and status in ('submitted', 'in-review', 'needs-information') and details ->> 'privilege' = ${privilege}
    order by id limit 1`)
  return open && Number(open.number)
}

/** Supervisors of a company who can sign in, by ID. */
export async function listAbleSupervisors(tx: Db, customerId: string): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select p.id from privileges h join people p on p.id = h.person_id
    where h.customer_id = ${customerId} and h.privilege = 'supervisor' and ${isUsable}
    order by h.granted_at, p.id`)
  return rows.map(({ id }) => id)
}

type Settling = {
  customerId: string
  by: string | null
  given: { personId: string; privilege: Privilege; until?: string | null }[]
  gone: string[]
}

/**
 * Open requests for what is now given are done; those of people who are no longer of the company have no object. Gives
 * those that are done, whose people are still to be told (`tellGranted`).
 */
export async function settleAsked(tx: Db, { customerId, by, given, gone }: Settling): Promise<Ended[]> {
  const done: Ended[] = []
  const concerned = [...new Set([...given.map(({ personId }) => personId), ...gone])]
  const open = await tx.execute<{ id: string; personId: string; privilege: Privilege }>(sql`
    select id, requested_by as "personId", details ->> 'privilege' as privilege from requests
    where customer_id = ${customerId} and kind = 'ask-privilege' and requested_by = any(${uuidArray(concerned)})
      and status in ('submitted', 'in-review', 'needs-information')`)
  for (const { id, personId, privilege } of open) {
    const gift = given.find((one) => one.personId === personId && one.privilege === privilege)
    if (gift) {
      const answer = { outcome: 'granted', word: '', until: gift.until } as const
      done.push(await endAsked(tx, { customerId, requestId: id, by, ...answer }))
    } else if (gone.includes(personId)) {
      await tx.execute(sql`
        update requests set status = 'cancelled', completed_at = now()
        where customer_id = ${customerId} and id = ${id}`)
      await recordEvent(tx, { customerId, requestId: id, personId: by, kind: 'cancelled' })
    }
  }
  return done
}

type Ending = {
  customerId: string
  requestId: string
  by: string | null
  outcome: 'granted' | 'declined'
  word: string
  /** 'YYYY-MM-DD'. */
  until?: string | null | undefined
}

/** A request for a privilege that is settled. */
export type Ended = {
  number: number
  personId: string
  privilege: Privilege
  outcome: 'granted' | 'declined'
  word: string
}

/** Settles a request for a privilege, without mail. Throws Conflict where it is settled already. */
export async function endAsked(tx: Db, ending: Ending): Promise<Ended> {
  const { customerId, requestId, by, outcome, word, until } = ending
  const status = outcome === 'granted' ? 'completed' : 'declined'
  const settled = JSON.stringify({ outcome, word, ...(until && { until }) })
  const [ended] = await tx.execute<{ number: string; personId: string; privilege: Privilege }>(sql`
    update requests set status = ${status}, completed_at = now(), details = details || ${settled}::text::jsonb
    where customer_id = ${customerId} and id = ${requestId} and kind = 'ask-privilege'
      and status in ('submitted', 'in-review', 'needs-information')
    returning number, requested_by as "personId", details ->> 'privilege' as privilege`)
  if (!ended) throw new Conflict('privileges.asked.settled')
  await recordEvent(tx, { customerId, requestId, personId: by, kind: status })
  if (outcome === 'declined') {
    await recordActivity(tx, {
      customerId,
      personId: by,
      verb: 'privilege.declined',
      objectKind: 'person',
      objectId: ended.personId,
      requestId,
      details: { privilege: ended.privilege },
    })
  }
  return { ...ended, number: Number(ended.number), outcome, word }
}

type Answer = { customerId: string; by: string | null; ended: Ended }

export async function tellDeclined(tx: Db, { customerId, by, ended }: Answer): Promise<void> {
  const { personId } = ended
  const params = await paramsOf(tx, by, ended)
  await queueMail(tx, { customerId, personId, template: 'privilege-answered', params })
}

/**
 * The one mail about a privilege that was asked for and given: for who wants to hear of their requests, or of changes
 * of their privileges. `change`: what they held and hold, where anything has changed.
 */
export async function tellGranted(
  tx: Db,
  { customerId, by, ended, change }: Answer & { change: StoredChange | undefined },
): Promise<void> {
  const { personId } = ended
  const { before, after } = change ?? {}
  const params = { ...(await paramsOf(tx, by, ended)), ...(after && { before, after }) }
  const topics = ['own-requests', 'privileges'] as const
  await queueMail(tx, { customerId, personId, template: 'privilege-answered', params, topics })
}

async function paramsOf(tx: Db, by: string | null, { number, privilege, outcome, word }: Ended) {
  const name = by ? ((await listNames(tx, [by])).get(by) ?? '') : ''
  return { number, privilege, outcome, word, by: name }
}
