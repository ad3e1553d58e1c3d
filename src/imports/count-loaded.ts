import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { countCustomers } from '../entitlements/count.ts'
import type { Loader } from './stage.ts'

const batchSize = 500

/** Works out anew what the companies own whose orders or placements a file changed. */
export async function countLoaded(tx: Db, { name, table }: Loader, today: string): Promise<void> {
  if (name !== 'orders.csv' && name !== 'placements.csv') return
  const touched = await tx.execute<{ id: string }>(sql`
    select distinct customer_id as id from ${sql.identifier(table)} where result in ('added', 'changed') order by 1`)
  const ids = touched.map(({ id }) => id)
  for (let from = 0; from < ids.length; from += batchSize) {
    await countCustomers(tx, ids.slice(from, from + batchSize), today)
  }
}
