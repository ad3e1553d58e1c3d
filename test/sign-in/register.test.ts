import { and, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import {
  associations,
  issuerDomains,
  issuers,
  passwordLinks,
  people,
  registrations,
  sessions,
} from '../../src/schema.ts'
import { createPasswordLink } from '../../src/sign-in/password-links.ts'
import { createRegistration } from '../../src/sign-in/registrations.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { lastMailTo, mailTo, wordsOf } from '../helpers/person-mail.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const good = 'tulipe garage vélo 7'
const ask = async (email: string, browser: Visitor = t.visitor(), path = '/register') =>
  browser.submitAndFollow(await browser.get(path), { email }, path)
const personOf = async (email: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.email, email)))[0]

describe('registering', () => {
  test('an unknown address gets a link; it leads to name and password, then one is in, confirmed, without companies', async () => {
    const asked = await ask(' New@Example.com ')
    expect([asked.status, asked.heading]).toEqual([200, 'Look into your mailbox'])
    expect(await personOf('new@example.com')).toBeUndefined()
    const mail = await lastMailTo(t, 'new@example.com')
    const { text } = wordsOf(t, mail)
    expect(text).toContain(`${t.config.baseUrl}/register/${mail.token}`)
    const browser = t.visitor()
    const form = await browser.get(`/register/${mail.token}`)
    expect(form.text).toContain('new@example.com')
    const done = await browser.submit(form, { name: 'Zoé "<b>" Ray', password: good, passwordAgain: good })
    expect([done.status, done.location]).toEqual([303, '/'])
    const home = await browser.open('/')
    expect(home.heading).toBe('Your account opens no license tools yet')
    const person = await personOf('new@example.com')
    expect(person).toMatchObject({ name: 'Zoé "<b>" Ray', language: 'en', isStaff: false })
    expect(person!.confirmedAt).not.toBeNull()
    expect((await t.visitor().signIn('new@example.com', good)).status).toBe(303)
  })

  test('opening the link changes nothing, however often: scanners of mail do', async () => {
    await ask('scanned@example.com')
    const { token } = await lastMailTo(t, 'scanned@example.com')
    for (let i = 0; i < 3; i++) expect((await t.visitor().get(`/register/${token}`)).status).toBe(200)
    expect(await personOf('scanned@example.com')).toBeUndefined()
  })

  test('the link works once, ends those asked for before, and only its hash is stored', async () => {
    await ask('twice@example.com')
    await ask('twice@example.com')
    const [first, second] = await mailTo(t, 'twice@example.com')
    const rows = await t.db.owner.db
      .select()
      .from(registrations)
      .where(eq(registrations.email, 'twice@example.com'))
    expect(JSON.stringify(rows)).not.toContain(first!.token)
    const browser = t.visitor()
    const form = await browser.get(`/register/${second!.token}`)
    const fields = { name: 'T', password: good, passwordAgain: good }
    const answers = await Promise.all([browser.submit(form, fields), browser.submit(form, fields)])
    expect(answers.map(({ status, location }) => [status, location])).toEqual([
      [303, '/'],
      [303, '/'],
    ])
    expect((await browser.get('/account')).text).toContain('twice@example.com')
    for (const { token } of [first!, second!]) {
      const dead = await t.visitor().get(`/register/${token}`)
      expect([dead.status, dead.heading]).toEqual([404, 'This link is no longer good'])
      expect(dead.all('main a[href="/register"]')).toHaveLength(1)
    }
  })

  test('a link that is 24 hours old is dead', async () => {
    await ask('late@example.com')
    const { token } = await lastMailTo(t, 'late@example.com')
    const browser = t.visitor()
    const form = await browser.get(`/register/${token}`)
    await t.db.owner.db
      .update(registrations)
      .set({ expiresAt: sql`now() - interval '1 second'` })
      .where(eq(registrations.email, 'late@example.com'))
    const answer = await browser.submit(form, { name: 'L', password: good, passwordAgain: good })
    expect(answer.status).toBe(404)
    expect(await personOf('late@example.com')).toBeUndefined()
  })

  test('a known address gets the same page, and a mail that says so, with a link to a new password', async () => {
    const unknown = await ask('unknown@example.com')
    const known = await ask('both@demo.example')
    expect([known.status, known.title, known.text]).toEqual([unknown.status, unknown.title, unknown.text])
    expect(await mailTo(t, 'both@demo.example')).toMatchObject([{ template: 'already-registered' }])
    const { token } = await lastMailTo(t, 'both@demo.example')
    expect((await t.visitor().get(`/password/${token}`)).text).toContain('both@demo.example')
    expect((await t.visitor().signIn('both@demo.example', t.cast.password)).status).toBe(303)
  })

  test('quality 12: the same form several times at once mails once', async () => {
    const browser = t.visitor()
    const page = await browser.get('/register')
    const many = Array.from({ length: 4 }, () =>
      browser.submit(page, { email: 'once@example.com' }, '/register'),
    )
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual([303, 303, 303, 303])
    expect(await mailTo(t, 'once@example.com')).toHaveLength(1)
  })

  test('somebody of contacts.csv who never confirmed comes into their companies, and into what they hold there', async () => {
    const id = newId()
    await t.db.owner.db.insert(people).values({
      id,
      email: 'loaded@example.com',
      name: 'Loaded Name',
      primaryCustomerId: t.cast.customers['100871']!,
    })
    await t.db.owner.db.insert(associations).values({ customerId: t.cast.customers['100871']!, personId: id })
    await ask('loaded@example.com')
    const { token, template } = await lastMailTo(t, 'loaded@example.com')
    expect(template).toBe('confirm-address')
    const browser = t.visitor()
    const form = await browser.get(`/register/${token}`)
    expect(form.one('#name').getAttribute('value')).toBe('Loaded Name')
    await browser.submit(form, { password: good, passwordAgain: good })
    expect((await browser.get('/')).location).toBe('/c/100871')
    expect((await browser.get('/c/100871/licenses')).status).toBe(200)
    expect((await personOf('loaded@example.com'))!.id).toBe(id)
  })

  test('an address that is none, and nothing typed, are said; what was typed stays', async () => {
    for (const email of [
      '',
      'ana',
      'ana@example',
      'a b@example.com',
      'x@y.example\nbcc: z@y.example',
      '"><script>@x.example',
    ]) {
      const answer = await ask(email)
      expect([email, answer.status]).toEqual([email, 422])
      expect(answer.title).toMatch(/^Error: /)
      if (!email.includes('\n')) expect(answer.one('#email').getAttribute('value') ?? '').toBe(email)
    }
  })

  test('is throttled by address and network, in the same words for known and unknown', async () => {
    const said: string[] = []
    for (const email of ['none@demo.example', 'throttled@example.com']) {
      const browser = t.visitor()
      let answer = await ask(email, browser)
      for (let i = 0; i < 5; i++) answer = await ask(email, browser)
      expect(answer.status).toBe(429)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      said.push(answer.text.replace(email, ''))
      expect(await mailTo(t, email)).toHaveLength(5)
    }
    expect(said[0]).toBe(said[1])
  })
})

