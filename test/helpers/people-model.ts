import type { Privilege } from '../../src/privileges/list.ts'

// What the rules say of people and privileges (R5, R8, R9, domain.md section 7), in as few words as possible and without
// a look at how the application does it. People are numbers, companies letters, days counted from the first.

/** Until which day, or without end. */
export type Until = number | null
export type Holding = Partial<Record<Privilege, Until>>
export type Wish = { who: number; holds: Partial<Record<Privilege, Until | 'none'>>; leaves: boolean }

type Membership = { awaits: boolean; held: Holding }
type Company = {
  wasSupervised: boolean
  members: Map<number, Membership>
  /** `by` null: their account is no more. */
  invitations: Map<number, { holds: Holding; until: number; by: number | null }>
  /** Who asks to be let in. */
  asking: Set<number>
  /** Who came at once and was said to be none of theirs. */
  refused: Set<number>
}
type Person = { isUsable: boolean; isGone: boolean }

export type CompanyName = 'supervised' | 'open'

function companyThat(wasSupervised: boolean): Company {
  const [members, invitations] = [new Map(), new Map()]
  return { wasSupervised, members, invitations, asking: new Set(), refused: new Set() }
}

export class PeopleModel {
  day = 0
  readonly people: Person[] = []
  readonly companies: Record<CompanyName, Company> = {
    supervised: companyThat(true),
    open: companyThat(false),
  }

  /** Who manages the company and can sign in. */
  supervisors(company: CompanyName): number[] {
    return [...this.companies[company].members]
      .filter(([who, { held }]) => held.supervisor !== undefined && this.people[who]!.isUsable)
      .map(([who]) => who)
      .sort()
  }

  isSupervisor(company: CompanyName, who: number): boolean {
    return this.#member(company, who)?.held.supervisor !== undefined
  }

