import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeOldOf } from '../../src/jobs/retention.ts'
import { loggerFor } from '../../src/logger.ts'
import { activity, requestReceipts } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'

let it: TestApp
let browser: Visitor
let number: number
let path: string

beforeAll(async () => {
  it = await testApp()
  const by = it.cast.people['both@demo.example']!
  number = (await placeLicenses(it.db, it.cast.customers['100234']!, by, { label: 'SECRET-HOST' })).number
  path = `/c/100234/requests/${number}/receipts`
  browser = await it.signIn('both@demo.example')
})
afterAll(() => it.close())

const owner = () => it.db.owner.db
const stored = () => owner().select().from(requestReceipts)

/** Makes one through the form of the request's page; gives its address as the page shows it. */
async function make(by = browser): Promise<{ address: string; page: Awaited<ReturnType<Visitor['get']>> }> {
  const page = await by.submitAndFollow(await by.get(`/c/100234/requests/${number}`), {}, path)
  // A text browser and paper show a field only as wide as it is: the whole address stands beside it.
  expect(page.text).toContain(page.one('#address').getAttribute('value')!)
  const address = new URL(page.one('#address').getAttribute('value')!).pathname
  return { address, page }
}

test('from a request’s page: an address that shows number, kind, status and dates, and nothing else', async () => {
  const { address } = await make()
  expect(address).toMatch(/^\/receipts\/[\w-]{22}\.[\w-]{22}$/)
  const page = await it.visitor().get(address)
  expect(page.status).toBe(200)
  const shown = String(number).replace(/^(...)(...)(...)$/, '$1-$2-$3')
  expect(page.one('.g-number').textContent).toBe(shown)
  expect(page.all('dd').map((dd) => dd.textContent?.trim().replace(/\d.*/, ''))).toEqual([
    'Configure new licenses',
    'Completed',
    '',
    '',
  ])
  expect(page.one('svg[aria-label*="QR code"]')).toBeDefined()
  expect(page.body).not.toMatch(/100234|Brasseries|SECRET-HOST|Bruno|both@|Product|PRD-/)
  expect(page.headers['x-robots-tag']).toBe('noindex, nofollow')
  expect(page.headers['cache-control']).toBe('no-store')
})

test('its token is stored hashed, stands in no log, and is shown to who made it only, for some minutes', async () => {
  const { address } = await make()
  const token = address.split('/').at(-1)!
  const rows = await stored()
  expect(JSON.stringify(rows)).not.toContain(token)
  expect(rows.every(({ tokenHash }) => /^[0-9a-f]{64}$/.test(tokenHash))).toBe(true)
  expect(JSON.stringify(await owner().select().from(activity))).not.toContain(token)
  const { serializers } = loggerFor({ logLevel: 'info' }, false)
  for (const url of [address, `${address}?x`, `${address}/`, address.replace('receipts', 'RECEIPTS')]) {
    expect(serializers.req({ url }).url).not.toContain(token)
  }
  expect(it.app.hasRoute({ method: 'GET', url: '/receipts/:token' })).toBe(true)
  const another = await it.signIn('both@demo.example')
  expect((await another.get(path)).all('#address')).toHaveLength(0)
})

test('is revoked by who may see the request; a second time says so', async () => {
  const { address, page } = await make()
  const action = page.one('form[action$="/revocation"]').getAttribute('action')!
  const colleague = await it.signIn('reporting@demo.example')
  const list = await colleague.get(path)
  const done = await colleague.submitAndFollow(list, {}, action)
  expect(done.document.body.textContent).toContain('The receipt is revoked')
  expect((await it.visitor().get(address)).status).toBe(404)
  expect((await browser.submit(page, {}, action)).status).toBe(409)
  const verbs = (await owner().select().from(activity)).map(({ verb }) => verb)
  expect(verbs).toEqual(expect.arrayContaining(['receipt.made', 'receipt.revoked']))
})

