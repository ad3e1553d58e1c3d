import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { jsonRows, uuidArray } from '../sql.ts'
import type { Cutter } from './cutters/built-in.ts'
import { loadPackInputs } from './load-pack-input.ts'
import { newMark } from './mark.ts'

export type IssueOptions = {
  customerId: string
  hostIds: readonly string[]
  publisher: { name: string }
  /** Day of issue in the publisher's zone, and the instant. */
  today: string
  now: Date
  cut: Cutter
  /** The request that asked for them; its page offers them. */
  request: { id: string; number: number }
}

/** Packs stored by one statement: while the database does, the next are signed, and other people's requests get a turn. */
const atOnce = 50

export type IssuedPack = { hostId: string; issue: number; digest: string }

/**
 * Cuts the next issue of each host's pack from what is placed on it in this transaction, and records it with its
 * request: all of it, or with the transaction nothing.
 */
export async function issuePacks(tx: Db, options: IssueOptions): Promise<IssuedPack[]> {
  const { customerId, publisher, today, now, cut, request } = options
  if (options.hostIds.length === 0) return []
  const hosts = await lockHosts(tx, customerId, options.hostIds)
  const inputs = await loadPackInputs(tx, {
    customerId,
    hostIds: hosts,
    publisher,
    today,
    requestNumber: request.number,
  })
  const packs: NewPack[] = []
  const storing: Promise<void>[] = []
  const all = [...inputs]
  for (let from = 0; from < all.length; from += atOnce) {
    const some = all.slice(from, from + atOnce).map(([hostId, input]) => {
      const { text, digest } = cut(input, now)
      return { hostId, issue: input.issue, text, digest, host: input.host.label, keyId: cut.keyId }
    })
    packs.push(...some)
    const stored = storePacks(tx, customerId, request.id, some)
    // Heard below; one that fails before must not count as unheard.
    stored.catch(() => {})
    storing.push(stored)
    if (from + atOnce < all.length) await nextTurn()
  }
  await Promise.all(storing)
  return packs.map(({ hostId, issue, digest }) => ({ hostId, issue, digest }))
}

/** In id order, as every writer locks hosts. */
async function lockHosts(tx: Db, customerId: string, hostIds: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from hosts where customer_id = ${customerId} and id = any(${uuidArray(hostIds)})
    order by id for no key update`)
  return rows.map(({ id }) => id)
}

type NewPack = IssuedPack & { text: string; keyId: string; host: string }

async function storePacks(tx: Db, customerId: string, requestId: string, packs: NewPack[]): Promise<void> {
  const rows = jsonRows(packs.map((pack) => ({ ...pack, mark: newMark(), eventId: newId() })))
  await tx.execute(sql`
    with pack as (
      select * from jsonb_to_recordset(${rows}) as p ("hostId" uuid, "issue" integer, "text" text, "digest" text,
        "keyId" text, "host" text, "mark" text, "eventId" uuid)
    ), stored as (
      -- The instant, not that at which the transaction began: of two issues the later has the later time.
      insert into packs (customer_id, host_id, issue, text, digest, key_id, request_id, created_at)
      select ${customerId}::uuid, "hostId", "issue", "text", "digest", "keyId", ${requestId}::uuid, clock_timestamp()
      from pack
    ), marked as (
      insert into pack_marks (mark, customer_id, host_id, issue)
      select "mark", ${customerId}::uuid, "hostId", "issue" from pack
    ), offered as (
      insert into request_packs (customer_id, request_id, host_id, issue)
      select ${customerId}::uuid, ${requestId}::uuid, "hostId", "issue" from pack
    ), told as (
      insert into request_events (customer_id, request_id, id, kind, details)
      select ${customerId}::uuid, ${requestId}::uuid, "eventId", 'pack-issued',
        jsonb_build_object('host', "host", 'hostId', "hostId", 'issue', "issue") from pack
    )
    update hosts h set pack_issue = pack."issue", is_pack_current = true
    from pack where h.customer_id = ${customerId} and h.id = pack."hostId"`)
}
