import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { Conflict, Forbidden, NotFound } from '../errors.ts'
import { isId, newId } from '../ids.ts'
import { decodeCursor, pageOf } from '../web/paging.ts'

export type HostNote = {
  id: string
  /** '' once it was taken back. */
  text: string
  person_id: string
  person: string
  at: Date
  removed_at: Date | null
}

type OfHost = { customerId: string; hostId: string; personId: string }

/** Notes of a host shown at once. */
const shown = 20

/** What was written about a host, the latest first, a page at a time. */
export async function listNotes(
  tx: Db,
  customerId: string,
  hostId: string,
  { after, size = shown }: { after?: string | undefined; size?: number } = {},
): Promise<{ rows: HostNote[]; next?: string }> {
  const [id] = decodeCursor(after, 1) ?? []
  const found = await tx.execute<
    Omit<HostNote, 'at' | 'removed_at'> & { at: string; removed: string | null }
  >(sql`
    select n.id, n.text, n.person_id, coalesce(nullif(p.name, ''), p.email) as person,
      to_json(n.created_at)#>>'{}' as at, to_json(n.removed_at)#>>'{}' as removed
    from host_notes n join people p on p.id = n.person_id
    where n.customer_id = ${customerId} and n.host_id = ${hostId}::uuid
      ${isId(id) ? sql`and n.id < ${id}::uuid` : sql``}
    order by n.id desc limit ${size + 1}`)
  const rows = found.map(({ removed, at, ...row }) => ({
    ...row,
    at: new Date(at),
    removed_at: removed === null ? null : new Date(removed),
  }))
  return pageOf(rows, (row) => [row.id], size)
}

/** Writes a note about a host that was reached. */
export async function addNote(tx: Db, { customerId, hostId, personId }: OfHost, text: string): Promise<void> {
  const id = newId()
  await tx.execute(sql`
    insert into host_notes (customer_id, host_id, id, person_id, text)
    values (${customerId}, ${hostId}, ${id}, ${personId}, ${text})`)
  await record(tx, { customerId, hostId, personId }, 'host.note-added', id)
}

/** Takes back one's own note: the text goes, that there was one stays. Throws NotFound, Forbidden, Conflict. */
export async function removeNote(tx: Db, of: OfHost, noteId: string): Promise<void> {
  const { customerId, hostId, personId } = of
  const [note] = await tx.execute<{ person_id: string; text: string }>(sql`
    select person_id, text from host_notes
    where customer_id = ${customerId} and host_id = ${hostId}::uuid and id = ${noteId}::uuid for update`)
  if (!note) throw new NotFound()
  if (note.person_id !== personId) throw new Forbidden()
  if (note.text === '') throw new Conflict('hosts.notes.goneAlready')
  await tx.execute(sql`
    update host_notes set text = '', removed_at = now()
    where customer_id = ${customerId} and host_id = ${hostId}::uuid and id = ${noteId}::uuid`)
  await record(tx, of, 'host.note-removed', noteId)
}

/** Throws NotFound where the company has no such host, or in a draft plan only. */
export async function reachHost(tx: Db, customerId: string, hostId: string): Promise<void> {
  const found = await tx.execute(sql`
    select from hosts where customer_id = ${customerId} and id = ${hostId}::uuid and status <> 'planned'`)
  if (found.length === 0) throw new NotFound()
}

async function record(
  tx: Db,
  { customerId, hostId, personId }: OfHost,
  verb: 'host.note-added' | 'host.note-removed',
  note: string,
) {
  await recordActivity(tx, {
    customerId,
    personId,
    verb,
    objectKind: 'host',
    objectId: hostId,
    details: { note },
  })
}
