import { sql } from 'drizzle-orm'
import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { approveUpgrade } from '../../src/accounts/upgrade/approve.ts'
import { askUpgrade } from '../../src/accounts/upgrade/ask.ts'
import { examineUpgrade } from '../../src/accounts/upgrade/examine.ts'
import { confirmNewcomer, refuseNewcomer } from '../../src/accounts/upgrade/newcomers.ts'
import type { Db } from '../../src/db.ts'
import { nameSupervisor } from '../../src/desk/name-supervisor.ts'
import { actFor, asDesk } from '../../src/desk/scope.ts'
import { confirmDraft, createDraft, previewDraft } from '../../src/privileges/drafts.ts'
import { acceptInvitation, type Invited, invite } from '../../src/privileges/invitations.ts'
import { leaveCompany } from '../../src/privileges/leave.ts'
import type { Privilege } from '../../src/privileges/list.ts'
import { lockAsSupervisor } from '../../src/privileges/members.ts'
import { orderNumbers } from '../../src/schema.ts'
import type { TestDatabase } from './database.ts'
import { contact, loadFiles } from './files.ts'
import { associate, dayFromNow, makeCustomer, makePerson } from './makers.ts'
import { type CompanyName, type Holding, sayHeld, sayMember, type Until, type Wish } from './people-model.ts'

let made = 0

type Customer = Awaited<ReturnType<typeof makeCustomer>>

/** Two companies and their people in the database, and what can be done there; people by number. */
export class PeopleWorld {
  day = 0
  readonly ids: string[] = []
  readonly #emails: string[] = []
  readonly #asked = new Map<string, string>()
  readonly #db: TestDatabase
  readonly #domain = `world-${++made}.example`
  companies!: Record<CompanyName, Customer>
  desk = ''

  constructor(db: TestDatabase) {
    this.#db = db
  }

