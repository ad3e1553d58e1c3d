import { asc } from 'drizzle-orm'
import type { Database } from '../db.ts'
import { customers } from '../schema.ts'

/** The customers of these numbers, in any spelling, or all; in order. Throws with words for those there are none of. */
export async function chosenCustomers(
  owner: Database,
  asked: readonly string[],
): Promise<{ id: string; number: string }[]> {
  const all = await owner.db
    .select({ id: customers.id, number: customers.customerNumber })
    .from(customers)
    .orderBy(asc(customers.customerNumber))
  const wanted = asked.map((number) => number.toUpperCase())
  const unknown = wanted.filter((number) => !all.some((one) => one.number === number))
  if (unknown.length > 0) throw new Error(`There is no customer ${unknown.join(', ')}.`)
  return all.filter(({ number }) => wanted.length === 0 || wanted.includes(number))
}
