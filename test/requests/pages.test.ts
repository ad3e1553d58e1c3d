import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decommissionHost } from '../../src/hosts/decommission.ts'
import { endTemporaryLicenses } from '../../src/plans/end-temporary.ts'
import { recordRequest } from '../../src/requests/record.ts'
import { requestEvents } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow } from '../helpers/makers.ts'
import { planner, testCutter, testPublisher } from '../helpers/plans.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'
import { workplace } from '../helpers/workplace.ts'

let it: TestApp
let customerId: string
/** Made by Licensing of 100234. */
let work: Awaited<ReturnType<typeof placeLicenses>>
let page: string
let packUrl: string
const browsers: Record<string, Visitor> = {}

beforeAll(async () => {
  it = await testApp()
  customerId = it.cast.customers['100234']!
  work = await placeLicenses(it.db, customerId, it.cast.people['licensing@demo.example']!, {
    label: 'LYO-CAD-07',
  })
  page = `/c/100234/requests/${work.number}`
  packUrl = `${page}/packs/${work.host.id}`
  for (const name of ['licensing', 'reporting', 'both', 'none', 'supervisor', 'several', 'stranger', 'open'])
    browsers[name] = await it.signIn(`${name}@demo.example`)
})
afterAll(() => it.close())

const inThrees = (number: number) => String(number).replace(/(\d{3})(?=\d)/g, '$1-')

test('R2: with its number the request is seen in detail: lines, results, timeline, who, what and when', async () => {
  const answer = await browsers['licensing']!.get(page)
  expect(answer.status).toBe(200)
  expect(answer.one('.g-number').textContent).toBe(inThrees(work.number))
  expect(answer.title).toContain(`Request ${inThrees(work.number)}`)
  expect(answer.text).toContain('Completed')
  expect(answer.text).toContain('Luc Moreau')
  const row = answer.one('tbody tr').textContent!.replace(/\s+/g, ' ')
  expect(row).toContain(work.product.name)
  expect(row).toContain('available licenses')
  expect(row).toContain('LYO-CAD-07')
  const timeline = answer.all('.g-timeline li').map((li) => li.textContent!.replace(/\s+/g, ' '))
  expect(timeline[0]).toContain('Luc Moreau submitted the request')
  expect(timeline[1]).toContain('The counter made issue 1 of the license pack of LYO-CAD-07')
  expect(timeline[2]).toContain('The counter completed the request')
})

test('a request without a plan is found by the host it is about, and by what it took off', async () => {
  const at = workplace(it)
  const lent = await at.own({}, { name: 'Lent Vault' })
  const host = await at.host('ENDS-SOON')
  const id = await at.lend(lent.id, host.id, 1)
  await it.db.owner.sql`
    update temporary_licenses set starts_on = ${dayFromNow(-14)}, ends_on = ${dayFromNow(-1)} where entitlement_id = ${id}`
  const by = { customerId, personId: it.cast.people['licensing@demo.example']! }
  const today = dayFromNow()
  await it.db.database.forCustomer(customerId, (tx) =>
    endTemporaryLicenses(tx, { customerId, today, publisher: testPublisher, cut: testCutter }),
  )
  const { number } = await it.db.database.forCustomer(customerId, (tx) =>
    decommissionHost(tx, { ...by, hostId: host.id }),
  )
  const found = async (text: string) => {
    const page = await browsers['both']!.get(`/c/100234/requests?q=${text}`)
    return page.all('tbody tr').map((row) => row.textContent!.replace(/\s+/g, ' '))
  }
  const [byHost, byProduct] = [await found('ends-soon'), await found('lent+vault')]
  expect(byHost).toHaveLength(3)
  expect(byHost.some((row) => row.includes(inThrees(number)))).toBe(true)
  expect(byProduct).toHaveLength(2)
})

test('R2: anyone entitled to the request sees it later: its company by Licensing or Reporting', async () => {
  for (const name of ['reporting', 'both', 'several']) {
    expect((await browsers[name]!.get(page)).status, name).toBe(200)
  }
})

test.each([
  ['none', 'Sylvie Perrin'],
  ['supervisor', 'Manage privileges'],
])('R10: %s is told what the request of a colleague takes, and who gives it', async (name, who) => {
  for (const url of [page, packUrl, `${packUrl}/view`]) {
    const answer = await browsers[name]!.get(url)
    expect(answer.status, url).toBe(403)
    expect(answer.text).toContain('Licensing or Reporting')
    expect(answer.text).toContain(who)
  }
})

