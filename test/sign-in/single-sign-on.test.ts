import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { and, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import {
  identities,
  identityLinks,
  issuerDomains,
  issuers,
  people,
  personMails,
  sessions,
} from '../../src/schema.ts'
import { callbackOf } from '../../src/sign-in/oidc/exchange.ts'
import { seal } from '../../src/sign-in/seal.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'
import { mailTo } from '../helpers/person-mail.ts'
import { startProvider, type TestProvider } from '../helpers/provider.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

let t: TestApp
let provider: TestProvider
const ids = { lemaire: newId(), staff: newId(), open: newId() }
const password = 'guichet-demo'

beforeAll(async () => {
  t = await testApp()
  const back = (id: string) => [callbackOf(t.app, { id })]
  provider = await startProvider(() => [
    { client_id: 'guichet', client_secret: 'a secret: +/%', redirect_uris: back(ids.lemaire) },
  ])
  await giveIssuer(ids.lemaire, provider.issuer, {
    name: 'Lemaire',
    domains: ['demo.example', 'lemaire.example'],
  })
})
afterAll(async () => {
  await provider.close()
  await t.close()
})

async function giveIssuer(
  id: string,
  issuer: string,
  {
    name,
    domains,
    secret = 'a secret: +/%',
    ...rest
  }: Partial<typeof issuers.$inferInsert> & { name: string; domains: string[]; secret?: string },
): Promise<void> {
  const clientSecret = secret && seal(t.config, 'issuer', issuer, secret)
  await t.db.owner.db.insert(issuers).values({ id, issuer, name, clientId: 'guichet', clientSecret, ...rest })
  for (const domain of domains) await t.db.owner.db.insert(issuerDomains).values({ domain, issuerId: id })
}

const setIssuer = (set: Partial<typeof issuers.$inferInsert>) =>
  t.db.owner.db.update(issuers).set(set).where(eq(issuers.id, ids.lemaire))

/** Presses the button; gives the address at the issuer. */
async function leave(
  browser: Visitor,
  { from = '/sign-in', action = `/sign-in/at/${ids.lemaire}`, fields = {} } = {},
) {
  const page = await browser.submit(await browser.open(from), fields, action)
  expect([page.status, page.heading]).toEqual([200, 'On to Lemaire'])
  const href = page.one('main a.govuk-button').getAttribute('href')!
  expect(page.headers.refresh).toBe(`0;url=${href}`)
  return href
}

/** Where the browser comes back to, as a path of ours. */
const pathOf = (url: string) => url.slice(t.config.baseUrl.length)

/** Comes back, and on to the page that says why not. */
async function come(browser: Visitor, path: string): Promise<Answer> {
  const answer = await browser.get(path)
  return answer.location.startsWith('/sign-in/refused/') ? browser.get(answer.location) : answer
}

async function signInAs(browser: Visitor, subject: string, options = {}): Promise<Answer> {
  return come(browser, pathOf(await provider.signIn(await leave(browser, options), subject)))
}

const personOf = async (email: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.email, email)))[0]

const link = (subject: string, email: string) =>
  t.db.owner.db.insert(identities).values({ issuerId: ids.lemaire, subject, personId: t.cast.people[email]! })

const refused = (answer: Answer, words: string) => {
  expect(answer.heading).toBe('Signing in did not work')
  expect(answer.text).toContain(words)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.all('main a[href^="/sign-in"], main a[href^="/account"]').length).toBeGreaterThan(0)
}

