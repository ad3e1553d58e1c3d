import type { PgBoss } from 'pg-boss'
import type { Db } from '../db.ts'
import { adapter } from './adapter.ts'
import { JOBS_SCHEMA, type Queue } from './queues.ts'

/**
 * Queues work in the transaction `tx`: it is done after the commit, or never if there is none. Of a queue with the
 * policy `short` one job waits at a time: a second one is not added.
 */
export async function sendJob(tx: Db, queue: Queue, data: object, startAfter?: Date): Promise<void> {
  const boss = await writer(tx)
  await boss.send(queue, data, startAfter ? { startAfter } : {})
}

// A mailing to a company of thousands: whoever waits for one message (a new password) does not wait behind it.
const mass = 20

/** The same for many jobs of a queue, in few statements; more than a few have their turn after all others. */
export async function sendJobs(tx: Db, queue: Queue, jobs: readonly object[]): Promise<void> {
  const atOnce = 500
  const priority = jobs.length > mass ? -1 : 0
  const boss = await writer(tx)
  for (let from = 0; from < jobs.length; from += atOnce) {
    await boss.insert(
      queue,
      jobs.slice(from, from + atOnce).map((data) => ({ data, priority })),
    )
  }
}

// Never started, and made anew: the first thing it does is to read the queue, and that must be in `tx` as well.
// Read at the first job, not at the start: no page needs it.
async function writer(tx: Db): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss')
  return new PgBoss({
    schema: JOBS_SCHEMA,
    db: adapter(tx),
    migrate: false,
    supervise: false,
    schedule: false,
  })
}
