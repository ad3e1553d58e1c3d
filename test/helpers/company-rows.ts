import { sql } from 'drizzle-orm'
import { CUSTOMER_TABLES } from '../../src/schema.ts'
import type { TestApp } from './app.ts'

/** Every row of one company, by table. */
export async function rowsOf({ db }: TestApp, customerId: string): Promise<Record<string, string>> {
  const rows: Record<string, string> = {}
  for (const { table, column } of CUSTOMER_TABLES) {
    const found = await db.owner.db.execute<{ row: string }>(
      sql`select t::text as row from ${sql.identifier(table)} t where ${sql.identifier(column)} = ${customerId} order by 1`,
    )
    rows[table] = found.map(({ row }) => row).join('\n')
  }
  return rows
}

/** The route of an address, as the table of routes writes it; the address itself where there is none. */
export function routeOf({ app }: TestApp, method: string, address: string): string {
  const parts = address.split(/[?#]/)[0]!.split('/')
  const isOf = (url: string) => {
    const wanted = url.split('/')
    return wanted.length === parts.length && wanted.every((part, i) => part[0] === ':' || part === parts[i])
  }
  return app.routeTable.find((one) => one.method === method && isOf(one.url))?.url ?? address
}