test('nothing in two addresses says that they are of one company, or which', async () => {
  const tokens = (await Promise.all([make(), make()])).map(({ address }) => address.split('/').at(-1)!)
  const [heads, bits] = [0, 1].map((part) =>
    tokens.map((token) => Buffer.from(token.split('.')[part]!, 'base64url')),
  )
  const company = Buffer.from(it.cast.customers['100234']!.replaceAll('-', ''), 'hex')
  for (const bytes of [...heads!, ...bits!]) expect(bytes.equals(company)).toBe(false)
  // A version-7 UUID begins with its time: not even that is the same.
  expect(heads![0]!.subarray(0, 4).equals(heads![1]!.subarray(0, 4))).toBe(false)
})

test('revoked, ended, cut off, of another company’s head: all the same page', async () => {
  const { address } = await make()
  const [, , token = ''] = address.split('/')
  const foreign = Buffer.from(it.cast.customers['100555']!.replaceAll('-', ''), 'hex').toString('base64url')
  const wrong = [
    'none',
    token.slice(0, -1),
    `${token}x`,
    `${foreign}.${token.split('.')[1]}`,
    '%00',
    'x'.repeat(190),
  ]
  const pages = await Promise.all(wrong.map((one) => it.visitor().get(`/receipts/${one}`)))
  await owner().execute(sql`update request_receipts set expires_at = now() - interval '1 second'`)
  pages.push(await it.visitor().get(address))
  expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 404))
  expect(new Set(pages.map(({ text }) => text)).size).toBe(1)
  expect(pages[0]!.heading).toBe('No receipt here')
})

test('who may not see the request makes none; another company finds nothing; nothing changes', async () => {
  const before = await stored()
  for (const [who, status] of [
    ['none', 403],
    ['supervisor', 403],
    ['stranger', 404],
  ] as const) {
    const other = await it.signIn(`${who}@demo.example`)
    const token = (await other.open('/account')).one('input[name=_csrf]').getAttribute('value')!
    const form = { _csrf: token, _key: crypto.randomUUID() }
    expect([who, (await other.get(path)).status]).toEqual([who, status])
    expect([who, (await other.post(path, form)).status]).toEqual([who, status])
    const revocation = `${path}/${before[0]!.id}/revocation`
    expect([who, (await other.post(revocation, { ...form, _key: crypto.randomUUID() })).status]).toEqual([
      who,
      status,
    ])
  }
  expect(await stored()).toEqual(before)
})

test('twenty are open at most, also with many at once; the refusal says what to do', async () => {
  const page = await browser.get(path)
  const token = page.one('input[name=_csrf]').getAttribute('value')!
  const answers = await Promise.all(
    Array.from({ length: 24 }, () => browser.post(path, { _csrf: token, _key: crypto.randomUUID() })),
  )
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(20)
  const refused = answers.find(({ status }) => status === 422)!
  expect(refused.title).toMatch(/^Error:/)
  expect(refused.text).toContain('20 receipts of this request are open: revoke one')
  expect(refused.one('.govuk-error-summary a').getAttribute('href')).toBe('#make')
  await owner().execute(sql`update request_receipts set revoked_at = now()`)
})

test('the same form sent twice makes one', async () => {
  const before = (await stored()).length
  const form = await browser.get(path)
  await Promise.all([browser.submit(form, {}, path), browser.submit(form, {}, path)])
  expect((await stored()).length).toBe(before + 1)
})

test('one network cannot try out tokens', async () => {
  let last = 0
  for (let n = 0; n < 125; n++) last = (await it.app.inject({ url: `/receipts/${n}` })).statusCode
  expect(last).toBe(429)
  await owner().execute(sql`delete from throttles`)
})

test('what ended long ago is removed', async () => {
  const customerId = it.cast.customers['100234']!
  await owner().execute(sql`update request_receipts set revoked_at = now() - interval '31 days'`)
  const { address } = await make()
  await it.db.database.forCustomer(customerId, (tx) => removeOldOf(tx, [customerId], it.app.publisher()))
  expect(
    (await owner().select().from(requestReceipts).where(eq(requestReceipts.customerId, customerId))).length,
  ).toBe(1)
  expect((await it.visitor().get(address)).status).toBe(200)
})
