import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Database } from '../../src/db.ts'
import { CUSTOMER_TABLES } from '../../src/schema.ts'

const others = ['people', 'password_links', 'order_numbers', 'contract_numbers', 'products', 'publisher']

/** A digest of every row that matters, by table: equal before and after means that nothing was changed. */
export async function snapshot(owner: Database): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const table of [...CUSTOMER_TABLES.map(({ table }) => table), ...others]) {
    const rows = await owner.db.execute<{ row: string }>(
      sql`select t::text as row from ${sql.identifier(table)} t order by 1`,
    )
    digests[table] = createHash('sha256')
      .update(rows.map(({ row }) => row).join('\n'))
      .digest('hex')
  }
  return digests
}
