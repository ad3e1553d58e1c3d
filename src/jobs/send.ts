import { PgBoss } from 'pg-boss'
import type { Db } from '../db.ts'
import { adapter } from './adapter.ts'
import { JOBS_SCHEMA, type Queue } from './queues.ts'

/**
 * Queues work in the transaction `tx`: it is done after the commit, or never if there is none. Of a queue with the
 * policy `short` one job waits at a time: a second one is not added.
 */
export async function sendJob(tx: Db, queue: Queue, data: object, startAfter?: Date): Promise<void> {
  // Never started, and made anew: the first thing it does is to read the queue, and that must be in `tx` as well.
  const writer = new PgBoss({
    schema: JOBS_SCHEMA,
    db: adapter(tx),
    migrate: false,
    supervise: false,
    schedule: false,
  })
  await writer.send(queue, data, startAfter ? { startAfter } : {})
}
