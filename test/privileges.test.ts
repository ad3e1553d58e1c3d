import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { grant } from '../src/privileges/grant.ts'
import { customers, people, privileges, publisher } from '../src/schema.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { associate, makeCustomer, makePerson } from './helpers/makers.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

async function company(size: number, confirmed = true) {
  const { db } = t.db.owner
  const customer = await makeCustomer(db, { firstSupervisedAt: null })
  const contacts = []
  for (let i = 0; i < size; i++) {
    const person = await makePerson(db, confirmed ? {} : { confirmedAt: null })
    await associate(db, customer.id, person.id)
    contacts.push(person.id)
  }
  return { customerId: customer.id, contacts }
}

const heldIn = async (customerId: string, personId: string) =>
  (
    await t.db.owner.db
      .select({ privilege: privileges.privilege, isKept: privileges.isKept })
      .from(privileges)
      .where(and(eq(privileges.customerId, customerId), eq(privileges.personId, personId)))
      .orderBy(privileges.privilege)
  ).map(({ privilege, isKept }) => (isKept ? `${privilege} (kept)` : privilege))

const nameSupervisor = (customerId: string, personId: string) =>
  t.db.owner.transaction((tx) =>
    grant(tx, { customerId, personId, privilege: 'supervisor', grantedBy: null }),
  )

describe('R9: naming the first supervisor', () => {
  test('writes Licensing and Reporting for each contact of that moment, kept; later contacts get none', async () => {
    const { customerId, contacts } = await company(3)
    await nameSupervisor(customerId, contacts[0]!)
    expect(await heldIn(customerId, contacts[0]!)).toEqual([
      'licensing (kept)',
      'reporting (kept)',
      'supervisor',
    ])
    expect(await heldIn(customerId, contacts[1]!)).toEqual(['licensing (kept)', 'reporting (kept)'])
    const later = await makePerson(t.db.owner.db)
    await associate(t.db.owner.db, customerId, later.id)
    await nameSupervisor(customerId, contacts[1]!)
    expect(await heldIn(customerId, later.id)).toEqual([])
  })

  test('keeps nothing where the company was not open by the publisher’s setting', async () => {
    await t.db.owner.db.update(publisher).set({ openUntilSupervised: false })
    const { customerId, contacts } = await company(2)
    await nameSupervisor(customerId, contacts[0]!)
    expect(await heldIn(customerId, contacts[1]!)).toEqual([])
    await t.db.owner.db.update(publisher).set({ openUntilSupervised: true })
  })

  test('writes them for a contact who has not confirmed yet too', async () => {
    const { customerId, contacts } = await company(2, false)
    await nameSupervisor(customerId, contacts[0]!)
    expect(await heldIn(customerId, contacts[1]!)).toEqual(['licensing (kept)', 'reporting (kept)'])
  })
})

describe('R9: who may use the license tools of a company that never had a supervisor', () => {
  beforeEach(async () => {
    await t.db.owner.db.update(publisher).set({ openUntilSupervised: true })
    await t.app.refreshPublisher()
  })

  const tools = async (email: string, number: string) => {
    const browser = await t.signIn(email)
    return Promise.all(
      ['configure', 'report', 'packs'].map(async (x) => (await browser.get(`/c/${number}/${x}`)).status),
    )
  }

  test('every confirmed contact, while the setting is on', async () => {
    expect(await tools('open@demo.example', '100871')).toEqual([200, 200, 200])
    await t.db.owner.db.update(publisher).set({ openUntilSupervised: false })
    await t.app.refreshPublisher()
    expect(await tools('open@demo.example', '100871')).toEqual([403, 403, 403])
  })

  test('not one whose address is not confirmed', async () => {
    const id = t.cast.people['open@demo.example']!
    await t.db.owner.db.update(people).set({ confirmedAt: null }).where(eq(people.id, id))
    expect(await tools('open@demo.example', '100871')).toEqual([403, 403, 403])
    await t.db.owner.db.update(people).set({ confirmedAt: new Date() }).where(eq(people.id, id))
  })

  test('if the company later loses its supervisors nothing opens', async () => {
    await t.db.owner.db
      .update(customers)
      .set({ firstSupervisedAt: new Date() })
      .where(eq(customers.customerNumber, '100871'))
    expect(await tools('open@demo.example', '100871')).toEqual([403, 403, 403])
  })
})

describe('the supervisor’s page', () => {
  test('R4: lists everyone and what they hold; R5: advises a second supervisor while there is one', async () => {
    const page = await (await t.signIn('supervisor@demo.example')).open('/c/100234/people')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Bruno Carré')
    expect(page.text).toContain('We advise several')
    const row = page.all('tbody tr').find((tr) => tr.textContent!.includes('both@demo.example'))!
    expect(row.textContent).toMatch(/Licensing[\s\S]*Reporting/)
  })

  test('a privilege with a last day is held on that day and not after it', async () => {
    const personId = t.cast.people['none@demo.example']!
    const customerId = t.cast.customers['100234']!
    const until = async (day: string) => {
      await t.db.owner.transaction((tx) =>
        grant(tx, { customerId, personId, privilege: 'reporting', grantedBy: null, until: day }),
      )
      return (await (await t.signIn('none@demo.example')).get('/c/100234/report')).status
    }
    expect(await until(t.app.today())).toBe(200)
    const yesterday = new Date(Date.parse(t.app.today()) - 86_400_000).toISOString().slice(0, 10)
    expect(await until(yesterday)).toBe(403)
    await t.db.owner.db
      .delete(privileges)
      .where(and(eq(privileges.customerId, customerId), eq(privileges.personId, personId)))
  })
})
