import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { examineUpgrade } from '../../src/accounts/upgrade/examine.ts'
import { isKnownAddress, isPublicDomain } from '../../src/accounts/upgrade/public-domains.ts'
import { workOnAccountRequest } from '../../src/requests/account/jobs.ts'
import { fileAccountRequest } from '../../src/requests/account/record.ts'
import { parseRequestNumber } from '../../src/requests/number.ts'
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
import type { Visitor } from '../helpers/visitor.ts'

let it: TestApp
let plain: Visitor
let plainId: string

beforeAll(async () => {
  it = await testApp()
  await makeProofs(it)
  plain = await it.signIn('plain@demo.example')
  plainId = it.cast.people['plain@demo.example']!
})
afterAll(() => it.close())

beforeEach(async () => {
  const { db } = it.db.owner
  await db.execute(sql`delete from throttles`)
  await db.execute(sql`delete from privileges where person_id = ${plainId}`)
  await db.execute(sql`delete from associations where person_id = ${plainId}`)
  await db.execute(
    sql`update people set primary_customer_id = null, confirmed_at = now() where id = ${plainId}`,
  )
  await db.execute(sql`delete from pgboss.job where name = 'account-requests'`)
  await forgetMails(it)
})

const association = async (number: string) => {
  const [row] = await it.db.owner.db.execute<{ awaits: boolean }>(sql`
    select awaits_confirmation as awaits from associations
    where person_id = ${plainId} and customer_id = ${it.cast.customers[number]}`)
  return row
}
const held = async (number: string) =>
  (
    await it.db.owner.db.execute<{ privilege: string }>(sql`
      select privilege from privileges
      where person_id = ${plainId} and customer_id = ${it.cast.customers[number]} order by 1`)
  ).map(({ privilege }) => privilege)

