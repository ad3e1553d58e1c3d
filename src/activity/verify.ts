import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { digestOfParticulars, hashOfLink, type Link, publisherChain } from './chain.ts'

/** What is wrong with a company's chain, in the order of the chain. */
export type Fault = {
  seq: number
  /** Changed: the entry is not what was recorded. Gap: it is missing. Particulars: names or addresses were changed. */
  kind: 'changed' | 'gap' | 'particulars' | 'end'
}

export type Checked = {
  entries: number
  /** Entries from before the chain began, which nothing vouches for. */
  unchained: number
  erased: number
  faults: Fault[]
  /** Sequence number and hash of the last entry, to keep outside the database: a later check can start from it. */
  seq: number
  hash: string
}

type Row = Omit<Link, 'at' | 'seq'> & {
  at: string
  seq: string
  hash: string
  salt: string | null
  facts: unknown
}

const batchSize = 1000

type End = { seq: string | null; hash: string | null; unchained: number }

/** Reads a company's chain from its first entry to its last and names every change and gap. Within that customer. */
export async function verifyActivity(tx: Db, customerId: string): Promise<Checked> {
  const checked = await walk((after) => listLinks(tx, customerId, after))
  const [end] = await tx.execute<End>(sql`
    select h.seq, h.hash, (select count(*)::int from activity a
      where a.customer_id = ${customerId} and a.seq is null) as unchained
    from (select ${customerId}::uuid as id) c left join activity_heads h on h.customer_id = c.id`)
  return checkEnd(checked, end)
}

/** The same of the chain of what was done to the counter itself. */
export async function verifyPublisherActivity(tx: Db): Promise<Checked> {
  const checked = await walk((after) => listPublisherLinks(tx, after))
  const [end] = await tx.execute<End>(sql`select seq, hash, 0 as unchained from publisher_activity_head`)
  return checkEnd(checked, end)
}

async function walk(read: (after: number) => Promise<Row[]>): Promise<Checked> {
  const checked: Checked = { entries: 0, unchained: 0, erased: 0, faults: [], seq: 0, hash: '' }
  for (;;) {
    const rows = await read(checked.seq)
    for (const row of rows) checkRow(row, checked)
    if (rows.length < batchSize) return checked
  }
}

/** Entries taken off the end: the head says how far the chain had come. */
function checkEnd(checked: Checked, end: End | undefined): Checked {
  checked.unchained = end?.unchained ?? 0
  const seq = Number(end?.seq ?? 0)
  if (seq !== checked.seq || (end?.hash ?? '') !== checked.hash) {
    checked.faults.push({ seq: Math.max(seq, checked.seq), kind: 'end' })
  }
  return checked
}

function checkRow(row: Row, checked: Checked): void {
  const seq = Number(row.seq)
  checked.entries++
  for (let missing = checked.seq + 1; missing < seq; missing++)
    checked.faults.push({ seq: missing, kind: 'gap' })
  const previous = checked.hash
  if (hashOfLink({ ...row, seq, at: new Date(row.at) }, previous) !== row.hash) {
    // After a gap the hash before is unknown: what follows is held against what this row says of itself.
    if (seq === checked.seq + 1) checked.faults.push({ seq, kind: 'changed' })
  }
  if (row.particularsDigest !== null && row.salt === null) checked.erased++
  else if (row.salt !== null && digestOfParticulars(row.salt, row.facts) !== row.particularsDigest)
    checked.faults.push({ seq, kind: 'particulars' })
  Object.assign(checked, { seq, hash: row.hash })
}

async function listLinks(tx: Db, customerId: string, after: number): Promise<Row[]> {
  return tx.execute<Row>(sql`
    select a.customer_id as "customerId", a.seq, a.id, a.at::text, a.person_id as "personId", a.verb,
      a.object_kind as "objectKind", a.object_id as "objectId", a.request_id as "requestId", a.details,
      a.particulars_digest as "particularsDigest", a.hash, n.salt, n.facts
    from activity a
    left join activity_particulars n on n.customer_id = a.customer_id and n.activity_id = a.id
    where a.customer_id = ${customerId} and a.seq > ${after}
    order by a.seq
    limit ${batchSize}`)
}

async function listPublisherLinks(tx: Db, after: number): Promise<Row[]> {
  return tx.execute<Row>(sql`
    select ${publisherChain}::text as "customerId", a.seq, a.id, a.at::text, a.person_id as "personId", a.verb,
      a.object_kind as "objectKind", a.object_id as "objectId", null as "requestId", a.details,
      a.particulars_digest as "particularsDigest", a.hash, n.salt, n.facts
    from publisher_activity a
    left join publisher_activity_particulars n on n.seq = a.seq
    where a.seq > ${after}
    order by a.seq
    limit ${batchSize}`)
}
