import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendMail } from '../../src/mail/send.ts'
import { readUnsubscribeToken, unsubscribeToken } from '../../src/notifications/unsubscribe.ts'
import { recordCompleted } from '../../src/requests/completed.ts'
import { companyNotificationChoices, mails, notificationChoices } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { startMailServer } from '../helpers/mail-server.ts'
import type { Visitor } from '../helpers/visitor.ts'

let it: TestApp
let customerId: string
const browsers: Record<string, Visitor> = {}
const id = (name: string) => it.cast.people[`${name}@demo.example`]!
const page = '/account/notifications'

beforeAll(async () => {
  it = await testApp({ GUICHET_URL: 'https://licenses.example.com' })
  customerId = it.cast.customers['100234']!
  for (const name of ['licensing', 'both', 'several', 'plain'])
    browsers[name] = await it.signIn(`${name}@demo.example`)
})
afterAll(() => it.close())

const chosen = async (name: string) =>
  (
    await it.db.owner.db
      .select()
      .from(notificationChoices)
      .where(eq(notificationChoices.personId, id(name)))
  )[0]
const chosenForCompany = (name: string) =>
  it.db.owner.db
    .select()
    .from(companyNotificationChoices)
    .where(eq(companyNotificationChoices.personId, id(name)))
const complete = (by: string, of = customerId) =>
  it.db.database.forCustomer(of, (tx) =>
    recordCompleted(tx, { customerId: of, personId: id(by), kind: 'detailed-report', details: {} }),
  )
const mailed = async (to: string) => {
  const rows = await it.db.owner.db
    .select()
    .from(mails)
    .where(eq(mails.personId, id(to)))
  return rows.map(({ template }) => template)
}
const noMail = () => it.db.owner.db.execute(sql`delete from mails`)

test('shows what holds as long as nothing is chosen', async () => {
  const answer = await browsers['licensing']!.get(page)
  expect(answer.status).toBe(200)
  const ticked = answer.all('input[name=topics][checked]').map((box) => box.getAttribute('value'))
  expect(ticked).toEqual(['own-requests', 'expiry', 'maintenance', 'privileges'])
  expect(answer.one('[name=leadDays]').getAttribute('value')).toBe('90, 30, 7')
})

test('a choice is kept, and shown again; without a company too', async () => {
  const browser = browsers['plain']!
  const form = await browser.get(page)
  const saved = await browser.submitAndFollow(form, { topics: ['expiry'], leadDays: '7 ; 365,7' }, page)
  expect(saved.body).toContain('Your choices are saved.')
  expect(saved.all('input[name=topics][checked]').map((box) => box.getAttribute('value'))).toEqual(['expiry'])
  expect(saved.one('[name=leadDays]').getAttribute('value')).toBe('365, 7')
})

test.each([
  ['', 'Say how many days before'],
  ['0', '“0” is not a whole number'],
  ['366', '“366” is not'],
  ['30, soon', '“soon” is not'],
  ['-7', '“-7” is not'],
  ['1e1', '“1e1” is not'],
  ['1,2,3,4,5,6,7,8,9,10,11', 'At most 10'],
])('days %j are given back with what is wrong', async (leadDays, words) => {
  const browser = browsers['licensing']!
  const form = await browser.get(page)
  const answer = await browser.submit(form, { topics: ['expiry', 'privileges'], leadDays }, page)
  expect(answer.status).toBe(422)
  expect(answer.title).toMatch(/^Error:/)
  expect(answer.one('#leadDays-error').textContent).toContain(words)
  expect(answer.one('[name=leadDays]').getAttribute('value') ?? '').toBe(leadDays)
  const ticked = answer.all('input[name=topics][checked]').map((box) => box.getAttribute('value'))
  expect(ticked).toEqual(['expiry', 'privileges'])
  expect(await chosen('licensing')).toBeUndefined()
})

test('one company differently, and back again; another’s company is not there', async () => {
  const browser = browsers['several']!
  const led = await browser.open(`${page}/company?number=100990`)
  expect(led.heading).toContain('100990')
  const saved = await browser.submitAndFollow(
    led,
    { own: 'yes', topics: [], leadDays: '' },
    '/c/100990/notifications',
  )
  expect(saved.body).toContain('Your choices for Nordlicht Anlagenbau GmbH are saved.')
  expect(await chosenForCompany('several')).toMatchObject([
    {
      customerId: it.cast.customers['100990'],
      topics: { expiry: false, 'own-requests': false },
      leadDays: [],
    },
  ])
  expect((await browser.get(page)).link('100990')).toBe('/c/100990/notifications')
  await browser.submit(saved, { own: 'no' }, '/c/100990/notifications')
  expect(await chosenForCompany('several')).toEqual([])
  expect((await browser.get('/c/100555/notifications')).status).toBe(404)
})