describe('a forgotten password', () => {
  test('a known address gets a link for two hours; the new password ends every session and is told', async () => {
    const email = 'reporting@demo.example'
    const older = await t.signIn(email)
    const asked = await ask(email, t.visitor(), '/forgotten-password')
    expect(asked.heading).toBe('Look into your mailbox')
    const { token, template } = await lastMailTo(t, email)
    expect(template).toBe('password-forgotten')
    const [link] = await t.db.owner.db
      .select()
      .from(passwordLinks)
      .where(eq(passwordLinks.personId, t.cast.people[email]!))
    expect(link!.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(2 * 3_600_000)
    const browser = t.visitor()
    const form = await browser.get(`/password/${token}`)
    expect((await older.get('/account')).status).toBe(200)
    expect((await browser.submit(form, { password: good, passwordAgain: good })).status).toBe(303)
    expect((await older.get('/account')).status).toBe(303)
    expect((await lastMailTo(t, email)).template).toBe('password-changed')
    expect((await t.visitor().get(`/password/${token}`)).status).toBe(404)
    const live = await t.db.owner.db
      .select()
      .from(sessions)
      .where(and(eq(sessions.personId, t.cast.people[email]!), sql`revoked_at is null`))
    expect(live).toHaveLength(1)
  })

  test('an unknown address gets the same page, and a mail that there is no account, with a way to one', async () => {
    const known = await ask('open@demo.example', t.visitor(), '/forgotten-password')
    const unknown = await ask('forgot@example.com', t.visitor(), '/forgotten-password')
    expect([unknown.status, unknown.text]).toEqual([known.status, known.text])
    const mail = await lastMailTo(t, 'forgot@example.com')
    expect(mail.template).toBe('no-account')
    expect((await t.visitor().get(`/register/${mail.token}`)).status).toBe(200)
  })

  test('mail is in the language of the account, else of the page', async () => {
    const french = t.visitor()
    french.headers = { 'accept-language': 'fr' }
    await ask('francais@example.com', french)
    expect(wordsOf(t, await lastMailTo(t, 'francais@example.com')).subject).toBe(
      'Terminez la création de votre compte au guichet des licences',
    )
    await t.db.owner.db.update(people).set({ language: 'en' }).where(eq(people.email, 'several@demo.example'))
    await ask('several@demo.example', french, '/forgotten-password')
    expect((await lastMailTo(t, 'several@demo.example')).language).toBe('en')
  })

  test('R9 and links by hand stay: one that the command line printed is ended by the new password', async () => {
    const email = 'supervisor@demo.example'
    const printed = await createPasswordLink(t.db.owner.db, t.cast.people[email]!)
    await ask(email, t.visitor(), '/forgotten-password')
    const { token } = await lastMailTo(t, email)
    const browser = t.visitor()
    await browser.submit(await browser.get(`/password/${token}`), { password: good, passwordAgain: good })
    expect((await t.visitor().get(`/password/${printed}`)).status).toBe(404)
  })
})

describe('a domain whose people sign in by its issuer alone', () => {
  test('gets no password: mail and links lead to the sign-in page, whether there is an account or not', async () => {
    const { db } = t.db.owner
    const [known, unknown] = ['licensing@demo.example', 'nobody@only.example']
    const links = {
      password: await createPasswordLink(db, t.cast.people[known]!),
      register: await createRegistration(db, unknown),
    }
    const id = newId()
    await db
      .insert(issuers)
      .values({ id, issuer: 'https://id.only.example', name: 'Only', clientId: 'x', isExclusive: true })
    await db
      .insert(issuerDomains)
      .values(['demo.example', 'only.example'].map((domain) => ({ domain, issuerId: id })))
    for (const email of [known, unknown]) {
      for (const path of ['/register', '/forgotten-password']) {
        expect((await ask(email, t.visitor(), path)).heading).toBe('Look into your mailbox')
        expect(await lastMailTo(t, email)).toMatchObject({ template: 'sign-in-by-issuer', token: '' })
      }
    }
    for (const [kind, token] of Object.entries(links)) {
      const visitor = t.visitor()
      expect((await visitor.get(`/${kind}/${token}`)).location).toBe('/sign-in')
      expect((await visitor.get('/sign-in')).body).toContain('sign in with Only')
    }
    expect(await personOf(unknown)).toBeUndefined()
    await db.delete(issuers)
  })
})

test('the sign-in page leads to both', async () => {
  const page = await t.visitor().get('/sign-in')
  expect(page.link('Create an account')).toBe('/register')
  expect(page.link('Forgotten password')).toBe('/forgotten-password')
})
