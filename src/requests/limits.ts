import type { Db } from '../db.ts'
import { countAct } from '../sign-in/throttle.ts'

// What one person writes is mailed to others: nobody's mailbox is filled from here, nor the desk's queue.

/** A message about a request, in the transaction that sends it. Throws TooMany. */
export async function countMessage(tx: Db, personId: string): Promise<void> {
  await countAct(tx, [{ key: `messages ${personId}`, tries: 30, minutes: 60 }], 'requests.tooManyMessages')
}

/**
 * A request that troubles a company's supervisors or the desk, and may be taken back and made again: in the transaction
 * that files it. Throws TooMany.
 */
export async function countAsking(tx: Db, personId: string): Promise<void> {
  await countAct(tx, [{ key: `asking ${personId}`, tries: 10, minutes: 60 }], 'requests.tooManyAsked')
}
