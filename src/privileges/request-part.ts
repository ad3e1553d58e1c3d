import type { Db } from '../db.ts'
import type { AskedDetails } from './asked.ts'
import type { StoredChange } from './change.ts'
import { type Holds, isPrivilege } from './list.ts'
import { listNames } from './people.ts'
import { countLines, countUndecided } from './reviews.ts'

type About = {
  id: string
  kind: string
  status: string
  requestedBy: string
  details: Record<string, unknown>
}
type Reader = { personId: string; holds: Holds }

/**
 * What the page of a request about privileges shows: of a change what each person had and has, to who is concerned
 * and no supervisor their own only. Null for every other kind.
 */
export async function privilegePart(tx: Db, customerId: string, about: About, reader: Reader) {
  if (about.kind === 'change-privileges') return { changes: await changesOf(tx, about, reader) }
  if (about.kind === 'ask-privilege') return { asked: readAsked(about.details) }
  if (about.kind !== 'yearly-review') return null
  const [left, total] = await Promise.all([
    countUndecided(tx, customerId, about.id),
    countLines(tx, customerId, about.id),
  ])
  return { review: { left, total, isByCounter: about.details['opened'] === 'counter' } }
}

/** One that says no privilege we know, such as of another version, is shown without it. */
function readAsked(details: Record<string, unknown>): Partial<AskedDetails> {
  const { privilege, ...rest } = (details ?? {}) as Partial<AskedDetails>
  return isPrivilege(privilege) ? { ...rest, privilege } : rest
}

async function changesOf(tx: Db, about: About, { personId, holds }: Reader) {
  const all = (about.details['changes'] ?? []) as StoredChange[]
  const seen = holds.supervisor || about.requestedBy === personId
  const theirs = seen ? all : all.filter((change) => change.personId === personId)
  const names = await listNames(
    tx,
    theirs.map((change) => change.personId),
  )
  return theirs.map((change) => ({ ...change, name: names.get(change.personId) ?? '' }))
}
