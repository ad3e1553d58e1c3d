import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordActivities } from '../../src/activity/record.ts'
import { verifyActivity } from '../../src/activity/verify.ts'
import { newId } from '../../src/ids.ts'
import { keepHouse } from '../../src/jobs/housekeeping.ts'
import { leaveCompany } from '../../src/privileges/leave.ts'
import { associations, people, privileges, sessions } from '../../src/schema.ts'
import { hashPassword } from '../../src/sign-in/password.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { associate, dayFromNow, makePerson } from '../helpers/makers.ts'
import { lastMailTo, mailTo } from '../helpers/person-mail.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const path = '/account/deletion'
const personOf = async (email: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.id, t.cast.people[email]!)))[0]!
const personNow = async (id: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.id, id)))[0]!
const remove = async (browser: Visitor) =>
  browser.submit(await browser.get(path), { understood: 'yes' }, path)

describe('deleting one’s account', () => {
  test('erases name and address, ends associations, privileges and sessions, and keeps the ID of what was done', async () => {
    const email = 'both@demo.example'
    const id = t.cast.people[email]!
    const customerId = t.cast.customers['100234']!
    const { number } = await placeLicenses(t.db, customerId, id)
    const here = await t.signIn(email)
    const there = await t.signIn(email)
    const page = await here.get(path)
    expect(page.text).toContain('100234 - Brasseries Lemaire SA')
    expect(page.text).toContain('What stays, and why')
    const answer = await remove(here)
    expect([answer.status, answer.location]).toEqual([303, '/sign-in'])
    expect((await here.get('/sign-in')).body).toContain('Your account is deleted')
    for (const browser of [here, there])
      expect((await browser.get('/account')).location).toMatch(/^\/sign-in/)

    expect(await personOf(email)).toMatchObject({
      id,
      name: '',
      phone: '',
      passwordHash: null,
      confirmedAt: null,
      primaryCustomerId: null,
      loaded: {},
      deletedAt: expect.any(Date),
    })
    const { db } = t.db.owner
    for (const table of [associations, privileges, sessions]) {
      expect(await db.select().from(table).where(eq(table.personId, id))).toEqual([])
    }
    expect((await lastMailTo(t, email)).template).toBe('account-deleted')
    expect((await t.visitor().signIn(email, t.cast.password).catch(String)).toString()).toContain('422')

    const colleague = await t.signIn('several@demo.example')
    const request = await colleague.get(`/c/100234/requests/${number}`)
    expect(request.text).toContain('a deleted account')
    const list = await colleague.get('/c/100234/requests')
    expect(list.text).toContain('a deleted account')
    for (const shown of [request, list]) {
      expect(shown.body).not.toMatch(/Bruno|both@demo|deleted\.invalid/)
    }
    const where = await db.execute<{ found: string }>(sql`
      select 'people' as found from people where people::text ~ 'Bruno|both@demo'
      union all select 'person_mails' from person_mails where person_id = ${id}
      union all select 'particulars' from activity_particulars where person_id = ${id}`)
    expect([...where]).toEqual([])
  })

  test('the record of a company keeps neither network nor invited address, nor does that of one left before', async () => {
    const { id } = await makePerson(t.db.owner.db, {
      passwordHash: await hashPassword('lampe rivière 12 nord'),
    })
    const [still, left] = ['100234', '100871'].map((number) => t.cast.customers[number]!)
    for (const customerId of [still!, left!]) {
      await associate(t.db.owner.db, customerId, id)
      const invitation = newId()
      const by = t.cast.people['supervisor@demo.example']!
      await t.db.database.forCustomer(customerId, (tx) =>
        recordActivities(tx, customerId, [
          {
            ...{ personId: by, verb: 'person.invited', objectKind: 'invitation', objectId: invitation },
            particulars: { email: 'gone@example.com', network: '192.0.2.1' },
          },
          {
            ...{ personId: id, verb: 'person.joined', objectKind: 'person', objectId: id },
            ...{ details: { invitation }, particulars: { network: '192.0.2.77' } },
          },
          {
            ...{ personId: by, verb: 'person.invited', objectKind: 'invitation', objectId: newId() },
            particulars: { email: 'stays@example.com' },
          },
        ]),
      )
    }
    await t.db.database.forCustomer(left!, (tx) =>
      leaveCompany(tx, { customerId: left!, personId: id, today: dayFromNow() }),
    )
    const named = async (customerId: string) =>
      (
        await t.db.owner.db.execute<{ facts: string }>(sql`
          select facts::text from activity_particulars
          where customer_id = ${customerId} and facts::text ~ 'gone@|stays@|192.0.2.77'`)
      )
        .map(({ facts }) => /gone@|stays@|192.0.2.77/.exec(facts)![0])
        .sort()
    const email = (await personNow(id)).email
    const visitor = t.visitor()
    await visitor.signIn(email, 'lampe rivière 12 nord')
    expect((await remove(visitor)).status).toBe(303)
    expect(await named(still!)).toEqual(['stays@'])
    expect(await named(left!)).toEqual(['192.0.2.77', 'gone@', 'stays@'])
    await keepHouse(t.app)
    expect(await named(left!)).toEqual(['stays@'])
    const verified = await t.db.database.readCustomer(left!, (tx) => verifyActivity(tx, left!))
    expect(verified.faults).toEqual([])
  })

  test('the address is free again: registering with it makes another account', async () => {
    const browser = t.visitor()
    await browser.submit(await browser.get('/register'), { email: 'both@demo.example' }, '/register')
    const { token, template } = await lastMailTo(t, 'both@demo.example')
    expect(template).toBe('confirm-address')
    const password = 'tulipe garage vélo 7'
    await browser.submit(await browser.get(`/register/${token}`), {
      name: 'Somebody',
      password,
      passwordAgain: password,
    })
    expect((await browser.get('/')).heading).toBe('Your account opens no license tools yet')
    const [again] = await t.db.owner.db.select().from(people).where(eq(people.email, 'both@demo.example'))
    expect(again!.id).not.toBe(t.cast.people['both@demo.example'])
  })

  test('the last supervisor is refused, by page and by form; the company and the way out are named', async () => {
    const email = 'supervisor@demo.example'
    const browser = await t.signIn(email)
    const page = await browser.get(path)
    expect(page.text).toContain('You are the last supervisor of')
    expect(page.link('100234 - Brasseries Lemaire SA')).toBe('/c/100234/people')
    expect(page.all(`form[action="${path}"]`)).toHaveLength(0)
    const csrf = page.one('input[name=_csrf]').getAttribute('value')!
    const forced = await browser.post(path, { _csrf: csrf, _key: crypto.randomUUID(), understood: 'yes' })
    expect(forced.status).toBe(422)
    expect(forced.text).toContain('last supervisor of 100234 - Brasseries Lemaire SA')
    expect((await personOf(email)).deletedAt).toBeNull()
    expect((await browser.get('/c/100234/people')).status).toBe(200)
  })

  test('two supervisors at once: one goes, the other stays', async () => {
    const customerId = t.cast.customers['100555']!
    const other = 'licensing@demo.example'
    await t.db.owner.db.insert(associations).values({ customerId, personId: t.cast.people[other]! })
    await t.db.owner.db
      .insert(privileges)
      .values({ customerId, personId: t.cast.people[other]!, privilege: 'supervisor' })
    const emails = ['stranger@demo.example', other]
    const browsers = await Promise.all(emails.map((email) => t.signIn(email)))
    const pages = await Promise.all(browsers.map((browser) => browser.get(path)))
    const answers = await Promise.all(
      browsers.map((browser, i) => browser.submit(pages[i]!, { understood: 'yes' }, path)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
    const left = await t.db.owner.db.execute(
      sql`select person_id from privileges where customer_id = ${customerId} and privilege = 'supervisor'`,
    )
    expect(left).toHaveLength(1)
  })

  test('without the tick nothing happens, and it is said', async () => {
    const email = 'none@demo.example'
    const browser = await t.signIn(email)
    const answer = await browser.submit(await browser.get(path), {}, path)
    expect(answer.status).toBe(422)
    expect(answer.one('#understood-error').textContent).toContain('Tick the box')
    expect((await personOf(email)).deletedAt).toBeNull()
  })

  test('the same form twice at once deletes once and harms nobody else', async () => {
    const email = 'several@demo.example'
    const browser = await t.signIn(email)
    const page = await browser.get(path)
    const before = await t.db.owner.db.select().from(people)
    const answers = await Promise.all([1, 2].map(() => browser.submit(page, { understood: 'yes' }, path)))
    expect(answers.every(({ status }) => status === 303)).toBe(true)
    expect((await personOf(email)).deletedAt).not.toBeNull()
    expect((await mailTo(t, email)).filter(({ template }) => template === 'account-deleted')).toHaveLength(1)
    const others = (rows: typeof before) => rows.filter((row) => row.id !== t.cast.people[email])
    expect(others(await t.db.owner.db.select().from(people))).toEqual(others(before))
  })

  test('somebody without companies goes, too', async () => {
    const browser = await t.signIn('plain@demo.example')
    expect((await remove(browser)).location).toBe('/sign-in')
    // Nothing on the browser says who was here, nor that a session of theirs has ended.
    expect([...browser.cookies.keys()].filter((name) => /^guichet(_former)?$/.test(name))).toEqual([])
    expect((await personOf('plain@demo.example')).deletedAt).not.toBeNull()
  })

  test('by schema a deleted account keeps nothing', async () => {
    const id = t.cast.people['plain@demo.example']!
    const update = t.db.owner.db.update(people).set({ name: 'Back' }).where(eq(people.id, id))
    await expect(update).rejects.toThrow()
  })
})
