import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { personActivity } from '../schema.ts'
import { jsonRows } from '../sql.ts'
import { currentNetwork } from '../web/whereabouts.ts'
import { digestOfParticulars, hashOfLink } from './chain.ts'
import type { Verb } from './verbs.ts'

export type ActivityEntry = {
  customerId: string
  /** Null: the counter itself. */
  personId: string | null
  verb: Verb
  objectKind: string
  objectId: string
  requestId?: string | null
  /** IDs, quantities, words of a list: kept for ever. No names and no addresses. */
  details?: Record<string, unknown>
  /** Names and addresses, which can be erased. The network of the request is added. */
  particulars?: Record<string, unknown>
}

/**
 * Writes who did what to what, in the transaction of the act. The row can never be changed afterwards, and each
 * company's rows are a chain: whoever changes or takes out one breaks it (`guichet activity verify`).
 */
export async function recordActivity(tx: Db, entry: ActivityEntry): Promise<void> {
  await recordActivities(tx, entry.customerId, [entry])
}

/** The same for many entries of one company, in that order. The company's chain stays locked until the commit. */
export async function recordActivities(
  tx: Db,
  customerId: string,
  entries: readonly Omit<ActivityEntry, 'customerId'>[],
): Promise<void> {
  if (entries.length === 0) return
  const head = await lockHead(tx, customerId)
  const parts: Record<string, unknown>[] = []
  let { seq, hash } = head
  const rows = entries.map((entry) => {
    const part = particularsOf(entry)
    const link = linkOf(entry, customerId, ++seq, head.at, part?.digest ?? null)
    hash = hashOfLink(link, hash)
    if (part) parts.push({ id: link.id, personId: link.personId, salt: part.salt, facts: part.facts })
    return { ...link, at: head.at.toISOString(), hash }
  })
  await tx.execute(sql`
    with moved as (
      update activity_heads set seq = ${seq}, hash = ${hash} where customer_id = ${customerId}
    ), part as (
      insert into activity_particulars (customer_id, activity_id, person_id, salt, facts)
      select ${customerId}, r.id, r."personId", r.salt, r.facts
      from jsonb_to_recordset(${jsonRows(parts)}) as r (id uuid, "personId" uuid, salt text, facts jsonb)
    )
    insert into activity (customer_id, id, at, person_id, verb, object_kind, object_id, request_id, details, seq,
      particulars_digest, hash)
    select ${customerId}, r.id, r.at, r."personId", r.verb, r."objectKind", r."objectId", r."requestId", r.details,
      r.seq, r."particularsDigest", r.hash
    from jsonb_to_recordset(${jsonRows(rows)}) as r (id uuid, at timestamptz, "personId" uuid, verb text,
      "objectKind" text, "objectId" text, "requestId" uuid, details jsonb, seq bigint, "particularsDigest" text,
      hash text)`)
}

export type PersonActivityEntry = {
  personId: string
  verb: Verb
  details?: Record<string, unknown>
}

/** Writes what a person did to their own account, or what was done to it. */
export async function recordPersonActivity(
  tx: Db,
  { personId, verb, details = {} }: PersonActivityEntry,
): Promise<void> {
  await tx
    .insert(personActivity)
    .values({ personId, id: newId(), verb, details, network: currentNetwork() ?? '' })
}

/** Waits for whoever writes to the same chain; times never go back along it. */
async function lockHead(tx: Db, customerId: string): Promise<{ seq: number; hash: string; at: Date }> {
  const [head] = await tx.execute<{ seq: string; hash: string; at: string }>(sql`
    insert into activity_heads (customer_id, seq, hash) values (${customerId}, 0, '')
    on conflict (customer_id) do update set seq = activity_heads.seq
    returning seq, hash, floor(extract(epoch from clock_timestamp()) * 1000)::text as at`)
  return { seq: Number(head!.seq), hash: head!.hash, at: new Date(Number(head!.at)) }
}

type Entry = Omit<ActivityEntry, 'customerId'>

/** An entry as the chain of that customer, or the publisher's, takes it. */
export function linkOf(
  entry: Entry,
  customerId: string,
  seq: number,
  at: Date,
  particularsDigest: string | null,
) {
  const { personId, verb, objectKind, objectId, requestId = null, details = {} } = entry
  const link = { customerId, seq, id: newId(), at, personId, verb, objectKind, objectId, requestId }
  return { ...link, details, particularsDigest }
}

/** Names, addresses and the network of the request, with salt and digest; undefined where there are none. */
export function particularsOf({ particulars }: Pick<Entry, 'particulars'>) {
  const network = currentNetwork()
  const facts = { ...particulars, ...(network ? { network } : {}) }
  if (Object.keys(facts).length === 0) return undefined
  const salt = randomBytes(16).toString('hex')
  return { salt, facts, digest: digestOfParticulars(salt, facts) }
}
