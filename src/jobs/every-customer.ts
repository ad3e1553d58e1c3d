import { sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'

const batchSize = 50

/**
 * Runs `work` for every company that ever bought something, in batches of short transactions. Which companies there
 * are is read from the numbers of their orders: a company's own row is seen only when acting for it.
 */
export async function forEveryCustomer(
  app: App,
  work: (tx: Db, customerIds: string[]) => Promise<void>,
): Promise<void> {
  const rows = await app.database.db.execute<{ id: string }>(sql`
    select distinct customer_id as id from order_numbers order by 1`)
  const ids = rows.map(({ id }) => id)
  for (let from = 0; from < ids.length; from += batchSize) {
    const batch = ids.slice(from, from + batchSize)
    await app.database.forCustomer(batch, (tx) => work(tx, batch), { deadlineMs: 60_000 })
  }
}
