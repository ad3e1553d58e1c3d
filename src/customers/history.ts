import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

/** The day on which a company's history begins: that of its first load, 'YYYY-MM-DD' in the publisher's zone. */
export async function firstDay(tx: Db, customerId: string, timeZone: string): Promise<string> {
  const [row] = await tx.execute<{ day: string }>(sql`
    select (created_at at time zone ${timeZone})::date::text as day from customers where id = ${customerId}`)
  return row!.day
}