describe('requests', () => {
  test('of one’s own are mailed until turned off', async () => {
    await noMail()
    await complete('licensing')
    expect(await mailed('licensing')).toEqual(['request-completed'])
    const browser = browsers['licensing']!
    await browser.submit(await browser.get(page), { topics: ['expiry'], leadDays: '30' }, page)
    await noMail()
    await complete('licensing')
    expect(await mailed('licensing')).toEqual([])
  })

  test('of colleagues are mailed to who wants them and may see them, in companies where that is so', async () => {
    for (const name of ['both', 'plain', 'several']) {
      const browser = browsers[name]!
      await browser.submit(await browser.get(page), { topics: ['company-requests'], leadDays: '' }, page)
    }
    await noMail()
    await complete('both')
    expect(await mailed('several')).toEqual(['company-request'])
    expect([...(await mailed('both')), ...(await mailed('plain')), ...(await mailed('reporting'))]).toEqual(
      [],
    )
    await complete('stranger', it.cast.customers['100555']!)
    expect(await mailed('several')).toHaveLength(1)
  })
})

describe('the link in each mail', () => {
  const link = (name: string, of: string | null = customerId) =>
    `/unsubscribe/${unsubscribeToken(it.config, { personId: id(name), customerId: of, topics: ['expiry', 'maintenance'] })}`

  test('its token says what it is for, and any other letter is refused', () => {
    const what = { personId: id('both'), customerId, topics: ['expiry' as const] }
    const token = unsubscribeToken(it.config, what)
    expect(token).toMatch(/^[\w-]{66}$/)
    expect(readUnsubscribeToken(it.config, token)).toEqual(what)
    for (let at = 0; at < token.length; at++) {
      const other = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(readUnsubscribeToken(it.config, other)).toBeUndefined()
    }
    expect(readUnsubscribeToken({ secret: 'another one, of 32 letters or more' }, token)).toBeUndefined()
    for (const wrong of ['', 'x', `${token}A`, `${token}=`, '../../etc']) {
      expect(readUnsubscribeToken(it.config, wrong)).toBeUndefined()
    }
  })

  test('looking at it changes nothing, whoever looks', async () => {
    const answer = await it.visitor().get(link('both'))
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('licenses that are about to end and maintenance that is about to end')
    expect(answer.headers['x-robots-tag']).toBe('noindex')
    expect(await chosenForCompany('both')).toEqual([])
  })

  test('one click of a mail program ends it: no cookie, no form’s token, no redirect', async () => {
    for (const _again of [1, 2]) {
      const answer = await it
        .visitor()
        .post(
          link('both'),
          { 'List-Unsubscribe': 'One-Click' },
          { 'sec-fetch-site': 'cross-site', origin: 'https://mail.example' },
        )
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('You are no longer mailed about')
    }
    expect(await chosenForCompany('both')).toMatchObject([
      { customerId, topics: { expiry: false, maintenance: false } },
    ])
  })

  test('one click sent as multipart too', async () => {
    const payload =
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const answer = await it.app.inject({ method: 'POST', url: link('several'), payload, headers })
    expect(answer.statusCode).toBe(200)
    expect(await chosenForCompany('several')).toMatchObject([{ topics: { expiry: false } }])
  })

  test('on its page one chooses where: everywhere means in companies with choices of their own too', async () => {
    const visitor = it.visitor()
    const done = await visitor.submitAndFollow(await visitor.get(link('several')), { scope: 'everything' })
    expect(done.heading).toBe('Messages stopped')
    expect((await chosen('several'))!.topics).toMatchObject({
      'own-requests': false,
      privileges: false,
      expiry: false,
    })
    expect(await chosenForCompany('several')).toMatchObject([{ topics: { 'company-requests': false } }])
  })

  test('who is gone from the company, or altogether, leaves nothing behind', async () => {
    const nobody = { personId: '01234567-89ab-7def-8123-456789abcdef', topics: ['expiry' as const] }
    for (const of of [null, customerId]) {
      const token = unsubscribeToken(it.config, { ...nobody, customerId: of })
      expect((await it.visitor().post(`/unsubscribe/${token}`, {})).status).toBe(200)
    }
  })

  test('a wrong one is not there', async () => {
    expect((await it.visitor().get('/unsubscribe/x')).status).toBe(404)
    expect((await it.visitor().post('/unsubscribe/x', {})).status).toBe(404)
  })

  test('stands in the mail’s head and foot, and works from there', async () => {
    await noMail()
    const server = await startMailServer()
    await complete('reporting')
    const [mail] = await it.db.owner.db
      .select()
      .from(mails)
      .where(eq(mails.personId, id('reporting')))
    const { readMailSettings } = await import('../../src/mail/settings.ts')
    const config = { ...it.config, mail: readMailSettings({ url: server.url }) }
    await sendMail(
      { ...it.app, config, database: it.db.database, publisher: it.app.publisher, log: it.app.log },
      { customerId, mailId: mail!.id },
    )
    await server.close()
    const { header, source } = server.delivered[0]!
    const address = header('List-Unsubscribe')!.slice(1, -1)
    expect(source.replace(/=\r\n/g, '')).toContain(`\r\n${address}\r\n`)
    await it
      .visitor()
      .post(address.replace('https://licenses.example.com', ''), { 'List-Unsubscribe': 'One-Click' })
    await noMail()
    await complete('reporting')
    expect(await mailed('reporting')).toEqual([])
  })
})
