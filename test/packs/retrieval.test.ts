import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outdateCompromised } from '../../src/packs/outdate-compromised.ts'
import { hosts, mails, packs, requestPacks, requests } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeHost } from '../helpers/makers.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'

let it: TestApp
let customerId: string
let browser: Visitor
let one: Awaited<ReturnType<typeof placeLicenses>>
let two: Awaited<ReturnType<typeof placeLicenses>>

beforeAll(async () => {
  it = await testApp()
  customerId = it.cast.customers['100234']!
  const by = it.cast.people['licensing@demo.example']!
  one = await placeLicenses(it.db, customerId, by, { label: 'ALPHA' })
  two = await placeLicenses(it.db, customerId, by, { label: 'BETA' })
  browser = await it.signIn('reporting@demo.example')
})
afterAll(() => it.close())

const stored = async () => (await it.db.owner.db.select().from(requests)).length
const retrieve = async (host: string | string[], by = browser) =>
  by.submit(await by.get('/c/100234/packs'), { host })

const retrieved = async (host: string) => {
  const page = await browser.get((await retrieve(host)).location)
  return browser.get(page.one('a[download]').getAttribute('href')!)
}

test('R7: Reporting retrieves the current pack of a host; the answer is a request number with its file', async () => {
  const answer = await retrieve(one.host.id)
  expect(answer.status).toBe(303)
  const page = await browser.get(answer.location)
  expect(page.one('.g-number').textContent).toMatch(/^100-\d{3}-\d{3}$/)
  expect(page.text).toContain('License pack of ALPHA')
  const file = await browser.get(page.one('a[download]').getAttribute('href')!)
  expect(file.body).toContain('INCREMENT')
  const [host] = await it.db.owner.db.select().from(hosts).where(eq(hosts.id, one.host.id))
  expect(host!.packIssue).toBe(1)
})

test('R7: several at once are one request', async () => {
  const answer = await retrieve([one.host.id, two.host.id])
  const page = await browser.get(answer.location)
  expect(page.all('.g-panel a[download]')).toHaveLength(2)
  expect(page.link('Download all as a zip (2 packs)')).toMatch(/\/packs\.zip$/)
})

test('a pack signed with a key that others may have is made anew at retrieval, signed with another', async () => {
  const { db } = it.db.owner
  const before = (await retrieved(two.host.id)).body
  await db.update(packs).set({ keyId: 'given-away' }).where(eq(packs.hostId, two.host.id))
  const [key] = it.app.packKeys
  await it.db.owner.transaction((tx) =>
    outdateCompromised(tx, [key!, { ...key!, kid: 'given-away', status: 'compromised' }]),
  )
  const marked = await db.select().from(hosts).where(eq(hosts.isPackCurrent, false))
  expect(marked.map(({ label }) => label)).toEqual(['BETA'])
  const after = (await retrieved(two.host.id)).body
  expect(after).toContain(`ed25519:${key!.kid}:`)
  const issueOf = (text: string) => Number(/Issue: +(\d+)/.exec(text)![1])
  expect(issueOf(after)).toBe(issueOf(before) + 1)
})

test('R7: what was loaded since the last issue gives a new issue at retrieval, once', async () => {
  await it.db.owner.db.update(hosts).set({ isPackCurrent: false }).where(eq(hosts.id, two.host.id))
  expect((await browser.get('/c/100234/packs')).text).toContain('Issue 3 will be made')
  const page = await browser.get((await retrieve(two.host.id)).location)
  expect(page.text).toContain('Issue 3')
  const again = await browser.get((await retrieve(two.host.id)).location)
  expect(again.text).toContain('Issue 3')
})

test.each(['licensing', 'none', 'supervisor'])('R7: %s is refused, and told what it takes', async (name) => {
  const other = await it.signIn(`${name}@demo.example`)
  const before = await stored()
  const answer = await other.get('/c/100234/packs')
  expect(answer.status).toBe(403)
  expect(answer.text).toContain('Reporting')
  const list = await other.get('/c/100234/requests')
  const token = list.one('input[name=_csrf]').getAttribute('value')!
  const posted = await other.post('/c/100234/packs', {
    _csrf: token,
    _key: crypto.randomUUID(),
    host: one.host.id,
  })
  expect(posted.status).toBe(403)
  expect(await stored()).toBe(before)
})