describe('R8: a try', () => {
  test('gets a request number and its page, to which the number leads later', async () => {
    const { answer, number } = await tryUpgrade(plain, '100234', 'so-100234')
    expect([answer.status, answer.location]).toEqual([303, `/requests/${number}`])
    expect(parseRequestNumber(String(number))).toEqual({ number })
    const page = await plain.get(answer.location)
    expect(page.heading).toBe('Upgrade account')
    expect(page.text).toContain('In review')
    expect(page.text).toContain('SO-100234')
    expect((await plain.get(`/requests/find?number=${number}`)).location).toBe(`/requests/${number}`)
    const spelled = String(number).replace(/(\d{3})(?=\d)/g, '$1-')
    expect((await plain.get(`/requests/${spelled}`)).location).toBe(`/requests/${number}`)
    for (const where of ['/account/upgrade', '/'])
      expect((await plain.get(where)).link(spelled)).toBe(`/requests/${number}`)
  })

  test('is nobody else’s to see', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100234')
    await doJobs(it)
    for (const email of ['both@demo.example', 'supervisor@demo.example', 'stranger@demo.example']) {
      const browser = await it.signIn(email)
      expect((await browser.get(`/requests/${number}`)).status, email).toBe(404)
      const form = await browser.get('/account/upgrade')
      for (const act of ['messages', 'cancellation']) {
        const csrf = form.one('input[name=_csrf]').getAttribute('value')!
        const fields = { _csrf: csrf, _key: crypto.randomUUID(), text: 'x' }
        expect((await browser.post(`/requests/${number}/${act}`, fields)).status).toBe(404)
      }
    }
    expect((await findStored(it, number)).status).toBe('in-review')
  })

  test('says the same, word for word, whether its proof is right, wrong, or of no customer', async () => {
    const pages: string[] = []
    const bodies: string[] = []
    for (const [customer, proof] of [
      ['100234', 'SO-100234'],
      ['100234', 'SO-100555'],
      ['999999', 'SO-100234'],
    ] as const) {
      const { answer, number } = await tryUpgrade(plain, customer, proof)
      await doJobs(it)
      const page = await plain.get(answer.location)
      expect([answer.status, page.status]).toEqual([303, 200])
      bodies.push(answer.body)
      pages.push(neutral(page.one('main').innerHTML, number, customer, proof))
    }
    expect(new Set(bodies).size).toBe(1)
    expect(new Set(pages).size).toBe(1)
  })

  test('does the same work, statement by statement, whatever its proof: that is looked at by a job', async () => {
    const before = await counts()
    await tryUpgrade(plain, '100234', 'SO-100234')
    const right = await counts()
    await tryUpgrade(plain, '999999', 'NONE')
    const wrong = await counts()
    expect(difference(before, right)).toEqual(difference(right, wrong))
    expect(await listMails(it)).toEqual([])
  })

  test.each([
    ['', '', ['customerNumber', 'proof']],
    ['100234', '', ['proof']],
    ['<b>', 'SO-1', ['customerNumber']],
    ['100234', "'; drop table people; --", ['proof']],
    ['1'.repeat(21), 'é', ['customerNumber', 'proof']],
  ])(
    'with the numbers “%s” and “%s” is refused beside the fields, and what was typed stays',
    async (customer, proof, fields) => {
      const { answer } = await tryUpgrade(plain, customer, proof, 'My words')
      expect(answer.status).toBe(422)
      expect(answer.title).toMatch(/^Error:/)
      expect(answer.all('.govuk-error-summary a').map((a) => a.getAttribute('href'))).toEqual(
        fields.map((field) => `#${field}`),
      )
      expect(answer.one('#customerNumber').getAttribute('value') ?? '').toBe(customer)
      expect(answer.one('#word').textContent).toContain('My words')
    },
  )

  test('for a company that is one’s own already is refused', async () => {
    const both = await it.signIn('both@demo.example')
    const { answer } = await tryUpgrade(both, '100234', 'SO-100234')
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('associated with this customer already')
  })

  test('is throttled by person, with a page that says for how long; a form sent twice is one try', async () => {
    const form = await plain.get('/account/upgrade')
    const fields = { customerNumber: '100234', proof: 'X-1' }
    const same = await Promise.all(
      Array.from({ length: 8 }, () => plain.submit(form, fields, '/account/upgrade')),
    )
    expect(new Set(same.map(({ status, location }) => `${status} ${location}`)).size).toBe(1)
    for (let i = 0; i < 4; i++) expect((await tryUpgrade(plain, '100234', `X-${i}`)).answer.status).toBe(303)
    const { answer } = await tryUpgrade(plain, '100234', 'SO-100234')
    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.text).toContain('too many tries')
    expect(answer.one('#proof').getAttribute('value')).toBe('SO-100234')
  })

  test('is throttled by network, whoever tries', async () => {
    const emails = ['plain', 'none', 'both', 'licensing', 'reporting'].map((name) => `${name}@demo.example`)
    const browsers = await Promise.all(emails.map((email) => it.signIn(email)))
    for (const browser of browsers.slice(0, 4)) {
      for (let i = 0; i < 5; i++) await tryUpgrade(browser, '100555', `X-${i}`)
    }
    expect((await tryUpgrade(browsers[4]!, '100555', 'X-9')).answer.status).toBe(429)
  })
})

describe('R8: wrong proof', () => {
  test('stays in review, troubles nobody, and is declined hours later in the words of the desk', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100555')
    await doJobs(it)
    expect(await listMails(it)).toEqual([])
    const stored = await findStored(it, number)
    expect([stored.status, stored.customerId]).toEqual(['in-review', null])
    const [job] = await it.db.owner.db.execute<{ hours: number; data: { step: string } }>(sql`
      select extract(epoch from start_after - now()) / 3600 as hours, data from pgboss.job
      where name = 'account-requests'`)
    expect(job!.data.step).toBe('decline')
    expect(Number(job!.hours)).toBeGreaterThan(2.9)
    expect(Number(job!.hours)).toBeLessThan(28.1)
    await workOnAccountRequest(it.app, job!.data as never)
    const page = await plain.get(`/requests/${number}`)
    expect(page.text).toContain('Declined')
    expect(page.text).toContain('The license desk declined the request: What was given does not show')
    expect(await listMails(it)).toEqual(['account-request-declined plain@demo.example'])
    expect(await association('100234')).toBeUndefined()
  })

  test('the decline reads as one by a person: same page, same mail', async () => {
    const { number: wrong } = await tryUpgrade(plain, '100234', 'SO-100555')
    const { number: right } = await tryUpgrade(plain, '100234', 'SO-100234')
    await examine(it, wrong)
    await examine(it, right)
    await forgetMails(it)
    const { id } = await findStored(it, wrong)
    await workOnAccountRequest(it.app, { requestId: id, step: 'decline' })
    const supervisor = await it.signIn('supervisor@demo.example')
    const page = await supervisor.get(`/c/100234/upgrades/${right}`)
    const url = `/c/100234/upgrades/${right}/refusal`
    expect((await supervisor.submit(page, { reason: 'proof' }, url)).status).toBe(303)
    const seen = async (number: number, proof: string) =>
      neutral((await plain.get(`/requests/${number}`)).one('main').innerHTML, number, '100234', proof)
    expect(await seen(wrong, 'SO-100555')).toBe(await seen(right, 'SO-100234'))
    const mails = await it.db.owner.db.execute<{ template: string; params: { number: number } }>(
      sql`select template, params from person_mails`,
    )
    const told = mails.map(({ template, params }) =>
      JSON.stringify({ template, params: { ...params, number: 0 } }),
    )
    expect([told.length, new Set(told).size]).toEqual([2, 1])
  })

  test('that the desk has taken up, or the person has cancelled, is not declined by itself', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100555')
    await examine(it, number)
    await plain.submit(await plain.get(`/requests/${number}`), {}, `/requests/${number}/cancellation`)
    const { id } = await findStored(it, number)
    await workOnAccountRequest(it.app, { requestId: id, step: 'decline' })
    expect((await findStored(it, number)).status).toBe('cancelled')
  })
})