describe('a real provider', () => {
  test('a new address becomes a confirmed account, linked by (issuer, subject), and signs in to where it was going', async () => {
    provider.accounts.set('neu-1', { email: 'Neu@Lemaire.example', email_verified: true, name: 'Noé Neuf' })
    const browser = t.visitor()
    const answer = await signInAs(browser, 'neu-1', { from: '/sign-in?to=%2Faccount%2Fsessions' })
    expect([answer.status, answer.location]).toEqual([303, '/account/sessions'])
    const page = await browser.get('/account/sessions')
    expect(page.status).toBe(200)
    const person = await personOf('neu@lemaire.example')
    expect(person).toMatchObject({ name: 'Noé Neuf', passwordHash: null, isStaff: false })
    expect(person!.confirmedAt).not.toBeNull()

    // The same subject with another address there is the same account here.
    provider.accounts.set('neu-1', { email: 'renamed@lemaire.example', email_verified: true })
    expect((await signInAs(t.visitor(), 'neu-1')).status).toBe(303)
    expect(await personOf('renamed@lemaire.example')).toBeUndefined()
    // Another subject with the address of the account is not.
    provider.accounts.set('neu-2', { email: 'neu@lemaire.example', email_verified: true })
    refused(await signInAs(t.visitor(), 'neu-2'), 'linked with another account there')
  })

  test('an account that was there before is linked only after the link mailed to it was confirmed', async () => {
    const email = 'none@demo.example'
    provider.accounts.set('nora', { email, email_verified: true })
    const browser = t.visitor()
    expect((await signInAs(browser, 'nora')).location).toBe('/sign-in/link-sent')
    expect((await browser.get('/account')).location).toMatch(/^\/sign-in/)
    expect(await t.db.owner.db.select().from(identities).where(eq(identities.subject, 'nora'))).toEqual([])
    const path = await mailedLink(email)
    const page = await t.visitor().get(path)
    expect(page.heading).toBe('Link your account with Lemaire?')
    expect(page.text).toContain(email)
    const elsewhere = t.visitor()
    const [confirm, second] = [await elsewhere.get(path), await elsewhere.get(path)]
    const press = (form: Answer) => elsewhere.submit(form, {}, path)
    const answers = [...(await Promise.all([press(confirm), press(confirm)])), await press(confirm)]
    expect(answers.map(({ status, location }) => [status, location])).toEqual(
      Array(3).fill([303, '/sign-in']),
    )
    expect((await elsewhere.get('/account')).location).toMatch(/^\/sign-in/)
    expect((await elsewhere.get(path)).status).toBe(404)
    expect((await press(second)).status).toBe(404)
    expect((await mailTo(t, email)).filter(({ template }) => template === 'issuer-linked')).toHaveLength(1)
    expect((await signInAs(browser, 'nora')).location).toBe('/')
    // The password still works beside it.
    expect((await t.visitor().signIn(email, password)).status).toBe(303)
  })

  test('an account nobody had confirmed loses the password that somebody gave it', async () => {
    const email = 'open@demo.example'
    await t.db.owner.db.update(people).set({ confirmedAt: null }).where(eq(people.email, email))
    provider.accounts.set('odile', { email, email_verified: true })
    await signInAs(t.visitor(), 'odile')
    const path = await mailedLink(email)
    const browser = t.visitor()
    await browser.submit(await browser.get(path), {}, path)
    const person = await personOf(email)
    expect([person!.passwordHash, person!.confirmedAt]).toEqual([null, expect.any(Date)])
    expect((await signInAs(browser, 'odile')).location).toBe('/')
  })

  test('a mailed link is dead after a day, and when the account has another address', async () => {
    const email = 'reporting@demo.example'
    provider.accounts.set('rose', { email, email_verified: true })
    await signInAs(t.visitor(), 'rose')
    const path = await mailedLink(email)
    await t.db.owner.db.update(people).set({ email: 'rose@demo.example' }).where(eq(people.email, email))
    expect((await t.visitor().get(path)).status).toBe(404)
    await t.db.owner.db.update(people).set({ email }).where(eq(people.email, 'rose@demo.example'))
    expect((await t.visitor().get(path)).status).toBe(200)
    await t.db.owner.db.update(identityLinks).set({ expiresAt: sql`now()` })
    expect((await t.visitor().get(path)).status).toBe(404)
  })

  test('the second factor is asked for as well', async () => {
    const email = 'licensing@demo.example'
    await link('luc', email)
    await giveSecondFactor({ config: t.config, owner: t.db.owner }, email)
    provider.accounts.set('luc', { email, email_verified: true })
    const browser = t.visitor()
    expect((await signInAs(browser, 'luc')).location).toBe('/sign-in/second-factor')
    expect((await browser.get('/account')).location).toMatch(/^\/sign-in/)
    const code = await nextCode({ config: t.config, owner: t.db.owner }, email)
    expect((await browser.submit(await browser.get('/sign-in/second-factor'), { code })).location).toBe('/')
  })

  test('an issuer that claims a domain it was not given is refused, whatever it says of it', async () => {
    for (const email of [
      'boss@other.example',
      'x@sub.lemaire.example',
      'x@lemaire.example.evil.example',
      'stranger@other.example',
    ]) {
      provider.accounts.set('liar', { email, email_verified: true })
      refused(await signInAs(t.visitor(), 'liar'), 'not of a domain that this sign-in speaks for')
      expect(await personOf(email)).toBeUndefined()
    }
  })

  test('an address that is not verified there is refused', async () => {
    provider.accounts.set('un', { email: 'un@lemaire.example', email_verified: false })
    refused(await signInAs(t.visitor(), 'un'), 'has not been verified')
    expect(await personOf('un@lemaire.example')).toBeUndefined()
  })

  test('a linked account whose address is no longer of the issuer’s domains is not its to speak for', async () => {
    const email = 'stranger@demo.example'
    await link('sacha', email)
    provider.accounts.set('sacha', { email, email_verified: true })
    await t.db.owner.db.update(people).set({ email: 'sacha@private.example' }).where(eq(people.email, email))
    refused(await signInAs(t.visitor(), 'sacha'), 'Sign in another way')
    await t.db.owner.db.update(people).set({ email }).where(eq(people.email, 'sacha@private.example'))
    expect((await signInAs(t.visitor(), 'sacha')).status).toBe(303)
  })

  test('staff sign in by the publisher’s own issuer only', async () => {
    const email = 'desk@demo.example'
    provider.accounts.set('denise', { email, email_verified: true })
    refused(await signInAs(t.visitor(), 'denise'), 'Staff sign in by the publisher’s own sign-in only')
    await link('denise', email)
    refused(await signInAs(t.visitor(), 'denise'), 'Staff sign in by the publisher’s own sign-in only')
    await setIssuer({ isStaffIssuer: true })
    expect((await signInAs(t.visitor(), 'denise')).status).toBe(303)
    await setIssuer({ isStaffIssuer: false })
  })

  test('breaking off there is a page with words and the way back', async () => {
    const browser = t.visitor()
    const back = await provider.abort(await leave(browser, { from: '/sign-in?to=%2Faccount' }))
    const answer = await come(browser, pathOf(back))
    refused(answer, 'broken off, or refused')
    expect(answer.one('main a').getAttribute('href')).toBe('/sign-in?to=%2Faccount')
    expect(answer.body).not.toContain('access_denied')
  })

  test('an answer counts once, on the browser that asked, for that issuer', async () => {
    provider.accounts.set('neu-1', { email: 'neu@lemaire.example', email_verified: true })
    const browser = t.visitor()
    const back = pathOf(await provider.signIn(await leave(browser), 'neu-1'))
    refused(await come(t.visitor(), back), 'begun in another window or browser')
    const other = t.visitor()
    await leave(other)
    refused(await come(other, back), 'begun in another window or browser')
    refused(await come(browser, back.replace(/state=[^&]+/, 'state=x')), 'begun in another')
    // A wrong one uses it up.
    refused(await come(browser, back), 'begun in another')
    const good = t.visitor()
    const once = pathOf(await provider.signIn(await leave(good), 'neu-1'))
    expect((await good.get(once)).status).toBe(303)
    refused(await come(good, once), 'begun in another')
  })

  test('a wrong client secret, or another issuer’s name in the answer, is refused', async () => {
    const wrong = seal(t.config, 'issuer', provider.issuer, 'wrong')
    const [before] = await t.db.owner.db.select().from(issuers).where(eq(issuers.id, ids.lemaire))
    await setIssuer({ clientSecret: wrong })
    refused(await signInAs(t.visitor(), 'neu-1'), 'could not be confirmed')
    await setIssuer({ clientSecret: before!.clientSecret })
    const browser = t.visitor()
    const back = pathOf(await provider.signIn(await leave(browser), 'neu-1'))
    refused(
      await come(browser, back.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example')),
      'could not be confirmed',
    )
  })
})

describe('in one’s account', () => {
  const place = '/account/single-sign-on'
  const email = 'both@demo.example'

  test('one links and unlinks; only with the same address', async () => {
    const browser = await t.signIn(email)
    provider.accounts.set('bruno', { email: 'someone.else@demo.example', email_verified: true })
    const options = { from: place, action: `${place}/links` }
    refused(await signInAs(browser, 'bruno', options), 'not the one that you have there')
    provider.accounts.set('bruno', { email, email_verified: true })
    expect((await signInAs(browser, 'bruno', options)).location).toBe(place)
    expect((await signInAs(t.visitor(), 'bruno')).status).toBe(303)
    const page = await browser.get(place)
    expect(page.text).toContain('Linked since')
    const gone = await browser.submitAndFollow(page, {}, `${place}/ended-links`)
    expect(gone.body).toContain('The link has ended.')
    expect((await signInAs(t.visitor(), 'bruno')).location).toBe('/sign-in/link-sent')
  })

  test('whoever comes back as somebody else changes nothing', async () => {
    const browser = await t.signIn(email)
    const back = pathOf(
      await provider.signIn(await leave(browser, { from: place, action: `${place}/links` }), 'bruno'),
    )
    await browser.submit(await browser.get('/account'), {}, '/sign-out')
    await browser.signIn('plain@demo.example', password)
    refused(await come(browser, back), 'somebody else')
  })

  test('the only way to sign in is not taken away', async () => {
    const browser = t.visitor()
    await signInAs(browser, 'neu-1')
    const answer = await browser.submit(await browser.get(place), {}, `${place}/ended-links`)
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('Choose a password first')])
    expect((await signInAs(t.visitor(), 'neu-1')).status).toBe(303)
  })

  test('signing in again before a risky act asks at the issuer once more', async () => {
    const browser = t.visitor()
    await signInAs(browser, 'neu-1')
    const id = (await personOf('neu@lemaire.example'))!.id
    await t.db.owner.db
      .update(sessions)
      .set({ authenticatedAt: sql`now() - interval '1 hour'` })
      .where(eq(sessions.personId, id))
    const led = await browser.get('/account/second-factor/new')
    const form = await browser.get(led.location)
    expect(form.all('input[type=password]')).toEqual([])
    const options = { from: led.location, action: `/sign-in/at/${ids.lemaire}/again` }
    const href = await leave(browser, options)
    expect([new URL(href).searchParams.get('prompt'), new URL(href).searchParams.get('max_age')]).toEqual([
      'login',
      '0',
    ])
    const answer = await browser.get(pathOf(await provider.signIn(href, 'neu-1')))
    expect(answer.location).toBe('/account/second-factor/new')
    expect((await browser.get('/account/second-factor/new')).status).toBe(200)
  })
})