test("another company's people find nothing there, by its address or by their own", async () => {
  for (const url of [page, packUrl, `${packUrl}/view`, '/c/100234/requests'])
    expect((await browsers['stranger']!.get(url)).status, url).toBe(404)
  const own = page.replace('100234', '100555')
  expect((await browsers['stranger']!.get(own)).status).toBe(404)
  expect((await browsers['stranger']!.get(packUrl.replace('100234', '100555'))).status).toBe(404)
  expect((await browsers['open']!.get(page.replace('100234', '100871'))).status).toBe(404)
})

test('any spelling of the number in the address leads to the one with nine digits', async () => {
  const spelled = `/c/100234/requests/${inThrees(work.number)}`
  const answer = await browsers['both']!.get(spelled)
  expect([answer.status, answer.location]).toEqual([308, page])
  for (const wrong of ['100000008', 'x', '1', '100000009999'])
    expect((await browsers['both']!.get(`/c/100234/requests/${wrong}`)).status, wrong).toBe(404)
})

test('who asked downloads the packs the request produced without Reporting; it is noted once', async () => {
  const browser = browsers['licensing']!
  expect((await browser.get(page)).link('Download')).toBe(packUrl)
  const fetched = async () => {
    const of = eq(requestEvents.requestId, work.requestId)
    const events = await it.db.owner.db.select().from(requestEvents).where(of)
    return events.filter(({ kind }) => kind === 'pack-fetched').length
  }
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const head = await it.app.inject({ method: 'HEAD', url: packUrl, headers: { cookie } })
  expect([head.statusCode, await fetched()]).toEqual([200, 0])
  const file = await browser.get(packUrl)
  expect(file.status).toBe(200)
  expect(file.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(file.headers['content-disposition']).toBe('attachment; filename="100234_LYO-CAD-07_issue-1.lic"')
  expect(file.body).toContain('INCREMENT')
  expect((await browser.get(packUrl)).body).toBe(file.body)
  expect(await fetched()).toBe(1)
  expect((await browser.get(page)).text).toContain('Luc Moreau downloaded issue 1')
})

test('the pack is read on a page, and printed from there', async () => {
  const answer = await browsers['licensing']!.get(`${packUrl}/view`)
  expect(answer.status).toBe(200)
  expect(answer.heading).toBe('License pack of LYO-CAD-07, issue 1')
  expect(answer.one('pre').textContent).toBe((await browsers['licensing']!.get(packUrl)).body)
})

test('packs of others take Reporting: Licensing alone sees the request, not its file', async () => {
  const other = await placeLicenses(it.db, customerId, it.cast.people['both@demo.example']!)
  const url = `/c/100234/requests/${other.number}`
  const answer = await browsers['licensing']!.get(url)
  expect(answer.status).toBe(200)
  expect(answer.all('a[download]')).toHaveLength(0)
  expect(answer.text).toContain('takes the privilege Reporting')
  const refused = await browsers['licensing']!.get(`${url}/packs/${other.host.id}`)
  expect(refused.status).toBe(403)
  expect(refused.text).toContain('Reporting')
  expect((await browsers['reporting']!.get(`${url}/packs/${other.host.id}`)).status).toBe(200)
})

test('who asked keeps the packs of their requests when the privileges are gone', async () => {
  const person = it.cast.people['several@demo.example']!
  const mine = await placeLicenses(it.db, it.cast.customers['100990']!, person)
  const of990 = (held: string) =>
    it.db.owner.db.execute(
      `${held} where person_id = '${person}' and customer_id = '${it.cast.customers['100990']}'`,
    )
  await of990('delete from privileges')
  const url = `/c/100990/requests/${mine.number}`
  expect((await browsers['several']!.get(url)).status).toBe(200)
  expect((await browsers['several']!.get(`${url}/packs/${mine.host.id}`)).status).toBe(200)
  await of990('delete from associations')
  expect((await browsers['several']!.get(`${url}/packs/${mine.host.id}`)).status).toBe(404)
  await it.db.owner.db.execute(
    `insert into associations (customer_id, person_id) values ('${it.cast.customers['100990']}', '${person}')`,
  )
})

test('a pack that a later issue replaces says so, and stays what it was', async () => {
  const first = await placeLicenses(it.db, customerId, it.cast.people['both@demo.example']!)
  const url = `/c/100234/requests/${first.number}`
  const before = await browsers['both']!.get(`${url}/packs/${first.host.id}`)
  const { place } = planner(it.db.database, customerId, it.cast.people['both@demo.example']!)
  await place([{ entitlementId: first.entitlement.id, to: first.host.id, quantity: 1 }])
  const answer = await browsers['both']!.get(url)
  expect(answer.text).toContain('replaced since')
  expect((await browsers['both']!.get(`${url}/packs/${first.host.id}`)).body).toBe(before.body)
})

test('requests about privileges are for supervisors and who asked, not for holders of license tools', async () => {
  const personId = it.cast.people['none@demo.example']!
  const { number } = await it.db.database.forCustomer(customerId, (tx) =>
    recordRequest(tx, {
      customerId,
      kind: 'ask-privilege',
      status: 'submitted',
      personId,
      details: { privilege: 'licensing', why: '' },
    }),
  )
  const url = `/c/100234/requests/${number}`
  const seen = async (name: string) => [
    (await browsers[name]!.get(url)).status,
    (await browsers[name]!.get('/c/100234/requests')).text.includes(inThrees(number)),
  ]
  expect(await seen('none')).toEqual([200, true])
  expect(await seen('supervisor')).toEqual([200, true])
  expect(await seen('both')).toEqual([403, false])
})

test('the list: the company with Licensing or Reporting, else only one’s own', async () => {
  const listed = (name: string) => browsers[name]!.get('/c/100234/requests')
  for (const name of ['licensing', 'reporting'])
    expect((await listed(name)).text, name).toContain(inThrees(work.number))
  const own = await listed('none')
  expect(own.status).toBe(200)
  expect(own.text).not.toContain(inThrees(work.number))
  expect(own.text).toContain('take the privilege Licensing or Reporting')
})

test.each([
  ['whose=mine', false],
  ['kind=configure', true],
  ['kind=move', false],
  ['status=completed', true],
  ['status=declined', false],
  ['q=lyo-cad', true],
  ['q=moreau', true],
  ['q=100%25', false],
  ['q=nothing+of+that+name', false],
  // What the filter does not know counts as not said.
  ['kind=nonsense&status=%00&after=zzz', true],
])('the list filtered by %s', async (query, isThere) => {
  const answer = await browsers['both']!.get(`/c/100234/requests?${query}`)
  expect(answer.status).toBe(200)
  expect(answer.one('#results').textContent!.includes(inThrees(work.number))).toBe(isThere)
})

test('the list finds a part of a number, and says when nothing fits or nothing is there', async () => {
  const part = String(work.number).slice(3)
  expect((await browsers['both']!.get(`/c/100234/requests?q=${part}`)).text).toContain(inThrees(work.number))
  const nothing = await browsers['both']!.get('/c/100234/requests?q=zzz')
  expect(nothing.text).toContain('No request fits this filter')
  expect((await browsers['open']!.get('/c/100871/requests')).text).toContain('There are no requests yet')
})

test('in French', async () => {
  const browser = await it.signIn('both@demo.example')
  browser.headers['accept-language'] = 'fr'
  const list = await browser.get('/c/100234/requests')
  expect(list.heading).toBe('Requêtes')
  const answer = await browser.get(page)
  expect(answer.text).toContain('a établi l’édition 1 de la nomenclature de licence de LYO-CAD-07')
})

test('what a request did to very many is shown a part at a time, and as a whole for printing', async () => {
  const personId = it.cast.people['supervisor@demo.example']!
  const changes = Array.from({ length: 450 }, () => ({ personId, before: {}, after: { licensing: {} } }))
  const { number } = await it.db.database.forCustomer(customerId, (tx) =>
    recordRequest(tx, {
      customerId,
      kind: 'change-privileges',
      status: 'completed',
      personId,
      details: { changes },
    }),
  )
  const supervisor = browsers['supervisor']!
  const path = `/c/100234/requests/${number}`
  const rowsAt = async (query: string) => {
    const answer = await supervisor.get(`${path}${query}`)
    const links = answer.all('nav[aria-label="Pages of the list"] a').map((a) => a.getAttribute('href'))
    return { rows: answer.all('tbody tr').length, links, text: answer.text }
  }
  const first = await rowsAt('')
  expect(first.rows).toBe(200)
  expect(first.links).toEqual([`${path}?part=2#list`, `${path}?part=all#list`])
  expect(first.text).toContain('1 to 200 of 450')
  const last = await rowsAt('?part=99')
  expect(last.rows).toBe(50)
  expect(last.links).toEqual([`${path}?part=2#list`, `${path}?part=all#list`])
  expect((await rowsAt('?part=x')).rows).toBe(200)
  expect(await rowsAt('?part=all')).toMatchObject({ rows: 450, links: [] })
})