describe('R8: right proof', () => {
  test('an order or a contract number proves it, in any case', async () => {
    for (const proof of ['so-100555', 'SC-100555', ' sc-100555 ']) {
      const { number } = await tryUpgrade(plain, '100555', proof)
      await examine(it, number)
      expect((await findStored(it, number)).customerId, proof).toBe(it.cast.customers['100555'])
    }
  })

  test('with a supervisor: the supervisors decide and are told; the desk does not wait for it', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100234')
    await doJobs(it)
    expect(await listMails(it)).toEqual(['upgrade-waits supervisor@demo.example'])
    const stored = await findStored(it, number)
    expect([stored.decider, stored.deskSince]).toEqual(['supervisors', null])
    const supervisor = await it.signIn('supervisor@demo.example')
    expect((await supervisor.get('/c/100234')).text).toMatch(/asks? to join your company/)
    expect((await supervisor.get('/c/100234/upgrades')).text).toContain('Paul Simon')
    expect((await supervisor.get(`/requests/find?number=${number}`)).location).toBe(
      `/c/100234/upgrades/${number}`,
    )
  })

  test('approved by a supervisor: associated, with the privileges chosen, and told by mail', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100234')
    await examine(it, number)
    await forgetMails(it)
    const supervisor = await it.signIn('supervisor@demo.example')
    const page = await supervisor.get(`/c/100234/upgrades/${number}`)
    const url = `/c/100234/upgrades/${number}/approval`
    const answer = await supervisor.submitAndFollow(page, { privileges: ['licensing'] }, url)
    expect(answer.text).toContain('Completed')
    expect(await association('100234')).toEqual({ awaits: false })
    expect(await held('100234')).toEqual(['licensing'])
    expect(await listMails(it)).toContain('upgrade-approved plain@demo.example')
    expect((await plain.get('/c/100234/licenses')).status).toBe(200)
    expect((await plain.get(`/requests/${number}`)).link('Go to Brasseries Lemaire SA')).toBe('/c/100234')
    // Too late for another decision.
    expect(
      (await supervisor.submit(page, { reason: 'proof' }, url.replace('approval', 'refusal'))).status,
    ).toBe(409)
  })

  test('a request for a supervisor, which the desk decides, is none of it', async () => {
    const customerId = it.cast.customers['100234']!
    const { number } = await it.db.database.forCustomer(customerId, (tx) =>
      fileAccountRequest(tx, { kind: 'name-supervisor', personId: plainId, customerId, details: {} }),
    )
    const supervisor = await it.signIn('supervisor@demo.example')
    const _csrf = (await supervisor.open('/account')).one('input[name=_csrf]').getAttribute('value')!
    for (const [act, fields] of [
      ['approval', { privileges: 'licensing' }],
      ['refusal', { reason: 'settled' }],
      ['questions', { question: 'Why?' }],
    ] as const) {
      const sent = { _csrf, _key: crypto.randomUUID(), ...fields }
      const answer = await supervisor.post(`/c/100234/upgrades/${number}/${act}`, sent)
      expect(answer.status, act).toBe(404)
    }
    expect((await findStored(it, number)).status).toBe('in-review')
    expect(await association('100234')).toBeUndefined()
  })

  test('two decide at once: one does, the other is told', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100234')
    await examine(it, number)
    const supervisor = await it.signIn('supervisor@demo.example')
    const page = await supervisor.get(`/c/100234/upgrades/${number}`)
    const url = `/c/100234/upgrades/${number}`
    const again = await supervisor.get(url)
    const answers = await Promise.all([
      supervisor.submit(page, { privileges: ['reporting'] }, `${url}/approval`),
      supervisor.submit(again, { reason: 'unconfirmed' }, `${url}/refusal`),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
  })

  test('a decline takes a reason, and words where it is another one', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100234')
    await examine(it, number)
    const supervisor = await it.signIn('supervisor@demo.example')
    const url = `/c/100234/upgrades/${number}`
    const page = await supervisor.get(url)
    const without = await supervisor.submit(page, {}, `${url}/refusal`)
    expect([without.status, without.all('#reason-error, #reason').length > 0]).toEqual([422, true])
    const other = await supervisor.submit(page, { reason: 'other' }, `${url}/refusal`)
    expect([other.status, other.one('input[value=other]').hasAttribute('checked')]).toEqual([422, true])
    const supervised = { privileges: ['supervisor'] }
    expect((await supervisor.submit(page, supervised, `${url}/approval`)).status).toBe(422)
    const done = await supervisor.submit(page, { reason: 'other', words: '<i>No.</i>' }, `${url}/refusal`)
    expect(done.status).toBe(303)
    const seen = await plain.get(`/requests/${number}`)
    expect(seen.text).toContain('<i>No.</i>')
    expect(seen.all('main i')).toEqual([])
    expect(await association('100234')).toBeUndefined()
  })

  test('a supervisor asks for information; the answer puts it back in review and is mailed to the supervisors', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100234')
    await examine(it, number)
    const supervisor = await it.signIn('supervisor@demo.example')
    const url = `/c/100234/upgrades/${number}`
    const page = await supervisor.get(url)
    const empty = await supervisor.submit(page, { question: '' }, `${url}/questions`)
    expect([empty.status, empty.one('#question').getAttribute('aria-invalid')]).toEqual([422, 'true'])
    const other = await it.signIn('stranger@demo.example')
    const token = (await other.get('/account')).one('input[name=_csrf]').getAttribute('value')!
    const away = `/c/100555/upgrades/${number}/questions`
    expect((await other.post(away, { question: 'x', _csrf: token, _key: crypto.randomUUID() })).status).toBe(
      404,
    )
    const licensing = await it.signIn('licensing@demo.example')
    expect((await licensing.get(url)).status).toBe(403)
    await forgetMails(it)
    const asked = await supervisor.submitAndFollow(
      page,
      { question: 'In which <b>team</b>?' },
      `${url}/questions`,
    )
    expect(asked.text).toContain('Needs information')
    expect(await listMails(it)).toEqual(['account-request-question plain@demo.example'])
    const own = await plain.get(`/requests/${number}`)
    // Who decides is the license desk to who asks: that it is a supervisor would say that the proof was right.
    expect(own.text).toContain('The license desk has a question.')
    expect(own.text).toContain('In which <b>team</b>?')
    expect(own.text).not.toContain('Sylvie Perrin')
    await forgetMails(it)
    await plain.submit(own, { text: 'The drawing office.' }, `/requests/${number}/messages`)
    await doJobs(it)
    expect(await listMails(it)).toEqual(['upgrade-message supervisor@demo.example'])
    const answered = await supervisor.get(url)
    expect(answered.text).toMatch(/In review[\s\S]*The drawing office/)
    const done = await supervisor.submitAndFollow(answered, {}, `${url}/approval`)
    expect(done.text).toContain('Completed')
    expect((await supervisor.submit(answered, { question: 'Too late?' }, `${url}/questions`)).status).toBe(
      409,
    )
    const verbs = await it.db.owner.db.execute<{ verb: string }>(sql`
      select verb from activity where verb like 'upgrade.%' and details ->> 'number' = ${String(number)} order by seq`)
    expect(verbs.map(({ verb }) => verb)).toEqual(['upgrade.questioned', 'upgrade.approved'])
  })

  test('the page of people says how many wait, and leads to them', async () => {
    const supervisor = await it.signIn('supervisor@demo.example')
    const waiting = async () => {
      const page = await supervisor.get('/c/100234/people')
      const link = page.all('main a[href="/c/100234/upgrades"]')[0]!.textContent!
      return Number(/(\d+|nobody)/.exec(link)![0].replace('nobody', '0'))
    }
    const before = await waiting()
    await examine(it, (await tryUpgrade(plain, '100234', 'SO-100234')).number)
    expect(await waiting()).toBe(before + 1)
  })

  test('without a supervisor the desk is told', async () => {
    const { number } = await tryUpgrade(plain, '100990', 'SO-100990')
    await doJobs(it)
    expect(await listMails(it)).toEqual(['desk-request-waits desk@demo.example'])
    expect((await findStored(it, number)).deskSince).not.toBeNull()
  })

  test('the job run twice does nothing the second time', async () => {
    const { number } = await tryUpgrade(plain, '100234', 'SO-100234')
    await examine(it, number)
    await examine(it, number)
    const { id } = await findStored(it, number)
    await it.db.database.transaction((tx) => examineUpgrade(tx, id))
    expect(await listMails(it)).toEqual(['upgrade-waits supervisor@demo.example'])
  })
})

