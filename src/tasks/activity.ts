import { verifyActivity } from '../activity/verify.ts'
import { chosenCustomers } from './chosen-customers.ts'
import { withDatabase } from './with-database.ts'

const words = {
  changed: 'is not what was recorded',
  gap: 'is missing',
  particulars: 'has other names or addresses than were recorded',
  end: 'the chain does not end where it did: entries were taken off or put on',
}

/**
 * `guichet activity verify [CUSTOMER ...]`: checks each company's record of who did what against its chain. Prints the
 * end of each chain, which can be kept elsewhere and compared later. Exit code 1 where something was changed.
 */
export async function run(args: string[]): Promise<number> {
  const [command, ...asked] = args
  if (command !== 'verify') {
    process.stderr.write('Usage: guichet activity verify [CUSTOMER ...]\n')
    return 2
  }
  return withDatabase(async ({ owner }) => {
    let faults = 0
    for (const { id, number } of await chosenCustomers(owner, asked)) {
      const checked = await owner.forCustomer(id, (tx) => verifyActivity(tx, id), { deadlineMs: 600_000 })
      faults += checked.faults.length
      const { entries, erased, unchained, seq, hash } = checked
      if (entries + unchained + checked.faults.length === 0) continue
      const verdict = checked.faults.length === 0 ? 'whole' : 'BROKEN'
      const more = [
        erased && `${erased} with names erased`,
        unchained && `${unchained} from before the chain`,
      ].filter(Boolean)
      const notes = more.length > 0 ? ` (${more.join(', ')})` : ''
      process.stdout.write(`${number}  ${verdict}  ${entries} entries${notes}  end ${seq}:${hash}\n`)
      for (const { seq: at, kind } of checked.faults)
        process.stdout.write(`${number}  entry ${at} ${words[kind]}\n`)
    }
    process.stdout.write(
      faults === 0 ? 'No change and no gap was found.\n' : `${faults} faults were found.\n`,
    )
    return faults === 0 ? 0 : 1
  })
}
