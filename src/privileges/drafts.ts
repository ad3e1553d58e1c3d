import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Conflict, Invalid, NotFound, type ProblemKey } from '../errors.ts'
import { isId, newId } from '../ids.ts'
import { makeChanges } from './change.ts'
import { checkChanges, type Outcome, type Wish } from './check-changes.ts'
import { privilegeList } from './list.ts'
import { loadMembers, lockAsSupervisor } from './members.ts'

/** One row of a draft: what is wished for a person; of a file also its line, and what is wrong with it by itself. */
export type Entry = {
  line?: number
  email?: string
  wish?: Wish
  problems?: ProblemKey[]
}

/** Changes that one supervisor has begun and not confirmed; of more the oldest go. Each may be a file of a megabyte. */
const mostOpen = 20

type NewDraft = { customerId: string; by: string; entries: Entry[] }

/** Keeps a change to be looked at before it is done. Throws Invalid where nothing is wished. */
export async function createDraft(tx: Db, { customerId, by, entries }: NewDraft): Promise<string> {
  if (entries.length === 0) throw new Invalid([{ field: 'person', key: 'privileges.change.nobody' }])
  const id = newId()
  await tx.execute(sql`
    insert into privilege_drafts (customer_id, id, created_by, entries)
    values (${customerId}, ${id}, ${by}, ${JSON.stringify(entries)}::text::jsonb)`)
  const open = sql`customer_id = ${customerId} and created_by = ${by} and request_id is null`
  await tx.execute(sql`
    delete from privilege_drafts where ${open} and id in (
      select id from privilege_drafts where ${open} order by created_at desc, id desc offset ${mostOpen})`)
  return id
}

export type Checked = Entry & { outcome: Outcome; name: string; email: string }

export type Preview = {
  id: string
  createdAt: string
  /** Number of the request by which it was done. */
  doneBy: number | null
  rows: Checked[]
  counts: Record<Outcome['kind'], number>
  /** Of what would change, as it is now: another where somebody changes it meanwhile. */
  seen: string
  /** It makes somebody a supervisor who is none: a risky act. */
  givesSupervisor: boolean
  isFile: boolean
}

/** A draft of the company against what everyone holds at this moment. Throws NotFound. */
export async function previewDraft(
  tx: Db,
  customerId: string,
  draftId: string,
  today: string,
): Promise<Preview> {
  if (!isId(draftId)) throw new NotFound()
  const [draft] = await tx.execute<{ entries: Entry[]; createdAt: string; number: string | null }>(sql`
    select d.entries, d.created_at as "createdAt", r.number
    from privilege_drafts d left join requests r on r.customer_id = d.customer_id and r.id = d.request_id
    where d.customer_id = ${customerId} and d.id = ${draftId}`)
  if (!draft) throw new NotFound()
  const wishes = draft.entries.flatMap(({ wish, problems }) => (wish && !problems ? [wish] : []))
  const ids = draft.entries.flatMap(({ wish }) => (wish ? [wish.personId] : []))
  const members = await loadMembers(tx, customerId, ids, today)
  const outcomes = new Map(checkChanges(wishes, { members, today }).map((one) => [one.personId, one]))
  const rows = draft.entries.map((entry) => {
    const member = entry.wish && members.get(entry.wish.personId)
    const outcome = entry.problems ? refused(entry, member?.held) : outcomes.get(entry.wish!.personId)!
    return { ...entry, outcome, name: member?.name ?? '', email: member?.email ?? entry.email ?? '' }
  })
  const count = (kind: Outcome['kind']) => rows.filter(({ outcome }) => outcome.kind === kind).length
  const changed = rows.map(({ outcome }) => outcome).filter(({ kind }) => kind === 'changed')
  return {
    id: draftId,
    createdAt: draft.createdAt,
    doneBy: draft.number === null ? null : Number(draft.number),
    rows,
    counts: { changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') },
    seen: fingerprint(changed),
    givesSupervisor: changed.some(({ before, after }) => after?.supervisor && !before.supervisor),
    isFile: draft.entries.some(({ line }) => line !== undefined),
  }
}

function refused({ wish, problems }: Entry, held: Outcome['before'] = {}): Outcome {
  return { personId: wish?.personId ?? '', kind: 'refused', before: held, after: held, reasons: problems! }
}

function fingerprint(changed: Outcome[]): string {
  const plain = changed.map(({ personId, before, after }) => [
    personId,
    ...[before, after].map((held) => held && privilegeList.map((one) => held[one] && [held[one].until])),
  ])
  return createHash('sha256').update(JSON.stringify(plain)).digest('base64url')
}

export type Confirming = { customerId: string; draftId: string; by: string; seen: string; today: string }

/**
 * Does what a preview showed, once; gives the number of its request. Throws Conflict where somebody has changed
 * meanwhile what it would change, and where nothing of it can be done; Forbidden for who is no supervisor any more.
 */
export async function confirmDraft(
  tx: Db,
  { customerId, draftId, by, seen, today }: Confirming,
): Promise<number> {
  await lockAsSupervisor(tx, customerId, by)
  const preview = await previewDraft(tx, customerId, draftId, today)
  if (preview.doneBy) return preview.doneBy
  if (preview.seen !== seen) throw new Conflict('privileges.preview.stale')
  if (preview.counts.changed === 0) throw new Conflict('privileges.preview.nothingLeft')
  const outcomes = preview.rows.map(({ outcome }) => outcome).filter(({ kind }) => kind === 'changed')
  const request = await makeChanges(tx, { customerId, by, outcomes })
  await tx.execute(sql`
    update privilege_drafts set request_id = ${request.id}
    where customer_id = ${customerId} and id = ${draftId}`)
  return request.number
}
