import { desc, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordRequest } from '../../src/requests/record.ts'
import { activity, publisherActivity, requests } from '../../src/schema.ts'
import {
  doJobs,
  examine,
  findStored,
  forgetMails,
  listMails,
  makeProofs,
  tryUpgrade,
} from '../helpers/account-requests.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { addTerm, dayFromNow, makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import { snapshot } from '../helpers/snapshot.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'

let it: TestApp
let desk: Visitor
let other: Visitor
const browsers: Record<string, Visitor> = {}

beforeAll(async () => {
  it = await testApp()
  await makeProofs(it)
  for (const name of ['plain', 'open', 'both', 'none', 'supervisor', 'several', 'stranger'])
    browsers[name] = await it.signIn(`${name}@demo.example`)
  desk = await it.signIn('desk@demo.example')
  other = await it.signIn('desk@demo.example')
})
afterAll(() => it.close())

const inThrees = (number: number) => String(number).replace(/(\d{3})(?=\d)/g, '$1-')
const at = (number: number, act = '') => `/desk/requests/${number}${act}`
const idOf = (name: string) => it.cast.people[`${name}@demo.example`]!
const forget = () => it.db.owner.db.execute(sql`delete from throttles`)

async function upgrade(customer = '100990', proof = `SO-${customer}`) {
  await forget()
  const { number } = await tryUpgrade(browsers['plain']!, customer, proof)
  await examine(it, number)
  await forgetMails(it)
  return number
}

const lastVerbs = async (customer: string) =>
  (
    await it.db.owner.db
      .select({ verb: activity.verb, by: activity.personId })
      .from(activity)
      .where(eq(activity.customerId, it.cast.customers[customer]!))
      .orderBy(activity.id)
  ).map(({ verb, by }) => `${verb} ${by === idOf('desk') ? 'desk' : 'another'}`)

describe('who is at the desk', () => {
  test('staff come to it from /, with a frame of its own', async () => {
    const start = await desk.get('/')
    expect([start.status, start.location]).toEqual([303, '/desk'])
    const page = await desk.get('/desk')
    expect(page.all('.g-sections a').map((a) => a.getAttribute('href'))).toEqual(
      expect.arrayContaining(['/desk', '/desk/customers']),
    )
    expect(page.all('.g-customer')).toEqual([])
  })

  test('to all others no page of it exists, and no act does anything', async () => {
    const number = await upgrade()
    const before = await snapshot(it.db.owner)
    const routes = it.app.routeTable.filter(({ url, method }) => url.startsWith('/desk') && method !== 'HEAD')
    expect(routes.length).toBeGreaterThan(7)
    for (const [name, browser] of Object.entries(browsers)) {
      const csrf = (await browser.open('/account')).one('input[name=_csrf]').getAttribute('value')!
      for (const { method, url, access } of routes) {
        expect([url, access.kind]).toEqual([url, 'staff'])
        const address = url.replace(':number', String(number)).replace(':customer', '100990')
        const fields = { _csrf: csrf, _key: crypto.randomUUID(), text: 'x', question: 'x', reason: 'proof' }
        const answer = method === 'POST' ? await browser.post(address, fields) : await browser.get(address)
        expect([name, method, address, answer.status]).toEqual([name, method, address, 404])
      }
    }
    expect(await snapshot(it.db.owner)).toEqual(before)
    expect((await findStored(it, number)).status).toBe('in-review')
  })
})

