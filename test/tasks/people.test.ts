import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people, privileges } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const guichet = (...args: string[]) => runGuichet(t.db, args)

const personOf = async (email: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.email, email)))[0]!

describe('guichet invite CUSTOMER EMAIL', () => {
  test('prints a link with which a new contact sets a password and reaches the company', async () => {
    const { code, out } = await guichet(
      'invite',
      '100234',
      'New.Person@Example.com',
      'licensing',
      'reporting',
    )
    expect(code).toBe(0)
    const link = new URL(out.trim())
    const browser = t.visitor()
    const page = await browser.get(link.pathname)
    const password = 'a password of their own'
    const answer = await browser.submit(page, { password, passwordAgain: password }, link.pathname)
    expect(answer.status).toBe(303)
    expect((await browser.get('/')).location).toBe('/c/100234')
    expect((await browser.get('/c/100234/configure')).status).toBe(200)
    const person = await personOf('new.person@example.com')
    const held = await t.db.owner.db.select().from(privileges).where(eq(privileges.personId, person.id))
    expect(held.map(({ privilege }) => privilege).sort()).toEqual(['licensing', 'reporting'])
  })

  test('R9: a first supervisor invited this way closes the company', async () => {
    expect((await guichet('invite', '100871', 'chief@example.com', 'supervisor')).code).toBe(0)
    const held = await t.db.owner.db
      .select()
      .from(privileges)
      .where(eq(privileges.personId, t.cast.people['open@demo.example']!))
    expect(held.map(({ privilege, isKept }) => [privilege, isKept]).sort()).toEqual([
      ['licensing', true],
      ['reporting', true],
    ])
    // R3: who came as its supervisor had nothing to keep.
    const chief = await personOf('chief@example.com')
    const own = await t.db.owner.db.select().from(privileges).where(eq(privileges.personId, chief.id))
    expect(own.map(({ privilege }) => privilege)).toEqual(['supervisor'])
  })

  test('refuses in words: unknown customer, unknown privilege, no address', async () => {
    const unknown = await guichet('invite', '999999', 'x@example.com')
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('There is no customer 999999')])
    const privilege = await guichet('invite', '100234', 'x@example.com', 'admin')
    expect(privilege.err).toContain('the privileges are supervisor, licensing, reporting')
    expect((await guichet('invite', '100234', 'nobody')).err).toContain('"nobody" is not an e-mail address')
    expect((await guichet('invite')).err).toContain('Usage: guichet invite')
  })
})

test('guichet staff add EMAIL makes a person of the publisher, who must set up a second factor', async () => {
  const { code, out } = await guichet('staff', 'add', 'staff@example.com')
  expect(code).toBe(0)
  const { pathname } = new URL(out.trim())
  const browser = t.visitor()
  const password = 'a password of the staff'
  await browser.submit(await browser.get(pathname), { password, passwordAgain: password }, pathname)
  for (const path of ['/', '/desk']) {
    const page = await browser.open(path)
    expect([page.status, page.url.split('?')[0]]).toEqual([200, '/account/second-factor/new'])
  }
  expect((await personOf('staff@example.com')).isStaff).toBe(true)
})

test('guichet publisher shows and sets the publisher’s settings, and refuses what fits none', async () => {
  const set = await guichet('publisher', 'open_until_supervised', 'no')
  expect([set.code, set.out]).toEqual([0, expect.stringMatching(/open_until_supervised\s+no/)])
  expect((await guichet('publisher', 'time_zone', 'Mars/Base')).err).toContain('is not a time zone')
  expect((await guichet('publisher', 'time_zone', '+05:45')).err).toContain('is not a time zone')
  for (const zone of ['Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'Etc/GMT+5', 'UTC'])
    expect((await guichet('publisher', 'time_zone', zone)).code).toBe(0)
  expect((await guichet('publisher', 'support_url', 'javascript:alert(1)')).code).toBe(2)
  expect((await guichet('publisher', 'name', ' ')).err).toContain('The publisher has a name')
  expect((await guichet('publisher', 'host_id_kinds', 'DONGLE, my key')).err).toContain('"MY KEY" is not')
  expect((await guichet('publisher', 'colour', 'red')).err).toContain('Names: name, time_zone')
})

test('a command that does not exist lists those that do', async () => {
  const { code, err } = await guichet('frobnicate')
  expect([code, err]).toEqual([2, expect.stringMatching(/no command "frobnicate"[\s\S]*guichet import/)])
})
