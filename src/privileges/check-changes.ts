import type { ProblemKey } from '../errors.ts'
import { type Privilege, privilegeList } from './list.ts'

/** What a person holds, each until its last day ('YYYY-MM-DD') or without end. */
export type Held = Partial<Record<Privilege, { until: string | null }>>

/** What a person is to hold: null is not at all; what is not said stays as it is. */
export type Wish = {
  personId: string
  holds: Partial<Record<Privilege, { until: string | null } | null>>
  /** No longer of the company, and so without any privilege. */
  leaves?: true
}

/** A person of the company at this moment. */
export type Member = { id: string; name: string; email: string; isUsable: boolean; held: Held }

export type Outcome = {
  personId: string
  kind: 'changed' | 'unchanged' | 'refused'
  before: Held
  /** Null: no longer of the company. */
  after: Held | null
  reasons: ProblemKey[]
}

export type Situation = {
  /** Those the wishes speak of, and all supervisors. */
  members: Map<string, Member>
  today: string
}

/**
 * What each wish would do now, or every reason why not. A supervised company keeps a supervisor who can sign in:
 * where all wishes together would leave none, each that takes one away is refused.
 */
export function checkChanges(wishes: readonly Wish[], { members, today }: Situation): Outcome[] {
  const outcomes = wishes.map((wish) => checkOne(wish, members.get(wish.personId), today))
  const isSupervisor = (held: Held | null) => Boolean(held?.supervisor)
  const able = [...members.values()].filter((member) => member.isUsable)
  const accepted = new Map(outcomes.filter(({ kind }) => kind === 'changed').map((o) => [o.personId, o]))
  const remain = able.filter(({ id, held }) =>
    isSupervisor(accepted.get(id)?.after ?? (accepted.has(id) ? null : held)),
  )
  if (remain.length > 0) return outcomes
  for (const outcome of accepted.values()) {
    const takesAway = isSupervisor(outcome.before) && !isSupervisor(outcome.after)
    if (!takesAway || !members.get(outcome.personId)!.isUsable) continue
    outcome.kind = 'refused'
    outcome.reasons.push({ field: 'supervisor', key: 'privileges.refusal.lastSupervisor' })
  }
  return outcomes
}

function checkOne(wish: Wish, member: Member | undefined, today: string): Outcome {
  const { personId } = wish
  if (!member) {
    const reasons = [{ key: 'privileges.refusal.notOfCompany' }]
    return { personId, kind: 'refused', before: {}, after: {}, reasons }
  }
  const before = member.held
  if (wish.leaves) return { personId, kind: 'changed', before, after: null, reasons: [] }
  const after = wishedFor(before, wish)
  const reasons = privilegeList.flatMap((privilege) => reasonsAgainst(privilege, before, after, today))
  const kind = reasons.length > 0 ? 'refused' : sameHeld(before, after) ? 'unchanged' : 'changed'
  return { personId, kind, before, after, reasons }
}

function wishedFor(before: Held, { holds }: Wish): Held {
  const after: Held = {}
  for (const privilege of privilegeList) {
    const wished = holds[privilege]
    const held = wished === undefined ? before[privilege] : wished
    if (held) after[privilege] = { until: held.until }
  }
  return after
}

function reasonsAgainst(privilege: Privilege, before: Held, after: Held, today: string): ProblemKey[] {
  const until = after[privilege]?.until
  if (!until) return []
  if (privilege === 'supervisor') return [{ field: 'supervisor', key: 'privileges.refusal.supervisorEnd' }]
  if (until === before[privilege]?.until || until >= today) return []
  return [{ field: `${privilege}Until`, key: 'privileges.refusal.past', params: { date: until } }]
}

export function sameHeld(one: Held, other: Held): boolean {
  return privilegeList.every((privilege) => {
    const [a, b] = [one[privilege], other[privilege]]
    return Boolean(a) === Boolean(b) && (a?.until ?? null) === (b?.until ?? null)
  })
}