describe('the queue', () => {
  test('has what waits, longest first, by kind, status and age, and finds a number', async () => {
    const number = await upgrade()
    const page = await desk.get('/desk')
    expect(page.text).toContain(inThrees(number))
    const has = async (query: string) =>
      (await desk.get(`/desk?${query}`)).one('#results').textContent!.includes(inThrees(number))
    expect(await has('kind=upgrade&status=in-review')).toBe(true)
    expect(await has('kind=name-supervisor')).toBe(false)
    expect(await has('status=needs-information')).toBe(false)
    expect(await has('days=1')).toBe(false)
    await it.db.owner.db.execute(sql`
      update account_requests set desk_since = now() - interval '2 days' where number = ${number}`)
    expect(await has('days=1')).toBe(true)
    expect(await has('days=3')).toBe(false)
    expect(await has('state=settled')).toBe(false)
    expect(await has('state=nonsense&kind=%00&days=x&after=zzz')).toBe(true)
    const first = (await desk.get('/desk')).one('tbody th').textContent
    expect(first).toContain(inThrees(number))
    for (const address of [`/requests/find?number=${inThrees(number)}`, `/requests/find?number=${number}`]) {
      expect((await desk.get(address)).location).toBe(at(number))
    }
    expect((await desk.get(at(inThrees(number) as never))).location).toBe(at(number))
    expect((await desk.get('/desk/requests/100000008')).status).toBe(404)
  })

  test('pages by key: each once, none left out', async () => {
    const people = it.cast.people['stranger@demo.example']!
    await it.db.owner.db.execute(sql`
      insert into account_requests (id, number, kind, status, person_id, desk_since, details)
      select gen_random_uuid(), 900000000 + n, 'upgrade', 'in-review', ${people}, now() - interval '9 days',
        '{"customerNumber": "X", "proof": "Y"}' from generate_series(1, 120) n`)
    const seen: string[] = []
    let page = await desk.get('/desk?days=7')
    for (;;) {
      seen.push(...page.all('tbody th a').map((a) => a.textContent!))
      const next = page.all('a[rel=next]')[0]
      if (!next) break
      page = await desk.get(next.getAttribute('href')!)
    }
    expect([seen.length, new Set(seen).size]).toEqual([120, 120])
    await it.db.owner.db.execute(sql`delete from account_requests where number > 900000000`)
  })

  test('a cursor made by hand begins at the start', async () => {
    for (const made of [
      '["2026-02-30 00:00:00+00","x"]',
      '["2026-13-01 00:00:00+00","00000000-0000-0000-0000-000000000000"]',
      '[1,2]',
    ]) {
      const after = Buffer.from(made).toString('base64url')
      expect((await desk.get(`/desk?after=${after}`)).status).toBe(200)
    }
  })
})