describe('a domain without passwords', () => {
  test('no password of it is taken, known or not; the button is named', async () => {
    await setIssuer({ isExclusive: true })
    const answers: string[] = []
    for (const email of ['plain@demo.example', 'nobody@demo.example']) {
      const browser = t.visitor()
      const answer = await browser.submit(await browser.get('/sign-in'), { email, password }, '/sign-in')
      expect(answer.status).toBe(422)
      answers.push(answer.text)
    }
    expect(answers[0]).toContain('sign in with Lemaire')
    expect(answers[0]).toBe(answers[1])
    await setIssuer({ isExclusive: false })
    expect((await t.visitor().signIn('plain@demo.example', password)).status).toBe(303)
  })
})

describe('guichet issuer', () => {
  const slow = { timeout: 120_000 }

  test(
    'adds, lists, changes and removes one; the secret comes from a file and is stored sealed',
    slow,
    async () => {
      const issuer = 'http://127.0.0.1:9/realm'
      const file = join(t.config.home, 'client-secret')
      writeFileSync(file, 'top secret\n')
      const common = [
        'issuer',
        'add',
        issuer,
        '--name',
        'Nord',
        '--client-id',
        'c1',
        '--client-secret-file',
        file,
      ]
      const added = await runGuichet(t.db, [...common, '--domains', 'Nord.example,nord.test', '--exclusive'])
      expect([added.code, added.out]).toEqual([
        0,
        expect.stringMatching(/\/sign-in\/at\/[0-9a-f-]{36}\/callback\n$/),
      ])
      expect(added.err).toContain('cannot be used yet')
      const [row] = await t.db.owner.db.select().from(issuers).where(eq(issuers.issuer, issuer))
      expect(row).toMatchObject({ name: 'Nord', isExclusive: true, isStaffIssuer: false })
      expect(JSON.stringify(row)).not.toContain(readFileSync(file, 'utf8').trim())
      const taken = await runGuichet(t.db, [
        'issuer',
        'add',
        'https://x.example',
        '--name',
        'X',
        '--client-id',
        'c',
        '--domains',
        'nord.example',
      ])
      expect([taken.code, taken.err]).toEqual([2, expect.stringContaining('speaks for nord.example already')])
      const listed = await runGuichet(t.db, ['issuer', 'list'])
      expect(listed.out).toMatch(/realm\n {2}name {7}Nord[\s\S]*nord\.example, nord\.test[\s\S]*exclusive/)
      expect(listed.out).not.toContain('x.example')
      expect((await runGuichet(t.db, ['issuer', 'remove', issuer])).code).toBe(0)
      expect((await runGuichet(t.db, ['issuer', 'remove', issuer])).code).toBe(2)
    },
  )

  test('refuses what is no issuer or no domain', slow, async () => {
    const add = (issuer: string, domains: string) =>
      runGuichet(t.db, ['issuer', 'add', issuer, '--name', 'X', '--client-id', 'c', '--domains', domains])
    expect((await add('http://sso.example', 'a.example')).err).toContain('begins with https://')
    expect((await add('https://sso.example', 'a b')).err).toContain('is no domain')
    expect((await runGuichet(t.db, ['issuer', 'add'])).err).toContain('Usage: guichet issuer')
  })
})

/** The path of the newest mailed link to that address. */
async function mailedLink(email: string): Promise<string> {
  const mine = and(eq(personMails.toAddress, email), eq(personMails.template, 'confirm-single-sign-on'))
  const mails = await t.db.owner.db.select().from(personMails).where(mine)
  return `/sign-in/link/${mails.at(-1)!.params.token}`
}
