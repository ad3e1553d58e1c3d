import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { publisherActivity, publisherActivityHead, publisherActivityParticulars } from '../schema.ts'
import { hashOfLink, publisherChain } from './chain.ts'
import { type ActivityEntry, linkOf, particularsOf } from './record.ts'

export type PublisherEntry = Omit<ActivityEntry, 'customerId' | 'requestId'>

/**
 * Writes what was done to the counter itself (settings, keys, staff, issuers), or at the desk for no company, in the
 * transaction of the act: to a chain of its own, made like a company's. It stays locked until the commit.
 */
export async function recordPublisherActivity(tx: Db, entry: PublisherEntry): Promise<void> {
  const head = await lockHead(tx)
  const part = particularsOf(entry)
  const link = linkOf(entry, publisherChain, head.seq + 1, head.at, part?.digest ?? null)
  const { seq, personId } = link
  const hash = hashOfLink(link, head.hash)
  await tx.insert(publisherActivity).values({ ...link, hash })
  await tx.update(publisherActivityHead).set({ seq, hash })
  if (!part) return
  const { salt, facts } = part
  await tx.insert(publisherActivityParticulars).values({ seq, personId, salt, facts })
}

/** Waits for whoever writes to the chain; times never go back along it. */
async function lockHead(tx: Db): Promise<{ seq: number; hash: string; at: Date }> {
  const [head] = await tx.execute<{ seq: string; hash: string; at: string }>(sql`
    insert into publisher_activity_head as h (seq, hash) values (0, '')
    on conflict (id) do update set seq = h.seq
    returning seq, hash, floor(extract(epoch from clock_timestamp()) * 1000)::text as at`)
  return { seq: Number(head!.seq), hash: head!.hash, at: new Date(Number(head!.at)) }
}