  async build(): Promise<void> {
    const { db } = this.#db.owner
    const about = { emailDomains: [this.#domain] }
    this.companies = {
      supervised: await makeCustomer(db, about),
      open: await makeCustomer(db, { ...about, firstSupervisedAt: null }),
    }
    for (const { id: customerId, customerNumber } of Object.values(this.companies)) {
      await db.insert(orderNumbers).values({ salesOrderNumber: `SO-${customerNumber}`, customerId })
    }
    this.desk = (await makePerson(db, { isStaff: true })).id
  }

  /** The next person; of these companies. */
  async add(isUsable: boolean, of: Partial<Record<CompanyName, Privilege[]>>): Promise<void> {
    const { db } = this.#db.owner
    const email = `p${this.ids.length}@${this.#domain}`
    const account = isUsable ? { passwordHash: 'x' } : { confirmedAt: null }
    const { id } = await makePerson(db, { email, ...account })
    this.ids.push(id)
    this.#emails.push(email)
    for (const [name, held] of Object.entries(of)) {
      await associate(db, this.companies[name as CompanyName].id, id, ...held)
    }
  }

  /** Let in at once on an upgrade (R8). */
  async makeNewcomer(company: CompanyName, who: number): Promise<void> {
    await this.#db.owner.db.execute(sql`
      update associations set awaits_confirmation = true
      where customer_id = ${this.companies[company].id} and person_id = ${this.ids[who]!}`)
  }

  #in<T>(company: CompanyName, work: (tx: Db, customerId: string) => Promise<T>): Promise<T> {
    const { id } = this.companies[company]
    return this.#db.database.forCustomer(id, (tx) => work(tx, id))
  }

  #atDesk(company: CompanyName, work: (tx: Db, customerId: string) => Promise<void>): Promise<void> {
    return this.#db.database.transaction(async (tx) => {
      await asDesk(tx, this.desk)
      const { id } = this.companies[company]
      await actFor(tx, id)
      await work(tx, id)
    })
  }

  get #today(): string {
    return dayFromNow(this.day)
  }

  #until(until: Until): string | null {
    return until === null ? null : dayFromNow(until)
  }

  /** Through a preview, as the screen does. */
  async change(company: CompanyName, by: number, wishes: Wish[]): Promise<void> {
    const entries = wishes.map(({ who, holds, leaves }) => {
      const wished = Object.entries(holds).map(([name, until]) => [
        name,
        until === 'none' ? null : { until: this.#until(until) },
      ])
      const holdsWished = Object.fromEntries(wished)
      return {
        wish: { personId: this.ids[who]!, holds: holdsWished, ...(leaves ? { leaves: true as const } : {}) },
      }
    })
    await this.#in(company, async (tx, customerId) => {
      const draftId = await createDraft(tx, { customerId, by: this.ids[by]!, entries })
      const { seen } = await previewDraft(tx, customerId, draftId, this.#today)
      await confirmDraft(tx, { customerId, draftId, by: this.ids[by]!, seen, today: this.#today })
    })
  }

  leave(company: CompanyName, who: number) {
    return this.#in(company, (tx, customerId) =>
      leaveCompany(tx, { customerId, personId: this.ids[who]!, today: this.#today }),
    )
  }

  async deleteAccount(who: number): Promise<void> {
    const personId = this.ids[who]!
    const rows = await this.#db.owner.db.execute<{ id: string }>(sql`
      select customer_id as id from associations where person_id = ${personId}`)
    const companies = rows.map(({ id }) => ({ id, number: id, name: id }))
    const deletion = {
      personId,
      companies,
      today: this.#today,
      publisher: 'Halden Software',
      locale: 'en' as const,
    }
    const work = (tx: Db) => deleteAccount(tx, deletion)
    await (rows.length > 0
      ? this.#db.database.forCustomer(
          rows.map(({ id }) => id),
          work,
        )
      : this.#db.database.transaction(work))
  }

  /** Whoever deleted their account makes another one, with the same address. */
  async register(who: number): Promise<void> {
    const { db } = this.#db.owner
    this.ids[who] = (await makePerson(db, { email: this.#emails[who]!, passwordHash: 'x' })).id
  }

  async invite(company: CompanyName, by: number, who: number, holds: Holding): Promise<void> {
    const privileges: Invited = Object.entries(holds).map(([privilege, until]) => ({
      privilege: privilege as Privilege,
      until: this.#until(until),
    }))
    const { id, customerNumber: number, name } = this.companies[company]
    await this.#in(company, (tx) =>
      invite(tx, {
        customer: { id, number, name },
        by: this.ids[by]!,
        email: this.#emails[who]!,
        privileges,
        language: 'en',
      }),
    )
  }

  /** By the link that was mailed last. */
  async accept(company: CompanyName, who: number): Promise<void> {
    const { id, customerNumber } = this.companies[company]
    const [mail] = await this.#db.owner.db.execute<{ token: string }>(sql`
      select params ->> 'token' as token from person_mails
      where to_address = ${this.#emails[who]!} and params ->> 'customerNumber' = ${customerNumber}
      order by id desc limit 1`)
    const token = mail?.token ?? `${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}.none`
    await this.#in(company, (tx) =>
      acceptInvitation(tx, { token, personId: this.ids[who]!, today: this.#today }),
    )
  }

  nameSupervisor(company: CompanyName, who: number): Promise<void> {
    return this.#atDesk(company, (tx, customerId) =>
      nameSupervisor(tx, { customerId, email: this.#emails[who]!, by: this.desk }),
    )
  }

  async askUpgrade(company: CompanyName, who: number): Promise<void> {
    const { customerNumber } = this.companies[company]
    const asked = { customerNumber, proof: `SO-${customerNumber}`, word: '', language: 'en' }
    const { id } = await this.#db.database.transaction((tx) =>
      askUpgrade(tx, { personId: this.ids[who]!, ...asked }),
    )
    this.#asked.set(`${company} ${who}`, id)
    await this.#db.database.transaction((tx) => examineUpgrade(tx, id))
  }

  /** Of the request made last: settled already, it is refused. */
  async approve(
    company: CompanyName,
    who: number,
    by: number | 'desk',
    privileges: Privilege[],
  ): Promise<void> {
    const requestId = this.#asked.get(`${company} ${who}`) ?? this.desk
    if (by === 'desk') {
      return await this.#atDesk(company, (tx, customerId) =>
        approveUpgrade(tx, { requestId, customerId, by: this.desk, privileges }),
      )
    }
    await this.#in(company, async (tx, customerId) => {
      await lockAsSupervisor(tx, customerId, this.ids[by]!)
      await approveUpgrade(tx, { requestId, customerId, by: this.ids[by]!, privileges })
    })
  }

  settleNewcomer(company: CompanyName, who: number, isOurs: boolean): Promise<void> {
    const act = isOurs ? confirmNewcomer : refuseNewcomer
    return this.#in(company, (tx, customerId) =>
      act(tx, { customerId, personId: this.ids[who]!, by: this.desk }),
    )
  }

  async load(rows: { company: CompanyName; who: number; privileges: Privilege[] }[]): Promise<void> {
    const contacts = rows.map(({ company, who, privileges }) =>
      contact({
        customer_number: this.companies[company].customerNumber,
        email: this.#emails[who]!,
        privileges: privileges.join('|'),
      }),
    )
    await loadFiles(this.#db.owner, { 'contacts.csv': contacts })
  }

  /** Days go by: what an invitation has left of its seven becomes less. */
  async pass(days: number): Promise<void> {
    this.day += days
    await this.#db.owner.db.execute(
      sql`update invitations set expires_at = expires_at - make_interval(days => ${days}::int)`,
    )
  }

  /** What people hold on the day, as PeopleModel.lines says it. */
  async lines(): Promise<string[]> {
    const names = Object.keys(this.companies) as CompanyName[]
    return (await Promise.all(names.map((name) => this.#linesOf(name)))).flat()
  }

  async #linesOf(name: CompanyName): Promise<string[]> {
    const { id } = this.companies[name]
    const rows = await this.#db.owner.db.execute<{
      who: string | null
      awaits: boolean
      was: boolean
      held: Record<string, number | null> | null
    }>(sql`
      select a.person_id as who, a.awaits_confirmation as awaits, c.first_supervised_at is not null as was,
        (select json_object_agg(h.privilege, h.until - ${dayFromNow(0)}::date) from privileges h
          where h.customer_id = c.id and h.person_id = a.person_id
            and (h.until is null or h.until >= ${this.#today}::date)) as held
      from customers c left join associations a on a.customer_id = c.id where c.id = ${id}`)
    const people = rows.flatMap(({ who, awaits, held }) => {
      if (!who) return []
      const said = Object.entries(held ?? {}).map(([privilege, until]) => sayHeld(privilege, until))
      return sayMember(name, this.ids.indexOf(who), awaits, said)
    })
    return [`${name}: ${rows[0]!.was ? 'had a supervisor' : 'never had one'}`, ...people].sort()
  }

  /** Of everything that an act leaves behind. */
  async footprint(): Promise<Record<string, unknown>> {
    const [counts] = await this.#db.owner.db.execute(sql`
      select (select count(*) from activity) as activity, (select count(*) from requests) as requests,
        (select count(*) from account_requests where decided_at is not null) as decided,
        (select count(*) from account_request_events) as events,
        (select count(*) from mails) as mails, (select count(*) from person_mails) as person_mails,
        (select count(*) from invitations where accepted_at is null and withdrawn_at is null) as invitations,
        (select count(*) from people where deleted_at is null) as people,
        (select count(*) from privilege_drafts) as drafts`)
    return counts!
  }
}
