import { asc } from 'drizzle-orm'
import { type Fault, findFaults } from '../entitlements/faults.ts'
import { customers } from '../schema.ts'
import { withDatabase } from './with-database.ts'

const words: Record<Fault['what'], string> = {
  placements: 'entitlement: its placements are not the sum of its transfers',
  placed: 'entitlement: its placed quantity is not the sum of its placements',
  owned: 'entitlement: its owned quantity is not what its terms and placements give',
  sums: 'product: its row of License summary is not the sum of its entitlements',
  pack: 'host: its pack counts as current, and something was placed or returned after it was cut',
}

/**
 * `guichet doctor [CUSTOMER ...]`: whether each company's records agree with one another (domain.md section 3,
 * Invariants). Reads only. Exit code 1 where something does not.
 */
export async function run(asked: string[]): Promise<number> {
  return withDatabase(async ({ owner }) => {
    const all = await owner.db
      .select({ id: customers.id, number: customers.customerNumber })
      .from(customers)
      .orderBy(asc(customers.customerNumber))
    const wanted = asked.map((number) => number.toUpperCase())
    const unknown = wanted.filter((number) => !all.some((one) => one.number === number))
    if (unknown.length > 0) throw new Error(`There is no customer ${unknown.join(', ')}.`)
    const chosen = all.filter(({ number }) => wanted.length === 0 || wanted.includes(number))
    let count = 0
    for (const { id, number } of chosen) {
      const faults = await owner.forCustomer(id, (tx) => findFaults(tx, id), { deadlineMs: 600_000 })
      for (const { what, id: of } of faults) process.stdout.write(`${number}  ${of}  ${words[what]}\n`)
      count += faults.length
    }
    process.stdout.write(
      count === 0
        ? `${chosen.length} customers looked at: their records agree.\n`
        : `${chosen.length} customers looked at, ${count} faults found. Restore a backup, or ask for help with this list.\n`,
    )
    return count === 0 ? 0 : 1
  })
}
