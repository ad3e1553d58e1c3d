import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Forbidden, NotFound } from '../errors.ts'
import type { PackFile } from '../packs/zip/packs.ts'
import { jsonRows } from '../sql.ts'
import { reachRequest } from './fetch-pack.ts'
import type { FoundRequest } from './queries.ts'
import { recordEvent } from './record.ts'
import type { Scope } from './scope.ts'

/** A pack of a request as a file: its text's length in bytes, not the text. */
export type RequestPackFile = PackFile & { bytes: number }

/**
 * The packs of a request that the person may have: all with Reporting, else what the request produced for who asked.
 * Throws NotFound where it has none, Forbidden where none is theirs.
 */
export async function listFiles(tx: Db, customerId: string, request: FoundRequest, scope: Scope) {
  const rows = await tx.execute<Row>(sql`
    select r.host_id as "hostId", r.issue, h.label, h.is_ended as "isEnded", to_json(p.created_at)#>>'{}' as "issuedAt",
      octet_length(p.text) as bytes, p.request_id is not distinct from r.request_id as "isProduced"
    from request_packs r
    -- One by its key for each: a plan made without knowing the tables stays fit for a thousand.
    cross join lateral (
      select * from packs p where p.customer_id = r.customer_id and p.host_id = r.host_id and p.issue = r.issue limit 1
    ) p
    cross join lateral (
      select id, label, status = 'retired' as is_ended from hosts h
      where h.customer_id = r.customer_id and h.id = r.host_id limit 1
    ) h
    where r.customer_id = ${customerId} and r.request_id = ${request.id}
    order by h.label, h.id`)
  if (rows.length === 0) throw new NotFound()
  const isOwn = request.requestedBy === scope.personId
  const theirs = rows.filter(({ isProduced }) => scope.holds.reporting || (isOwn && isProduced))
  if (theirs.length === 0) throw new Forbidden(['reporting'])
  return theirs.map(
    ({ isProduced: _, issuedAt, ...file }): RequestPackFile => ({ ...file, issuedAt: new Date(issuedAt) }),
  )
}

type Row = Omit<RequestPackFile, 'issuedAt'> & { issuedAt: string; isProduced: boolean }

/** Request and files, to look at. */
export async function readFiles(tx: Db, customerId: string, number: number, scope: Scope) {
  const request = await reachRequest(tx, customerId, number, scope)
  return { request, files: await listFiles(tx, customerId, request, scope) }
}

/** The same to keep: the first time a person takes them all is noted in the timeline, as for one (fetch-pack.ts). */
export async function fetchFiles(tx: Db, customerId: string, number: number, scope: Scope) {
  const found = await readFiles(tx, customerId, number, scope)
  const of = { customerId, requestId: found.request.id, personId: scope.personId }
  const noted = await tx.execute(sql`
    select id from request_events where customer_id = ${customerId} and request_id = ${of.requestId}
      and person_id = ${of.personId} and kind = 'pack-fetched' and details->>'way' = 'zip' limit 1`)
  if (noted.length === 0) {
    const details = { way: 'zip', packs: found.files.length }
    await recordEvent(tx, { ...of, kind: 'pack-fetched', details })
  }
  return found
}

/** The texts of these issues, in their order. Packs never change: each batch may be read in a transaction of its own. */
export async function readTexts(tx: Db, customerId: string, packs: readonly PackFile[]): Promise<string[]> {
  const asked = packs.map(({ hostId, issue }) => ({ hostId, issue }))
  const rows = await tx.execute<{ hostId: string; text: string }>(sql`
    select p.host_id as "hostId", p.text
    from jsonb_to_recordset(${jsonRows(asked)}) as a ("hostId" uuid, "issue" integer)
    join packs p on p.customer_id = ${customerId} and p.host_id = a."hostId" and p.issue = a."issue"
    where p.customer_id = ${customerId}`)
  const texts = new Map(rows.map(({ hostId, text }) => [hostId, text]))
  return packs.map(({ hostId }) => texts.get(hostId)!)
}
