import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { publisherChain } from '../activity/chain.ts'
import {
  type Checked,
  type Fault,
  type KnownEnds,
  verifyActivity,
  verifyPublisherActivity,
} from '../activity/verify.ts'
import { chosenCustomers } from './chosen-customers.ts'
import { withDatabase } from './with-database.ts'

const usage = 'Usage: guichet activity verify [CUSTOMER ...] [--since FILE]\n'

/**
 * `guichet activity verify [CUSTOMER ...]`: checks each company's record of who did what against its chain, and where
 * no customer is named the publisher's own. Prints the end of each chain; `--since FILE` holds the chains against the
 * ends that an earlier check has printed into that file. Exit code 1 where something was changed, 2 where it could not
 * be checked.
 */
export async function run(args: string[]): Promise<number> {
  const asked = readArguments(args)
  if (!asked) {
    process.stderr.write(usage)
    return 2
  }
  const known = asked.since === undefined ? new Map<string, KnownEnds>() : readEnds(asked.since)
  if (!known) {
    process.stderr.write(`${asked.since} holds no line of an earlier check ("... end 1042:3f1c...").\n`)
    return 2
  }
  return withDatabase(async ({ owner }) => {
    const deadline = { deadlineMs: 600_000 }
    let faults = 0
    if (asked.customers.length === 0) {
      const ends = known.get(publisherChain)
      const checked = await owner.transaction((tx) => verifyPublisherActivity(tx, ends), deadline)
      faults += tell(publisherChain, checked)
    }
    const chosen = await chosenCustomers(owner, asked.customers)
    for (const { id, number } of chosen) {
      const ends = known.get(number)
      faults += tell(number, await owner.forCustomer(id, (tx) => verifyActivity(tx, id, ends), deadline))
    }
    if (asked.customers.length === 0) faults += tellGone(known, chosen)
    process.stdout.write(
      faults === 0 ? 'No change and no gap was found.\n' : `${faults} faults were found.\n`,
    )
    return faults === 0 ? 0 : 1
  })
}

function readArguments(args: string[]): { customers: string[]; since: string | undefined } | undefined {
  try {
    const options = { since: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const [command, ...customers] = positionals
    return command === 'verify' ? { customers, since: values.since } : undefined
  } catch {
    // an option that we do not have
    return undefined
  }
}

/** The ends in what earlier checks have printed, by the chain's name; undefined where there is none. */
function readEnds(file: string): Map<string, Map<number, string>> | undefined {
  const ends = new Map<string, Map<number, string>>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, name, seq, hash] = /^(\S+) {2}\S+ {2}.* end (\d+):([0-9a-f]{64})\s*$/.exec(line) ?? []
    if (!name || !hash) continue
    const ofChain = ends.get(name) ?? new Map<number, string>()
    ends.set(name, ofChain.set(Number(seq), hash))
  }
  return ends.size > 0 ? ends : undefined
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
  for (const fault of faults) process.stdout.write(`${name}  ${wordsOf(fault)}\n`)
  return faults.length
}

/** Chains of an earlier check whose company is not there any more. */
function tellGone(known: ReadonlyMap<string, KnownEnds>, chosen: readonly { number: string }[]): number {
  const there = new Set([publisherChain, ...chosen.map(({ number }) => number)])
  const gone = [...known.keys()].filter((name) => !there.has(name))
  for (const name of gone) process.stdout.write(`${name}  is gone: it was there at an earlier check\n`)
  return gone.length
}

function wordsOf({ kind, seq, to = seq, count = 0 }: Fault): string {
  switch (kind) {
    case 'changed':
      return `entry ${seq} is not what was recorded`
    case 'gap':
      return `${to > seq ? `entries ${seq} to ${to} are` : `entry ${seq} is`} missing; the one after cannot be checked`
    case 'added':
      return `entry ${seq} was put in: the chain never gave it that number`
    case 'beside':
      return `${count} without a number in the chain, put in after it had begun`
    case 'particulars':
      return `entry ${seq} has other names or addresses than were recorded`
    case 'other':
      return `entry ${seq} is another than at an earlier check`
    case 'lost':
      return `entry ${seq} was there at an earlier check, and the chain ends before it`
    case 'end':
      return `the chain does not end where it did (entry ${seq}): entries were taken off or put on`
  }
}