describe('R8: granted at once', () => {
  const join = async () => {
    const { number } = await tryUpgrade(plain, '100871', 'SO-100871')
    await doJobs(it)
    return number
  }

  test('to a known address in a company that never had a supervisor: every contact and the desk are told', async () => {
    const number = await join()
    expect(await association('100871')).toEqual({ awaits: true })
    expect((await findStored(it, number)).status).toBe('completed')
    expect(await listMails(it)).toEqual([
      'desk-newcomer desk@demo.example',
      'newcomer-joined open@demo.example',
      'newcomer-joined several@demo.example',
      'upgrade-approved plain@demo.example',
    ])
  })

  test('quality 12: the form that was granted, sent again, leads to its request and is no other try', async () => {
    const form = await plain.get('/account/upgrade')
    const send = () =>
      plain.submit(form, { customerNumber: '100871', proof: 'SO-100871' }, '/account/upgrade')
    const first = await send()
    await doJobs(it)
    expect(await association('100871')).toEqual({ awaits: true })
    const second = await send()
    expect([second.status, second.location]).toEqual([first.status, first.location])
    const page = await plain.get('/account/upgrade')
    const other = await plain.submit(page, { customerNumber: '100871', proof: 'X' }, '/account/upgrade')
    expect([other.status, other.text]).toEqual([422, expect.stringContaining('with this customer already')])
  })

  test('R9: stands outside “open until supervised” until an existing contact confirms', async () => {
    await join()
    for (const tool of ['licenses', 'configure', 'packs', 'report', 'hosts']) {
      expect((await plain.get(`/c/100871/${tool}`)).status, tool).toBe(403)
    }
    expect((await plain.get('/c/100871')).text).toContain('once one of your colleagues')
    expect((await plain.get('/c/100871/newcomers')).status).toBe(403)
    const open = await it.signIn('open@demo.example')
    const page = await open.get('/c/100871/newcomers')
    expect((await open.get('/c/100871')).link('See who')).toBe('/c/100871/newcomers')
    const done = await open.submitAndFollow(page, {}, '/c/100871/confirmed-newcomers')
    expect(done.text).toContain('Nobody waits')
    expect((await plain.get('/c/100871/configure')).status).toBe(200)
    expect(await listMails(it)).toContain('association-confirmed plain@demo.example')
    expect((await open.submit(page, {}, '/c/100871/refused-newcomers')).status).toBe(409)
  })

  test('who awaits cannot confirm themselves', async () => {
    await join()
    const page = await plain.get('/account/upgrade')
    const csrf = page.one('input[name=_csrf]').getAttribute('value')!
    const fields = { _csrf: csrf, _key: crypto.randomUUID(), person: plainId }
    expect((await plain.post('/c/100871/confirmed-newcomers', fields)).status).toBe(403)
    expect(await association('100871')).toEqual({ awaits: true })
  })

  test('R9: naming the first supervisor keeps nothing for who awaits', async () => {
    await join()
    expect(await association('100871')).toEqual({ awaits: true })
    const { grant } = await import('../../src/privileges/grant.ts')
    const customerId = it.cast.customers['100871']!
    const personId = it.cast.people['open@demo.example']!
    await it.db.database.forCustomer(customerId, (tx) =>
      grant(tx, { customerId, personId, privilege: 'supervisor', grantedBy: null }),
    )
    expect(await held('100871')).toEqual([])
    const kept = await it.db.owner.db.execute(
      sql`select from privileges where customer_id = ${customerId} and is_kept`,
    )
    expect(kept.length).toBeGreaterThan(0)
    await it.db.owner.db.execute(sql`delete from privileges where customer_id = ${customerId}`)
    await it.db.owner.db.execute(
      sql`update customers set first_supervised_at = null where id = ${customerId}`,
    )
  })

  test.each([
    [
      'the address is not confirmed',
      sql`update people set confirmed_at = null where email = 'plain@demo.example'`,
    ],
    ['the domain is not known', sql`update customers set email_domains = '{other.example}'`],
    [
      'nobody is there to vouch',
      sql`update people set confirmed_at = null where email in ('open@demo.example', 'several@demo.example')`,
    ],
  ])('never when %s', async (_, change) => {
    const { number } = await tryUpgrade(plain, '100871', 'SO-100871')
    await it.db.owner.db.execute(change)
    await doJobs(it)
    expect((await findStored(it, number)).status).toBe('in-review')
    expect(await association('100871')).toBeUndefined()
    expect(await listMails(it)).toEqual(['desk-request-waits desk@demo.example'])
    await it.db.owner.db.execute(sql`update people set confirmed_at = now()`)
    await it.db.owner.db.execute(sql`update customers set email_domains = '{demo.example}'`)
  })

  test('never at a public mail domain, also below one, whatever the publisher’s file says', () => {
    for (const domain of ['gmail.com', 'GMX.de', 'orange.fr', 'mail.yahoo.com', 'qq.com', 'mailinator.com']) {
      expect(isPublicDomain(domain), domain).toBe(true)
      expect(isKnownAddress(`a@${domain}`, [domain])).toBe(false)
    }
    expect(isKnownAddress('a@lemaire.example', ['lemaire.example'])).toBe(true)
    expect(isKnownAddress('a@evil.lemaire.example', ['lemaire.example'])).toBe(false)
    expect(isKnownAddress('a@lemaire.example.evil.com', ['lemaire.example'])).toBe(false)
    expect(isKnownAddress('"lemaire.example"@evil.com', ['lemaire.example'])).toBe(false)
  })

  test('refused by a contact: the association ends, and the desk is told', async () => {
    await join()
    await forgetMails(it)
    const open = await it.signIn('open@demo.example')
    await open.submit(await open.get('/c/100871/newcomers'), {}, '/c/100871/refused-newcomers')
    expect(await association('100871')).toBeUndefined()
    expect(await listMails(it)).toEqual(['desk-newcomer-refused desk@demo.example'])
    expect((await plain.get('/c/100871')).status).toBe(404)
    expect((await plain.get('/')).status).toBe(200)
  })

  test('not again to whom a contact has refused: a person at the desk decides', async () => {
    const number = await join()
    expect((await findStored(it, number)).status).toBe('in-review')
    expect(await association('100871')).toBeUndefined()
    expect(await listMails(it)).toEqual(['desk-request-waits desk@demo.example'])
  })
})

