import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

/**
 * Lets this transaction see what the desk sees of all customers (tasks/rights.ts); `by` says who looks: a person's ID,
 * or 'counter' for a job. What it changes of a company it says by `actFor`.
 */
export async function asDesk(tx: Db, by: string): Promise<void> {
  await tx.execute(sql`select set_config('app.desk', ${by}, true)`)
}

/** This transaction reads and writes the rows of that company from here on. */
export async function actFor(tx: Db, customerId: string): Promise<void> {
  await tx.execute(sql`select set_config('app.customer', ${customerId}, true)`)
}

/** This transaction reads and writes that person's own requests from here on. */
export async function asPerson(tx: Db, personId: string): Promise<void> {
  await tx.execute(sql`select set_config('app.person', ${personId}, true)`)
}
