import { sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { asDesk } from '../desk/scope.ts'

const batchSize = 50
const beforeAll = '00000000-0000-0000-0000-000000000000'

/**
 * Runs `work` for every company, whether it ever bought something or not, in batches of short transactions. Which
 * companies there are is read by their IDs, a batch at a time, with the eyes of the desk: one that comes meanwhile
 * may have its turn or wait for the next run.
 */
export async function forEveryCustomer(
  app: App,
  work: (tx: Db, customerIds: string[]) => Promise<void>,
): Promise<void> {
  for (let last = beforeAll; ; ) {
    const ids = await listNext(app, last)
    if (ids.length > 0) await app.database.forCustomer(ids, (tx) => work(tx, ids), { deadlineMs: 60_000 })
    if (ids.length < batchSize) return
    last = ids.at(-1)!
  }
}

function listNext(app: App, after: string): Promise<string[]> {
  return app.database.transaction(async (tx) => {
    await asDesk(tx, 'counter')
    const rows = await tx.execute<{ id: string }>(sql`
      select id from customers where id > ${after}::uuid order by id limit ${batchSize}`)
    return rows.map(({ id }) => id)
  })
}