/** A page without what differs by nature: number, what was typed, times, keys. */
function neutral(html: string, number: number, customer: string, proof: string): string {
  return html
    .replaceAll(String(number), 'N')
    .replaceAll(String(number).replace(/(\d{3})(?=\d)/g, '$1-'), 'N')
    .replaceAll(proof, 'P')
    .replaceAll(customer, 'C')
    .replace(/name="_(csrf|key)" value="[^"]*"/g, '')
    .replace(/<time.*?<\/time>/g, '')
    .replace(/\d+ November 2026[^<]*/g, '')
    .replace(/\d+ \w+ 20\d\d[^<]*/g, '')
}

/** Rows of the tables that a try writes to. */
async function counts(): Promise<Record<string, number>> {
  const [row] = await it.db.owner.db.execute<Record<string, number>>(sql`
    select (select count(*)::int from account_requests) as requests,
      (select count(*)::int from account_request_events) as events,
      (select count(*)::int from pgboss.job) as jobs, (select count(*)::int from mails) as mails,
      (select count(*)::int from person_mails) as letters, (select count(*)::int from form_keys) as keys`)
  return { ...row! }
}

function difference(one: Record<string, number>, other: Record<string, number>) {
  return Object.fromEntries(Object.keys(one).map((key) => [key, other[key]! - one[key]!]))
}
