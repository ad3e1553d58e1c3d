import { type Fault, findFaults } from '../entitlements/faults.ts'
import { chosenCustomers } from './chosen-customers.ts'
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
    const chosen = await chosenCustomers(owner, asked)
    let count = 0
    for (const { id, number } of chosen) {
      const faults = await owner.forCustomer(id, (tx) => findFaults(tx, id), { deadlineMs: 600_000 })
      for (const { what, id: of } of faults) process.stdout.write(`${number}  ${of}  ${words[what]}\n`)
      count += faults.length
    }
    const looked = `${chosen.length} ${chosen.length === 1 ? 'customer' : 'customers'} looked at`
    process.stdout.write(
      count === 0
        ? `${looked}: the records agree.\n`
        : `${looked}, ${count} ${count === 1 ? 'fault' : 'faults'} found. Restore a backup, or ask for help with this list.\n`,
    )
    return count === 0 ? 0 : 1
  })
}