describe('R8: an upgrade at the desk', () => {
  test('its page shows who asks, what the proof shows, domains, contacts and supervisors', async () => {
    const page = await desk.get(at(await upgrade()))
    expect(page.text).toContain('plain@demo.example')
    expect(page.text).toContain('SO-100990 right')
    expect(page.text).toContain('known for this customer')
    expect(page.text).toContain('Samuel Roy')
    const wrong = await desk.get(at(await upgrade('100990', 'SO-100234')))
    expect(wrong.text).toContain('SO-100234 wrong')
    const none = await desk.get(at(await upgrade('NOBODY', 'SO-1')))
    expect(none.text).toContain('no such customer')
    expect(none.all('form[action$="/approval"]')).toEqual([])
  })

  test('approved: associated with what was chosen, mailed, recorded with who did it; not twice', async () => {
    const number = await upgrade()
    const page = await desk.get(at(number))
    const late = await other.get(at(number))
    const done = await desk.submit(page, { privileges: ['reporting'] }, at(number, '/approval'))
    expect([done.status, done.location]).toEqual([303, at(number)])
    expect((await findStored(it, number)).decidedBy).toBe(idOf('desk'))
    const mine = await browsers['plain']!.get('/c/100990/report')
    expect(mine.status).toBe(200)
    expect((await browsers['plain']!.get('/c/100990/configure')).status).toBe(403)
    expect(await listMails(it)).toContain('upgrade-approved plain@demo.example')
    expect((await lastVerbs('100990')).slice(-2)).toEqual(['upgrade.approved desk', 'privilege.granted desk'])
    const again = await other.submit(late, {}, at(number, '/approval'))
    expect(again.status).toBe(409)
    await it.db.owner.db.execute(sql`delete from privileges where person_id = ${idOf('plain')}`)
    await it.db.owner.db.execute(sql`delete from associations where person_id = ${idOf('plain')}`)
  })

  test('two of the desk decide at once: one does, the other is told', async () => {
    const number = await upgrade()
    const [one, two] = [await desk.get(at(number)), await other.get(at(number))]
    const answers = await Promise.all([
      desk.submit(one, { reason: 'unconfirmed' }, at(number, '/refusal')),
      other.submit(two, { reason: 'duplicate' }, at(number, '/refusal')),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
    expect((await listMails(it)).length).toBe(1)
  })

  test('declined: takes a reason, own words where it is another, and keeps what was typed', async () => {
    const number = await upgrade()
    const page = await desk.get(at(number))
    const without = await desk.submit(page, { words: 'Because' }, at(number, '/refusal'))
    expect(without.status).toBe(422)
    expect(without.title).toMatch(/^Error:/)
    expect(without.one('#words').textContent).toContain('Because')
    expect((await desk.submit(page, { reason: 'nonsense' }, at(number, '/refusal'))).status).toBe(422)
    expect((await desk.submit(page, { reason: 'other' }, at(number, '/refusal'))).status).toBe(422)
    await desk.submit(page, { reason: 'other', words: 'Not this year.' }, at(number, '/refusal'))
    expect((await browsers['plain']!.get(`/requests/${number}`)).text).toContain('Not this year.')
    expect((await lastVerbs('100990')).at(-1)).toBe('desk-request.declined desk')
  })

  test('information asked for and given: back in review, waiting for the desk again', async () => {
    const number = await upgrade()
    const page = await desk.get(at(number))
    expect((await desk.submit(page, {}, at(number, '/questions'))).status).toBe(422)
    await desk.submit(page, { question: 'Who is your <manager>?' }, at(number, '/questions'))
    expect(await listMails(it)).toEqual(['account-request-question plain@demo.example'])
    const plain = browsers['plain']!
    const mine = await plain.get(`/requests/${number}`)
    expect(mine.text).toContain('Needs information')
    expect(mine.text).toContain('The license desk asked for more information Who is your <manager>?')
    expect(mine.text).not.toContain('Denise')
    expect((await desk.get('/desk')).text).not.toContain(inThrees(number))
    expect((await desk.get('/desk?state=others')).text).toContain(inThrees(number))
    await forgetMails(it)
    const url = `/requests/${number}/messages`
    const empty = await plain.submit(mine, { text: ' ' }, url)
    expect(empty.status).toBe(422)
    await plain.submit(mine, { text: 'Mrs <b>Roy</b>\n\nin Kiel' }, url)
    await doJobs(it)
    expect(await listMails(it)).toEqual(['desk-message desk@demo.example'])
    const back = await desk.get(at(number))
    expect(back.text).toContain('In review')
    expect(back.text).toContain('Mrs <b>Roy</b>')
    expect((await desk.get('/desk')).text).toContain(inThrees(number))
  })

  test('wrong proof may be taken up, asked about and approved by a person', async () => {
    const number = await upgrade('100990', 'SO-100234')
    const { id } = await findStored(it, number)
    const page = await desk.get(at(number))
    await desk.submit(page, { question: 'Which order?' }, at(number, '/questions'))
    // Of no company yet: in the publisher's record.
    const [entry] = await it.db.owner.db.select().from(publisherActivity).orderBy(desc(publisherActivity.seq))
    expect(entry).toMatchObject({
      verb: 'desk-request.questioned',
      personId: idOf('desk'),
      details: { number },
    })
    const asked = '/desk/activity?about=desk-request'
    const line = (await desk.get(asked)).one('tbody tr')
    expect(line.textContent).toMatch(/Denise Klein \(you\)\s+Information asked for/)
    expect(line.querySelector('a')!.getAttribute('href')).toBe(at(number))
    const { workOnAccountRequest } = await import('../../src/requests/account/jobs.ts')
    await workOnAccountRequest(it.app, { requestId: id, step: 'decline' })
    expect((await findStored(it, number)).status).toBe('needs-information')
    const done = await desk.submit(page, {}, at(number, '/approval'))
    expect(done.status).toBe(303)
    expect((await browsers['plain']!.get('/c/100990')).status).toBe(200)
    await it.db.owner.db.execute(sql`delete from associations where person_id = ${idOf('plain')}`)
  })

  test('nobody decides about themselves', async () => {
    await forget()
    const { number } = await tryUpgrade(desk, '100990', 'SO-100990')
    await examine(it, number)
    const page = await desk.get('/desk')
    const csrf = page.one('input[name=_csrf]').getAttribute('value')!
    for (const act of ['/approval', '/refusal']) {
      const fields = { _csrf: csrf, _key: crypto.randomUUID(), reason: 'proof' }
      expect((await desk.post(at(number, act), fields)).status).toBe(409)
    }
    expect((await findStored(it, number)).status).toBe('in-review')
  })
})

describe('R9: the first supervisor', () => {
  const ask = '/c/100871/supervisor-request'
  const naming = (number: number) => at(number, '/approval')

  test('is asked for by a person of the company; once, however often', async () => {
    await forgetMails(it)
    const open = browsers['open']!
    expect((await open.get('/c/100871')).link('Ask for a supervisor')).toBe(ask)
    const form = await open.get(ask)
    expect(form.one('#nominee').getAttribute('value')).toBe('open@demo.example')
    expect((await open.submit(form, { nominee: 'nobody' }, ask)).status).toBe(422)
    const sent = await open.submit(form, { nominee: 'Several@demo.example', word: 'I leave <soon>' }, ask)
    expect(sent.location).toMatch(/^\/requests\/\d{9}$/)
    expect(await listMails(it)).toEqual(['desk-request-waits desk@demo.example'])
    expect((await open.get(ask)).text).toContain('You have asked for a supervisor already')
    const page = await open.get(sent.location)
    expect(page.heading).toBe('Name a supervisor')
    expect((await browsers['several']!.get(sent.location)).status).toBe(404)
  })

  test('is named by the desk: kept privileges, every contact told, the request completed; one of two at once', async () => {
    await forgetMails(it)
    const list = await desk.get('/desk?kind=name-supervisor')
    const number = Number(list.one('tbody th a').getAttribute('href')!.split('/').at(-1))
    const page = await desk.get(at(number))
    expect(page.text).toContain('I leave <soon>')
    expect(page.text).toContain('It never had a supervisor')
    expect(page.one('#email').getAttribute('value')).toBe('several@demo.example')
    const unknown = await desk.submit(page, { email: 'both@demo.example' }, naming(number))
    expect([unknown.status, unknown.one('#email').getAttribute('value')]).toEqual([422, 'both@demo.example'])
    const again = await other.get(at(number))
    const answers = await Promise.all([
      desk.submit(page, {}, naming(number)),
      other.submit(again, { email: 'open@demo.example' }, naming(number)),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
    await doJobs(it)
    const mails = await listMails(it)
    expect(mails.filter((mail) => mail.startsWith('supervisor-named'))).toEqual([
      'supervisor-named open@demo.example',
      'supervisor-named several@demo.example',
    ])
    expect(mails).toContain('supervisor-request-completed open@demo.example')
    const held = await it.db.owner.db.execute<{ line: string }>(sql`
      select p.email || ' ' || h.privilege || ' ' || h.is_kept as line from privileges h
      join people p on p.id = h.person_id where h.customer_id = ${it.cast.customers['100871']} order by 1`)
    expect(held.filter(({ line }) => line.includes('supervisor')).length).toBe(1)
    expect(held.filter(({ line }) => line.endsWith('true')).length).toBe(4)
    expect(await lastVerbs('100871')).toContain('supervisor.named desk')
    expect((await browsers['open']!.get('/c/100871/configure')).status).toBe(200)
    // The company reads who gave it, and no name of the desk's people.
    const [named] = held.find(({ line }) => line.includes('supervisor'))!.line.split('@')
    const supervisor = browsers[named!]!
    for (const path of ['', '/print', `/${idOf(named!)}`]) {
      const { text } = await supervisor.get(`/c/100871/people${path}`)
      expect([text.includes('Halden Software'), text.includes('Denise Klein')]).toEqual([true, false])
    }
  })

  test('cannot be asked for where there is one', async () => {
    const page = await browsers['none']!.get('/c/100234/supervisor-request')
    expect(page.text).toContain('has a supervisor: Sylvie Perrin')
    expect(page.all('main form[method=post]')).toEqual([])
    const csrf = page.one('input[name=_csrf]').getAttribute('value')!
    const fields = { _csrf: csrf, _key: crypto.randomUUID(), nominee: 'none@demo.example', word: '' }
    expect((await browsers['none']!.post('/c/100234/supervisor-request', fields)).status).toBe(409)
  })
})

describe('R5: customers at the desk', () => {
  test('those without or with only one supervisor are listed; found by number and name', async () => {
    const numbers = async (query: string) =>
      (await desk.get(`/desk/customers?${query}`)).all('tbody th .g-sub').map((span) => span.textContent)
    expect(await numbers('')).toEqual(['100234', '100555', '100871', '100990'])
    expect(await numbers('supervisors=none')).toEqual(['100990'])
    expect(await numbers('supervisors=one')).toContain('100234')
    expect(await numbers('q=nordlicht')).toEqual(['100990'])
    expect(await numbers('q=100%25')).toEqual([])
    expect((await desk.get('/desk/customers?q=zzz')).text).toContain('No customer fits')
    // One who has neither a password nor an issuer is none to count on.
    const supervisor = sql`where email = 'supervisor@demo.example'`
    const { db } = it.db.owner
    const [kept] = await db.execute<{ hash: string }>(
      sql`select password_hash as hash from people ${supervisor}`,
    )
    await db.execute(sql`update people set password_hash = null ${supervisor}`)
    expect(await numbers('supervisors=none')).toContain('100234')
    await db.execute(sql`update people set password_hash = ${kept!.hash} ${supervisor}`)
    const offered = (await desk.get('/desk/customers')).all('#supervisors option')
    expect(offered.map((one) => one.textContent)).toEqual(['Any number', 'None who can sign in', 'Only one'])
  })

  test('a customer’s page says of how much more is placed than owned, of that company alone', async () => {
    const owner = it.db.owner.db
    const customerId = it.cast.customers['100990']!
    const product = await makeProduct(owner)
    const sold = await makeEntitlement(owner, customerId, product.id, { quantity: 5 })
    const host = await makeHost(owner, customerId)
    const person = it.cast.people['several@demo.example']!
    await planner(it.db.database, customerId, person).place([
      { entitlementId: sold.id, to: host.id, quantity: 4 },
    ])
    const page = () => desk.get('/desk/customers/100990')
    expect((await page()).text).not.toContain('More is placed than is owned')
    await addTerm(owner, customerId, sold, { quantity: 2, startsOn: dayFromNow() })
    expect((await page()).text).toContain('More is placed than is owned: 1 entitlement.')
    expect((await desk.get('/desk/customers/100234')).text).not.toContain('More is placed')
  })

  test('a customer’s page has contacts and supervisors, and names a further one', async () => {
    const page = await desk.get('/desk/customers/100234')
    expect(page.heading).toBe('100234 - Brasseries Lemaire SA')
    expect(page.text).toContain('only one supervisor')
    expect(page.one('tbody th').textContent).toContain('Sylvie Perrin')
    expect((await desk.get('/desk/customers/100234?q=carré')).all('tbody tr').length).toBe(1)
    const url = '/desk/customers/100234/supervisors'
    expect((await desk.submit(page, { email: '' }, url)).status).toBe(422)
    expect((await desk.submit(page, { email: 'supervisor@demo.example' }, url)).status).toBe(409)
    const done = await desk.submitAndFollow(page, { email: 'both@demo.example' }, url)
    expect(done.text).not.toContain('only one supervisor')
    for (const wrong of ['nothing', '%00', '1'.repeat(100)]) {
      expect((await desk.get(`/desk/customers/${wrong}`)).status).toBe(404)
    }
  })
})

describe('messages on a request of a company', () => {
  test('both ways: mailed, in the timeline of both, waiting for who is to answer', async () => {
    const customerId = it.cast.customers['100234']!
    const work = await placeLicenses(it.db, customerId, idOf('both'))
    await forgetMails(it)
    const href = `/c/100234/requests/${work.number}`
    const both = browsers['both']!
    const page = await both.get(href)
    expect((await both.submit(page, { text: '' }, `${href}/messages`)).status).toBe(422)
    await both.submit(page, { text: 'Is this <right>?' }, `${href}/messages`)
    expect(await listMails(it)).toEqual(['desk-message desk@demo.example'])
    expect((await desk.get('/desk')).text).toContain(inThrees(work.number))
    const seen = await desk.get(at(work.number))
    expect(seen.text).toContain('Bruno Carré wrote Is this <right>?')
    await forgetMails(it)
    await desk.submit(seen, { text: 'It is.' }, at(work.number, '/messages'))
    expect(await listMails(it)).toEqual(['request-message both@demo.example'])
    expect((await desk.get('/desk')).text).not.toContain(inThrees(work.number))
    const answered = await both.get(href)
    expect(answered.text).toContain('The license desk wrote It is.')
    expect(answered.text).not.toContain('Denise')
    expect((await browsers['none']!.post(`${href}/messages`, await tokens('none'))).status).toBe(403)
    expect((await browsers['stranger']!.post(`${href}/messages`, await tokens('stranger'))).status).toBe(404)
    expect((await desk.post(at(work.number, '/messages'), await deskTokens())).status).toBe(422)
    expect(
      (await desk.post(at(work.number, '/refusal'), { ...(await deskTokens()), reason: 'settled' })).status,
    ).toBe(409)
  })

  test('asked about, answered, declined with a reason; or cancelled by who asked alone', async () => {
    const customerId = it.cast.customers['100234']!
    const open = () =>
      it.db.database.forCustomer(customerId, (tx) =>
        recordRequest(tx, { customerId, kind: 'move', status: 'in-review', personId: idOf('both') }),
      )
    const statusOf = async (number: number) =>
      (await it.db.owner.db.select().from(requests).where(eq(requests.number, number)))[0]!.status
    const { number } = await open()
    const href = `/c/100234/requests/${number}`
    const seen = await desk.get(at(number))
    await desk.submit(seen, { question: 'Why?' }, at(number, '/questions'))
    expect(await statusOf(number)).toBe('needs-information')
    const page = await browsers['both']!.get(href)
    expect(page.text).toContain('The license desk has a question')
    await browsers['both']!.submit(page, { text: 'Because.' }, `${href}/messages`)
    expect(await statusOf(number)).toBe('in-review')
    await desk.submit(seen, { reason: 'settled', words: 'See the other one.' }, at(number, '/refusal'))
    const declined = await browsers['both']!.get(href)
    expect(declined.text).toContain('The license desk declined the request: It is settled in another way.')
    expect(declined.text).toContain('See the other one.')
    expect(declined.all('form[action$="/cancellation"]')).toEqual([])

    const second = await open()
    const url = `/c/100234/requests/${second.number}`
    const colleague = await browsers['several']!.get(url)
    expect(colleague.all('form[action$="/cancellation"]')).toEqual([])
    const forced = await browsers['several']!.post(`${url}/cancellation`, await tokens('several'))
    expect([forced.status, await statusOf(second.number)]).toEqual([403, 'in-review'])
    const own = await browsers['both']!.get(url)
    const cancelled = await browsers['both']!.submitAndFollow(own, {}, `${url}/cancellation`)
    expect(cancelled.text).toContain('Cancelled')
    const again = await browsers['both']!.post(`${url}/cancellation`, await tokens('both'))
    expect(again.status).toBe(409)
  })

  test('requests for privileges are not the desk’s to decide', async () => {
    const customerId = it.cast.customers['100234']!
    const { number } = await it.db.database.forCustomer(customerId, (tx) =>
      recordRequest(tx, {
        customerId,
        kind: 'ask-privilege',
        status: 'in-review',
        personId: idOf('none'),
        details: { privilege: 'licensing', why: '' },
      }),
    )
    expect((await desk.get(at(number))).all('form[action$="/refusal"]')).toEqual([])
    const answer = await desk.post(at(number, '/refusal'), { ...(await deskTokens()), reason: 'proof' })
    expect(answer.status).toBe(409)
  })
})

async function tokens(name: string) {
  return tokensOf(browsers[name]!)
}
const deskTokens = () => tokensOf(desk)
async function tokensOf(browser: Visitor) {
  const csrf = (await browser.open('/account')).one('input[name=_csrf]').getAttribute('value')!
  return { _csrf: csrf, _key: crypto.randomUUID() }
}