  /** Each act tells whether it is done; one that is not changes nothing. */
  change(company: CompanyName, by: number, wishes: Wish[]): boolean {
    if (!this.isSupervisor(company, by)) return false
    const possible = wishes
      .map((wish) => ({ ...wish, after: this.#wished(company, wish) }))
      .filter(({ after }) => after !== undefined)
    const losing = possible.filter(
      ({ who, after }) => this.supervisors(company).includes(who) && after?.supervisor === undefined,
    )
    const gaining = possible.filter(
      ({ who, after }) => this.people[who]!.isUsable && after?.supervisor !== undefined,
    )
    const stays =
      this.supervisors(company).some((who) => !losing.some((one) => one.who === who)) || gaining.length > 0
    const done = stays ? possible : possible.filter((one) => !losing.includes(one))
    const changed = done.filter(
      ({ who, after }) => !after || !isSame(this.#holds(company, who), this.#current(after)),
    )
    for (const { who, after } of changed) {
      if (after) this.#give(company, who, after)
      else this.#remove(company, who, 'withdrawn')
    }
    return changed.length > 0
  }

  leave(company: CompanyName, who: number): boolean {
    if (!this.#member(company, who) || this.#isLast(company, who)) return false
    this.#remove(company, who)
    return true
  }

  deleteAccount(who: number): boolean {
    const names = Object.keys(this.companies) as CompanyName[]
    if (this.people[who]!.isGone || names.some((name) => this.#isLast(name, who))) return false
    for (const name of names) {
      this.#remove(name, who)
      this.companies[name].asking.delete(who)
      // Who registers again is somebody else.
      this.companies[name].refused.delete(who)
      for (const invitation of this.companies[name].invitations.values())
        if (invitation.by === who) invitation.by = null
    }
    this.people[who] = { isUsable: false, isGone: true }
    return true
  }

  register(who: number): boolean {
    if (!this.people[who]!.isGone) return false
    this.people[who] = { isUsable: true, isGone: false }
    return true
  }

  invite(company: CompanyName, by: number, who: number, holds: Holding): boolean {
    if (!this.isSupervisor(company, by) || this.#member(company, who)) return false
    this.companies[company].invitations.set(who, { holds, until: this.day + 7, by })
    return true
  }

  accept(company: CompanyName, who: number): boolean {
    const invitation = this.companies[company].invitations.get(who)
    if (!invitation || invitation.until <= this.day || this.people[who]!.isGone) return false
    // Only a supervisor gives privileges.
    if (invitation.by === null || !this.isSupervisor(company, invitation.by)) return false
    this.companies[company].invitations.delete(who)
    this.#join(company, who, false)
    const { held } = this.#member(company, who)!
    // What was given meanwhile for longer stays.
    const isLonger = (was: Until | undefined, until: Until) =>
      was !== undefined && (was === null || (until !== null && was > until))
    const given = Object.entries(this.#current(invitation.holds)) as [Privilege, Until][]
    const more = given.filter(([privilege, until]) => !isLonger(held[privilege], until))
    this.#give(company, who, { ...held, ...Object.fromEntries(more) })
    return true
  }

  nameSupervisor(company: CompanyName, who: number): boolean {
    const member = this.#member(company, who)
    if (!member || !this.people[who]!.isUsable || this.isSupervisor(company, who)) return false
    member.awaits = false
    this.#close(company)
    member.held.supervisor = null
    return true
  }

  /** R8, with right proof and an address that the publisher knows. */
  askUpgrade(company: CompanyName, who: number): boolean {
    const { members, wasSupervised, asking, refused } = this.companies[company]
    if (this.people[who]!.isGone || asking.has(who)) return false
    const canVouch = [...members].some(
      ([one, { awaits }]) => one !== who && !awaits && this.people[one]!.isUsable,
    )
    const isOpen = !wasSupervised && !refused.has(who)
    if (isOpen && canVouch && this.people[who]!.isUsable) this.#join(company, who, true)
    else asking.add(who)
    return true
  }

  /** `by`: a supervisor, or the desk. */
  approve(company: CompanyName, who: number, by: number | 'desk', given: Privilege[]): boolean {
    if (by !== 'desk' && !this.isSupervisor(company, by)) return false
    if (!this.companies[company].asking.delete(who)) return false
    this.#join(company, who, false)
    for (const privilege of given) this.#member(company, who)!.held[privilege] = null
    return true
  }

  settleNewcomer(company: CompanyName, who: number, isOurs: boolean): boolean {
    const member = this.#member(company, who)
    if (!member?.awaits) return false
    if (isOurs) member.awaits = false
    else {
      this.#remove(company, who)
      this.companies[company].refused.add(who)
    }
    return true
  }

  /** A row of contacts.csv; privileges count for who is new, and keep nothing for those who come with them. */
  load(rows: { company: CompanyName; who: number; privileges: Privilege[] }[]): boolean {
    const fresh = rows.filter(({ company, who }) => !this.#member(company, who))
    for (const { company, privileges } of fresh) if (privileges.includes('supervisor')) this.#close(company)
    for (const { company, who, privileges } of fresh) {
      this.#join(company, who, false)
      for (const privilege of privileges) this.#member(company, who)!.held[privilege] = null
    }
    return true
  }

  /** What the database must show: 'open 3 (awaits): licensing until 4, reporting'. */
  lines(): string[] {
    return (Object.keys(this.companies) as CompanyName[]).flatMap((name) => {
      const { members, wasSupervised } = this.companies[name]
      const people = [...members].map(([who, { awaits }]) => {
        const held = Object.entries(this.#holds(name, who)).map(([p, until]) => sayHeld(p, until))
        return sayMember(name, who, awaits, held)
      })
      return [`${name}: ${wasSupervised ? 'had a supervisor' : 'never had one'}`, ...people].sort()
    })
  }

  #member(company: CompanyName, who: number): Membership | undefined {
    return this.companies[company].members.get(who)
  }

  #isLast(company: CompanyName, who: number): boolean {
    const [first, ...others] = this.supervisors(company)
    return first === who && others.length === 0
  }

  #current(held: Holding): Holding {
    return Object.fromEntries(
      Object.entries(held).filter(([, until]) => until === null || until >= this.day),
    ) as Holding
  }

  #holds(company: CompanyName, who: number): Holding {
    return this.#current(this.#member(company, who)!.held)
  }

  /** What they would hold; null: no longer of the company; undefined: cannot be done. */
  #wished(company: CompanyName, { who, holds, leaves }: Wish): Holding | null | undefined {
    if (!this.#member(company, who)) return undefined
    if (leaves) return null
    const before = this.#holds(company, who)
    const after = { ...before }
    for (const [name, until] of Object.entries(holds) as [Privilege, Until | 'none'][]) {
      if (until === 'none') delete after[name]
      else after[name] = until
    }
    if (typeof after.supervisor === 'number') return undefined
    const past = Object.entries(after).some(
      ([name, until]) => until !== null && until < this.day && before[name as Privilege] !== until,
    )
    return past ? undefined : after
  }

  /** Whoever is given something by a supervisor awaits nobody's word any more. */
  #give(company: CompanyName, who: number, after: Holding): void {
    const member = this.#member(company, who)!
    const before = this.#holds(company, who)
    const isGiven = Object.entries(after).some(([name, until]) => before[name as Privilege] !== until)
    if (isGiven) member.awaits = false
    // What has ended stays known: it is no reason to keep anything (R9).
    const ended = Object.entries(member.held).filter(([name]) => !(name in before))
    member.held = { ...Object.fromEntries(ended), ...after }
  }

  #join(company: CompanyName, who: number, awaits: boolean): void {
    const member = this.#member(company, who)
    if (member) member.awaits &&= awaits
    else this.companies[company].members.set(who, { awaits, held: {} })
  }

  #remove(company: CompanyName, who: number, invitation?: 'withdrawn'): void {
    this.companies[company].members.delete(who)
    if (invitation) this.companies[company].invitations.delete(who)
  }

  /** R9: the first supervisor; each contact of that moment keeps what they could do. */
  #close(company: CompanyName): void {
    const { members, wasSupervised } = this.companies[company]
    if (!wasSupervised) {
      for (const { awaits, held } of members.values()) {
        if (!awaits) Object.assign(held, { licensing: null, reporting: null, ...held })
      }
    }
    this.companies[company].wasSupervised = true
  }
}

export function sayHeld(privilege: string, until: Until): string {
  return until === null ? privilege : `${privilege} until ${until}`
}

export function sayMember(company: CompanyName, who: number, awaits: boolean, held: string[]): string {
  return `${company} ${who}${awaits ? ' (awaits)' : ''}: ${held.sort().join(', ')}`
}

function isSame(one: Holding, other: Holding): boolean {
  const say = (held: Holding) => Object.entries(held).map(([name, until]) => sayHeld(name, until))
  return say(one).sort().join() === say(other).sort().join()
}
