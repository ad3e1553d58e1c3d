import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loggerFor } from '../../src/logger.ts'
import { calendarFeeds, people, privileges } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { parseCalendar } from '../helpers/calendar.ts'
import { addTerm, dayFromNow, makeEntitlement, makeFamily, makeProduct } from '../helpers/makers.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

let it: TestApp
let reporting: Visitor
let several: Visitor
const path = '/account/notifications/calendars'
const families: Record<string, string> = {}

beforeAll(async () => {
  it = await testApp()
  reporting = await it.signIn('reporting@demo.example')
  several = await it.signIn('several@demo.example')
  const { db } = it.db.owner
  const own = async (
    number: string,
    name: string,
    ends: string | null,
    contract: string,
    endsOn: string | null = null,
  ) => {
    families[name] ??= (await makeFamily(db, { name })).id
    const product = await makeProduct(db, { familyId: families[name]!, name: `${name}; Pro, "X"` })
    return makeEntitlement(db, it.cast.customers[number]!, product.id, {
      ...{
        startsOn: dayFromNow(-400),
        endsOn: ends,
        contract: { number: contract, startsOn: dayFromNow(-400), endsOn },
      },
    })
  }
  await own('100234', 'CAD', dayFromNow(20), 'SC-1', dayFromNow(50))
  await own('100234', 'CAE', dayFromNow(10), 'SC-2')
  await own('100234', 'CAE', null, 'SC-3', dayFromNow(40))
  const renewed = await own('100234', 'CAD', dayFromNow(5), 'SC-4')
  await addTerm(db, it.cast.customers['100234']!, renewed, { startsOn: dayFromNow(6), endsOn: null })
  await own('100871', 'CAD', dayFromNow(30), 'SC-5')
  await own('100990', 'CAD', dayFromNow(30), 'SC-6')
})
afterAll(() => it.close())

const make = async (browser: Visitor, fields: Record<string, string> = {}): Promise<Answer> =>
  browser.submitAndFollow(await browser.get(`${path}/new`), { name: 'Ends', ...fields }, path)
const addressOf = (page: Answer) => new URL(page.one('#address').getAttribute('value')!).pathname
const fetched = async (address: string) => {
  const answer = await it.visitor().get(address)
  return answer.status === 200
    ? parseCalendar(answer.body).events.map(({ start, summary }) => [start, summary])
    : answer.status
}
const days = async (address: string) => {
  const events = await fetched(address)
  return typeof events === 'number' ? events : events.map(([start]) => start)
}
const day = (days: number) => dayFromNow(days).replaceAll('-', '')

test('a calendar of all that ends, without signing in; renewed terms are not in it', async () => {
  const page = await make(reporting)
  expect(page.heading).toBe('Ends')
  const address = addressOf(page)
  expect(address).toMatch(/^\/calendar\/[\w-]{22}\.ics$/)
  const answer = await it.visitor().get(address)
  expect(answer.headers).toMatchObject({
    'content-type': 'text/calendar; charset=utf-8',
    'cache-control': 'private, no-store',
    'x-robots-tag': 'noindex, nofollow',
  })
  const { name, events } = parseCalendar(answer.body)
  expect(name).toBe('Ends')
  expect(events.map(({ start }) => start)).toEqual([10, 20, 40, 50].map(day))
  expect(events[1]).toMatchObject({
    summary: '10 licenses of CAD; Pro, "X" end (100234)',
    end: day(21),
    url: expect.stringMatching(/\/c\/100234\/licenses\/PRD-\d+$/),
  })
  expect(answer.body).not.toContain('VALARM')
})

test('the address is stored nowhere, shown on the browser that made it only, and in no log', async () => {
  const page = await make(reporting)
  const address = addressOf(page)
  const token = address.split('/').at(-1)!.replace('.ics', '')
  const rows = await it.db.owner.db.execute(sql`select * from calendar_feeds`)
  expect(JSON.stringify(rows)).not.toContain(token)
  const elsewhere = await it.signIn('reporting@demo.example')
  const [feed] = await it.db.owner.db.select().from(calendarFeeds).orderBy(sql`created_at desc`)
  expect((await elsewhere.get(`${path}/${feed!.id}`)).body).not.toContain(token)
  const { serializers } = loggerFor({ logLevel: 'info' }, false)
  expect(serializers.req({ method: 'GET', url: address }).url).not.toContain(token)
})

test('the same calendar has the same tag, and is not sent twice', async () => {
  const address = addressOf(await make(reporting))
  const first = await it.visitor().get(address)
  const again = it.visitor()
  again.headers = { 'if-none-match': String(first.headers['etag']) }
  const second = await again.get(address)
  expect([second.status, second.body]).toEqual([304, ''])
  expect((await it.visitor().get(address)).body).toBe(first.body)
})

