import { sql } from 'drizzle-orm'
import { recordActivities } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { listReceivers, queueMails } from '../mail/outbox.ts'
import { topicsOf } from '../notifications/topics.ts'
import { recordRequest } from '../requests/record.ts'
import { jsonRows, uuidArray } from '../sql.ts'
import { type Ended, settleAsked, tellGranted } from './asked.ts'
import type { Held, Outcome } from './check-changes.ts'
import { removeMembers } from './leave.ts'
import { privilegeList } from './list.ts'
import { listNames } from './people.ts'
import { markReviewed } from './reviews.ts'

/** What a request of kind change-privileges keeps: people by ID, so that a name can be erased. */
export type StoredChange = { personId: string; before: Held; after: Held | null }

export type Changing = {
  customerId: string
  /** The supervisor who changes. */
  by: string
  /** Checked under the company's lock: of kind changed. */
  outcomes: readonly Outcome[]
  /** A request for a privilege that this answers, ended already. */
  answers?: Ended
}

/**
 * Does what was checked, as one completed request (R2): privileges, activity, a mail to each person concerned, and
 * what it settles on the way (requests for a privilege that is now held, lines of a yearly review).
 */
export async function makeChanges(tx: Db, { customerId, by, outcomes, answers }: Changing) {
  const changes: StoredChange[] = outcomes.map(({ personId, before, after }) => ({ personId, before, after }))
  const request = await recordRequest(tx, {
    customerId,
    kind: 'change-privileges',
    status: 'completed',
    personId: by,
    details: { changes },
  })
  const told = await writeChanges(tx, { customerId, by, changes, requestId: request.id, answers })
  const untold = changes.filter(({ personId }) => !told.includes(personId))
  await tellConcerned(tx, { customerId, by, changes: untold, number: request.number })
  return request
}

type Telling = { customerId: string; by: string; changes: StoredChange[]; number: number }

async function tellConcerned(tx: Db, { customerId, by, changes, number }: Telling): Promise<void> {
  const name = (await listNames(tx, [by])).get(by) ?? ''
  const byId = new Map(changes.map((change) => [change.personId, change]))
  for (const template of ['privileges-changed', 'privileges-removed'] as const) {
    const isGone = template === 'privileges-removed'
    const concerned = changes.filter(({ after }) => !after === isGone).map(({ personId }) => personId)
    const topics = topicsOf(template)
    const receivers = await listReceivers(tx, customerId, concerned, topics)
    await queueMails(
      tx,
      receivers.map(({ personId, email: to, language }) => {
        const { before, after } = byId.get(personId)!
        return {
          customerId,
          personId,
          to,
          language,
          topics,
          template,
          params: { before, after, by: name, number },
        }
      }),
    )
  }
}

type Writing = {
  customerId: string
  by: string | null
  changes: StoredChange[]
  requestId: string | null
  answers?: Ended | undefined
}

/**
 * Privileges and activity, and what else follows from them; without request, and without mail but to those who had
 * asked for what they are given. Gives these people.
 */
export async function writeChanges(
  tx: Db,
  { customerId, by, changes, requestId, answers }: Writing,
): Promise<string[]> {
  const given = changes.flatMap(({ personId, before, after }) =>
    privilegeList
      .filter((privilege) => after?.[privilege] && !same(before[privilege], after[privilege]))
      .map((privilege) => ({ personId, privilege, until: after![privilege]!.until })),
  )
  const taken = changes.flatMap(({ personId, before, after }) =>
    privilegeList
      .filter((privilege) => before[privilege] && !after?.[privilege])
      .map((privilege) => ({ personId, privilege })),
  )
  await tx.execute(sql`
    insert into privileges (customer_id, person_id, privilege, granted_by, until)
    select ${customerId}::uuid, g."personId", g.privilege, ${by}::uuid, g.until
    from jsonb_to_recordset(${jsonRows(given)}) as g ("personId" uuid, privilege text, until date)
    on conflict (customer_id, person_id, privilege)
      do update set until = excluded.until, is_kept = false, granted_by = excluded.granted_by, granted_at = now()`)
  await tx.execute(sql`
    delete from privileges h using jsonb_to_recordset(${jsonRows(taken)}) as g ("personId" uuid, privilege text)
    where h.customer_id = ${customerId} and h.person_id = g."personId" and h.privilege = g.privilege`)
  const gone = changes.filter(({ after }) => !after).map(({ personId }) => personId)
  const confirmed = await confirmGiven(tx, customerId, given)
  const entry = { personId: by, objectKind: 'person', requestId }
  await recordActivities(tx, customerId, [
    ...confirmed.map((personId) => ({
      ...entry,
      verb: 'association.confirmed' as const,
      objectId: personId,
    })),
    ...given.map(({ personId, privilege, until }) => ({
      ...entry,
      verb: 'privilege.granted' as const,
      objectId: personId,
      details: { privilege, until },
    })),
    ...taken.map(({ personId, privilege }) => ({
      ...entry,
      verb: 'privilege.removed' as const,
      objectId: personId,
      details: { privilege },
    })),
    ...gone.map((personId) => ({ ...entry, verb: 'person.removed' as const, objectId: personId })),
  ])
  await withdrawInvitationsOf(tx, customerId, gone)
  await removeMembers(tx, customerId, gone)
  const settled = await settleAsked(tx, { customerId, by, given, gone })
  const ends = answers ? [answers, ...settled] : settled
  for (const ended of ends) {
    const change = changes.find(({ personId }) => personId === ended.personId)
    await tellGranted(tx, { customerId, by, ended, change })
  }
  if (by) await markReviewed(tx, { customerId, by, changes })
  return ends.map(({ personId }) => personId)
}

/** R8: who gets a privilege from a supervisor is vouched for by that, and awaits no other contact's word. */
async function confirmGiven(
  tx: Db,
  customerId: string,
  given: readonly { personId: string }[],
): Promise<string[]> {
  const ids = uuidArray([...new Set(given.map(({ personId }) => personId))])
  const rows = await tx.execute<{ id: string }>(sql`
    update associations set awaits_confirmation = false
    where customer_id = ${customerId} and person_id = any(${ids}) and awaits_confirmation
    returning person_id as id`)
  return rows.map(({ id }) => id)
}

/** Who is removed does not come back by an invitation from before. */
async function withdrawInvitationsOf(
  tx: Db,
  customerId: string,
  personIds: readonly string[],
): Promise<void> {
  if (personIds.length === 0) return
  await tx.execute(sql`
    update invitations i set withdrawn_at = now() from people p
    where i.customer_id = ${customerId} and i.accepted_at is null and i.withdrawn_at is null
      and p.email = i.email and p.id = any(${uuidArray(personIds)})`)
}

function same(
  one: { until: string | null } | undefined,
  other: { until: string | null } | undefined,
): boolean {
  return Boolean(one) === Boolean(other) && one?.until === other?.until
}