test('who retrieved a pack keeps the request, but a pack it did not produce takes Reporting', async () => {
  const page = (await retrieve(one.host.id)).location
  const file = `${page}/packs/${one.host.id}`
  const personId = it.cast.people['reporting@demo.example']!
  await it.db.owner.db.execute(`delete from privileges where person_id = '${personId}'`)
  expect((await browser.get(page)).status).toBe(200)
  expect((await browser.get(file)).status).toBe(403)
  await it.db.owner.db.execute(
    `insert into privileges (customer_id, person_id, privilege) values ('${customerId}', '${personId}', 'reporting')`,
  )
  expect((await browser.get(file)).status).toBe(200)
})

test('nothing chosen, a host without licenses, one of another company: 422 with words, nothing stored', async () => {
  const empty = await makeHost(it.db.owner.db, customerId, { label: 'EMPTY' })
  const foreign = await makeHost(it.db.owner.db, it.cast.customers['100555']!, { label: 'FOREIGN' })
  const before = await stored()
  for (const host of [[], 'x', empty.id, foreign.id, [one.host.id, foreign.id]]) {
    const answer = await retrieve(host)
    expect(answer.status, String(host)).toBe(422)
    expect(answer.title).toMatch(/^Error:/)
    expect(answer.all('.govuk-error-summary a[href="#host"]')).toHaveLength(1)
    expect(answer.all('#host')).toHaveLength(1)
  }
  const kept = await retrieve([one.host.id, empty.id])
  expect(kept.one(`input[value="${one.host.id}"]`).hasAttribute('checked')).toBe(true)
  expect(await stored()).toBe(before)
  const page = await browser.get('/c/100234/packs?q=empty')
  expect(page.text).toContain('No licenses are placed on this host')
  expect(page.all('input[name=host]')).toHaveLength(0)
})

test('the same form sent twice is one request, one mail', async () => {
  const form = await browser.get('/c/100234/packs')
  const before = await stored()
  const [first, second] = await Promise.all([
    browser.submit(form, { host: one.host.id }),
    browser.submit(form, { host: one.host.id }),
  ])
  expect(first.location).toBe(second.location)
  expect(await stored()).toBe(before + 1)
  const number = Number(first.location.split('/').at(-1))
  const sent = await it.db.owner.db.select().from(mails)
  expect(sent.filter(({ params }) => params['number'] === number)).toHaveLength(1)
})

test.each([
  ['label', () => 'alph'],
  ['product', () => one.product.name],
  ['part number', () => one.product.partNumber.toLowerCase()],
  ['order', () => one.entitlement.salesOrderNumber],
])('a host is found by its %s', async (_, text) => {
  const page = await browser.get(`/c/100234/packs?${new URLSearchParams({ q: text() })}`)
  expect(page.one('#results').textContent).toContain('ALPHA')
  expect(page.one('#results').textContent).not.toContain('BETA')
})

test('a host is found by its host ID in any spelling', async () => {
  const page = await browser.get('/c/100234/packs')
  const id = /02-AA-10(-\w\w){3}/.exec(page.text)![0]
  const none = await browser.get('/c/100234/packs?q=no-such-host')
  expect(none.link('in the register of hosts')).toBe('/c/100234/hosts?text=no-such-host')
  for (const q of [id, id.replaceAll('-', ':').toLowerCase(), id.replaceAll('-', '')]) {
    const found = await browser.get(`/c/100234/packs?${new URLSearchParams({ q })}`)
    expect(found.all('input[name=host]'), q).toHaveLength(1)
  }
})

test('a feature finds the hosts that hold a product with it; one box takes all of them', async () => {
  const feature = /INCREMENT (\S+)/.exec((await retrieved(one.host.id)).body)![1]!
  const found = await browser.get(`/c/100234/packs?q=${feature.toLowerCase()}`)
  expect(found.text).toContain('holds ')
  expect(found.all('input[name=host]').length).toBeGreaterThan(0)
  const page = await browser.submitAndFollow(await browser.get('/c/100234/packs'), { all: 'yes' })
  for (const label of ['ALPHA', 'BETA']) expect(page.text).toContain(`License pack of ${label}`)
  expect((await browser.get('/c/100234/packs?q=alpha')).all('#all')).toHaveLength(0)
})

test('another company has its own list only', async () => {
  const stranger = await it.signIn('stranger@demo.example')
  expect((await stranger.get('/c/100234/packs')).status).toBe(404)
  expect((await stranger.get('/c/100555/packs')).text).not.toContain('ALPHA')
  const rows = await it.db.owner.db.select().from(requestPacks)
  expect(rows.every((row) => row.customerId === customerId)).toBe(true)
})
