import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { countLoaded } from './count-loaded.ts'
import type { FileName } from './file-list.ts'
import type { Context, Loader } from './stage.ts'

/** From this many rows on, what the planner knows of the tables before the load misleads it. */
const many = 5000

const stored: Record<FileName, string[]> = {
  'products.csv': ['products', 'product_features'],
  'customers.csv': ['customers', 'customer_versions'],
  'contacts.csv': ['people', 'associations', 'privileges'],
  'orders.csv': [
    'orders',
    'order_lines',
    'contracts',
    'entitlements',
    'terms',
    'order_numbers',
    'contract_numbers',
  ],
  'hosts.csv': ['hosts', 'host_members', 'host_versions'],
  'placements.csv': ['placements', 'transfers', 'configurations'],
}

/**
 * Checks and stores a file, and counts anew, so that the time grows with its rows, not with their square: a table that
 * was empty a moment ago, or was left so by a dry run, is taken for empty, and then looked through once for each row.
 */
export async function settleFile(tx: Db, loader: Loader, rows: number, context: Context): Promise<void> {
  const isBulk = rows >= many
  if (isBulk) await useNestedLoops(tx, false)
  await loader.settle(tx, context)
  if (isBulk) {
    for (const table of stored[loader.name]) await tx.execute(sql`analyze ${sql.identifier(table)}`)
    await useNestedLoops(tx, false)
  }
  await countLoaded(tx, loader, context.today)
  if (isBulk) await useNestedLoops(tx, true)
}

/** Off for statements over all rows of a file; on for those over a few. */
export async function useNestedLoops(tx: Db, on: boolean): Promise<void> {
  await tx.execute(sql`select set_config('enable_nestloop', ${on ? 'on' : 'off'}, true)`)
}