test('one company, one family, one kind', async () => {
  const of = async (fields: Record<string, string>) => days(addressOf(await make(several, fields)))
  expect(await of({})).toEqual([10, 20, 40, 50, 30].map(day))
  expect(await of({ customer: '100234', family: families['CAD']! })).toEqual([20, 50].map(day))
  expect(await of({ customer: '100234', only: 'maintenance' })).toEqual([40, 50].map(day))
  expect(await of({ customer: '100871' })).toEqual([day(30)])
})

test('a company where one does not hold Reporting, or is not, cannot be chosen', async () => {
  for (const customer of ['100990', '100555']) {
    const answer = await several.submit(await several.get(`${path}/new`), { name: 'x', customer }, path)
    expect(answer.status).toBe(422)
    expect(answer.one('#customer-error').textContent).toContain('Choose one of those offered')
  }
})

describe('its address is checked at each fetch', () => {
  test('Reporting lost: not there; gained again: there again', async () => {
    const address = addressOf(await make(reporting))
    const mine = eq(privileges.personId, it.cast.people['reporting@demo.example']!)
    await it.db.owner.db
      .update(privileges)
      .set({ until: dayFromNow(-2) })
      .where(mine)
    expect(await fetched(address)).toBe(404)
    await it.db.owner.db.update(privileges).set({ until: null }).where(mine)
    expect(await days(address)).toHaveLength(4)
  })

  test('address of the account no longer confirmed: not there', async () => {
    const address = addressOf(await make(reporting))
    const me = eq(people.id, it.cast.people['reporting@demo.example']!)
    await it.db.owner.db.update(people).set({ confirmedAt: null }).where(me)
    expect(await fetched(address)).toBe(404)
    await it.db.owner.db.update(people).set({ confirmedAt: new Date() }).where(me)
  })

  test('after a year: not there', async () => {
    const address = addressOf(await make(reporting))
    await it.db.owner.db.execute(sql`update calendar_feeds set expires_at = now() - interval '1 second'`)
    expect(await fetched(address)).toBe(404)
  })

  test.each(['/calendar/x.ics', '/calendar/AAAAAAAAAAAAAAAAAAAAAA.ics', '/calendar/AAAAAAAAAAAAAAAAAAAAAA'])(
    'a wrong one is not there: %s',
    async (address) => expect(await fetched(address)).toBe(404),
  )
})

test('renewed: a new address, the old one dead; revoked: none', async () => {
  const page = await make(reporting)
  const first = addressOf(page)
  const renewal = page.one('form[action$="/renewal"]').getAttribute('action')!
  const renewed = await reporting.submitAndFollow(page, {}, renewal)
  const second = addressOf(renewed)
  expect(second).not.toBe(first)
  expect(await fetched(first)).toBe(404)
  expect(await days(second)).toHaveLength(4)
  const revocation = renewal.replace('renewal', 'revocation')
  const list = await reporting.submitAndFollow(renewed, {}, revocation)
  expect(list.text).toContain('revoked')
  expect(await fetched(second)).toBe(404)
})

test('another person’s calendar is not there', async () => {
  const page = await make(reporting)
  const renewal = page.one('form[action$="/renewal"]').getAttribute('action')!
  const other = await it.signIn('both@demo.example')
  expect((await other.get(renewal.replace('/renewal', ''))).status).toBe(404)
  const own = await make(other)
  for (const act of ['renewal', 'revocation']) {
    const form = own.one(`form[action$="/${act}"]`).getAttribute('action')!
    const fields = Object.fromEntries(
      own
        .all(`form[action="${form}"] input`)
        .map((input) => [input.getAttribute('name')!, input.getAttribute('value')!]),
    )
    expect((await other.post(renewal.replace('renewal', act), fields)).status).toBe(404)
  }
  expect(await days(addressOf(page))).toHaveLength(4)
})

test('eleven at once are one too many', async () => {
  await it.db.owner.db.delete(calendarFeeds)
  for (let n = 0; n < 10; n++) await make(reporting)
  const answer = await reporting.submit(await reporting.get(`${path}/new`), { name: 'x' }, path)
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('revoke one first')
})

test('in the language of the account', async () => {
  await it.db.owner.db
    .update(people)
    .set({ language: 'fr' })
    .where(eq(people.id, it.cast.people['both@demo.example']!))
  const browser = await it.signIn('both@demo.example')
  const events = await fetched(addressOf(await make(browser)))
  expect(JSON.stringify(events)).toContain('expirent (100234)')
})

test('where none was chosen, in the language of each company, as its mail is', async () => {
  const { db } = it.db.owner
  await db.execute(sql`update people set language = null where email = 'several@demo.example'`)
  await db.execute(
    sql`update customers set language = case customer_number when '100871' then 'fr' else 'en' end`,
  )
  const events = JSON.stringify(await fetched(addressOf(await make(several))))
  expect(events).toMatch(/ends? \(100234\)/)
  expect(events).toMatch(/expire(nt)? \(100871\)/)
})
