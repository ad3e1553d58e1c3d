import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { digestOfParticulars, hashOfLink, type Link, publisherChain } from './chain.ts'

/**
 * What is wrong with a chain, in its order. Changed: the entry is not what was recorded. Gap: it is missing, `to` that
 * one. Added: the chain never gave it that number. Beside: so many have no number, though the chain had begun.
 * Particulars: names or addresses were changed. End: the chain ends elsewhere than it did. Other, lost: at an earlier
 * check the entry was another, or was there and is not.
 */
export type Fault = {
  seq: number
  kind: 'changed' | 'gap' | 'added' | 'beside' | 'particulars' | 'end' | 'other' | 'lost'
  /** Of a gap: the last one that is missing. */
  to?: number
  count?: number
}

/** Ends that earlier checks have printed: hashes by sequence number. */
export type KnownEnds = ReadonlyMap<number, string>

export type Checked = {
  entries: number
  /** Entries from before the chain began, which nothing vouches for. */
  unchained: number
  erased: number
  faults: Fault[]
  /** Sequence number and hash of the last entry, to keep outside the database: a later check can be held against it. */
  seq: number
  hash: string
}

type Row = Omit<Link, 'at' | 'seq'> & {
  at: string
  seq: string
  hash: string | null
  salt: string | null
  facts: unknown
}

const batchSize = 1000

type End = { seq: string | null; hash: string | null; unchained: number; late: number }

/** Reads a company's chain from its first entry to its last and names every change and gap. Within that customer. */
export async function verifyActivity(tx: Db, customerId: string, known?: KnownEnds): Promise<Checked> {
  const checked = await walk((after) => listLinks(tx, customerId, after), known)
  const [end] = await tx.execute<End>(sql`
    select h.seq, h.hash, old.unchained, old.late
    from (select ${customerId}::uuid as id) c
    left join activity_heads h on h.customer_id = c.id
    cross join lateral (
      select count(*)::int as unchained, (count(*) filter (where a.at > (
        select min(b.at) from activity b where b.customer_id = c.id and b.seq is not null)))::int as late
      from activity a where a.customer_id = c.id and a.seq is null) old`)
  return checkEnd(checked, end)
}

/** The same of the chain of what was done to the counter itself. */
export async function verifyPublisherActivity(tx: Db, known?: KnownEnds): Promise<Checked> {
  const checked = await walk((after) => listPublisherLinks(tx, after), known)
  const [end] = await tx.execute<End>(
    sql`select seq, hash, 0 as unchained, 0 as late from publisher_activity_head`,
  )
  return checkEnd(checked, end)
}

/** Where a batch begins: after this row; of entries with one number each has its turn. */
type Place = { seq: string; id: string }

async function walk(
  read: (after: Place | undefined) => Promise<Row[]>,
  known: KnownEnds = new Map(),
): Promise<Checked> {
  const checked: Checked = { entries: 0, unchained: 0, erased: 0, faults: [], seq: 0, hash: '' }
  for (let after: Place | undefined; ; ) {
    const rows = await read(after)
    for (const row of rows) checkRow(row, checked, known)
    after = rows.at(-1)
    if (rows.length < batchSize) break
  }
  const lost = [...known.keys()].filter((seq) => seq > checked.seq)
  if (lost.length > 0) checked.faults.push({ seq: Math.max(...lost), kind: 'lost' })
  return checked
}

/** Entries taken off the end, and such as stand beside the chain though it had begun. */
function checkEnd(checked: Checked, end: End | undefined): Checked {
  checked.unchained = end?.unchained ?? 0
  const seq = Number(end?.seq ?? 0)
  if (seq !== checked.seq || (end?.hash ?? '') !== checked.hash) {
    checked.faults.push({ seq: Math.max(seq, checked.seq), kind: 'end' })
  }
  if (end?.late) checked.faults.push({ seq: 0, kind: 'beside', count: end.late })
  return checked
}

function checkRow(row: Row, checked: Checked, known: KnownEnds): void {
  const seq = Number(row.seq)
  checked.entries++
  // A number below the first, or one that was there already, is none that the chain gave.
  if (seq <= checked.seq) {
    checked.faults.push({ seq, kind: 'added' })
    return
  }
  const isNext = seq === checked.seq + 1
  if (!isNext) checked.faults.push({ seq: checked.seq + 1, to: seq - 1, kind: 'gap' })
  // After a gap the hash before is unknown: the entry cannot be checked, and is believed what it says of itself.
  else if (hashOf(row, checked.hash) !== row.hash) checked.faults.push({ seq, kind: 'changed' })
  if (known.has(seq) && known.get(seq) !== row.hash) checked.faults.push({ seq, kind: 'other' })
  if (row.particularsDigest !== null && row.salt === null) checked.erased++
  else if (row.salt !== null && digestOfParticulars(row.salt, row.facts) !== row.particularsDigest)
    checked.faults.push({ seq, kind: 'particulars' })
  Object.assign(checked, { seq, hash: row.hash ?? '' })
}

/** Undefined for a time that is none the counter writes: it keeps milliseconds. */
function hashOf(row: Row, previous: string): string | undefined {
  const at = new Date(row.at)
  if (Number.isNaN(at.getTime()) || /\.\d{4}/.test(row.at)) return undefined
  return hashOfLink({ ...row, seq: Number(row.seq), at }, previous)
}

function behind(after: Place | undefined): SQL {
  return after ? sql`and (a.seq, a.id) > (${after.seq}::bigint, ${after.id}::uuid)` : sql``
}

async function listLinks(tx: Db, customerId: string, after: Place | undefined): Promise<Row[]> {
  return tx.execute<Row>(sql`
    select a.customer_id as "customerId", a.seq, a.id, a.at::text, a.person_id as "personId", a.verb,
      a.object_kind as "objectKind", a.object_id as "objectId", a.request_id as "requestId", a.details,
      a.particulars_digest as "particularsDigest", a.hash, n.salt, n.facts
    from activity a
    left join activity_particulars n on n.customer_id = a.customer_id and n.activity_id = a.id
    where a.customer_id = ${customerId} and a.seq is not null ${behind(after)}
    order by a.seq, a.id
    limit ${batchSize}`)
}

async function listPublisherLinks(tx: Db, after: Place | undefined): Promise<Row[]> {
  return tx.execute<Row>(sql`
    select ${publisherChain}::text as "customerId", a.seq, a.id, a.at::text, a.person_id as "personId", a.verb,
      a.object_kind as "objectKind", a.object_id as "objectId", null as "requestId", a.details,
      a.particulars_digest as "particularsDigest", a.hash, n.salt, n.facts
    from publisher_activity a
    left join publisher_activity_particulars n on n.seq = a.seq
    where true ${behind(after)}
    order by a.seq, a.id
    limit ${batchSize}`)
}
