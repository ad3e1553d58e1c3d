import { type Checked, verifyActivity, verifyPublisherActivity } from '../activity/verify.ts'
import { chosenCustomers } from './chosen-customers.ts'
import { withDatabase } from './with-database.ts'

const words = {
  changed: 'is not what was recorded',
  gap: 'is missing',
  particulars: 'has other names or addresses than were recorded',
  end: 'the chain does not end where it did: entries were taken off or put on',
}

/**
 * `guichet activity verify [CUSTOMER ...]`: checks each company's record of who did what against its chain, and where
 * no customer is named the publisher's own. Prints the end of each chain, which can be kept elsewhere and compared
 * later. Exit code 1 where something was changed.
 */
export async function run(args: string[]): Promise<number> {
  const [command, ...asked] = args
  if (command !== 'verify') {
    process.stderr.write('Usage: guichet activity verify [CUSTOMER ...]\n')
    return 2
  }
  return withDatabase(async ({ owner }) => {
    const deadline = { deadlineMs: 600_000 }
    let faults = 0
    if (asked.length === 0) {
      faults += tell('publisher', await owner.transaction(verifyPublisherActivity, deadline))
    }
    for (const { id, number } of await chosenCustomers(owner, asked)) {
      faults += tell(number, await owner.forCustomer(id, (tx) => verifyActivity(tx, id), deadline))
    }
    process.stdout.write(
      faults === 0 ? 'No change and no gap was found.\n' : `${faults} faults were found.\n`,
    )
    return faults === 0 ? 0 : 1
  })
}

/** Prints what was found of a chain, nothing of an empty one; gives how many faults. */
function tell(name: string, { entries, erased, unchained, faults, seq, hash }: Checked): number {
  if (entries + unchained + faults.length === 0) return 0
  const verdict = faults.length === 0 ? 'whole' : 'BROKEN'
  const more = [
    erased && `${erased} with names erased`,
    unchained && `${unchained} from before the chain`,
  ].filter(Boolean)
  const notes = more.length > 0 ? ` (${more.join(', ')})` : ''
  process.stdout.write(`${name}  ${verdict}  ${entries} entries${notes}  end ${seq}:${hash}\n`)
  for (const { seq: at, kind } of faults) process.stdout.write(`${name}  entry ${at} ${words[kind]}\n`)
  return faults.length
}
