import { eq } from 'drizzle-orm'
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { issuerDomains, issuers, people } from '../../src/schema.ts'
import { isCallable } from '../../src/sign-in/oidc/fetch.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { type HostileIssuer, startHostileIssuer } from '../helpers/hostile-issuer.ts'
import type { Answer } from '../helpers/visitor.ts'

let t: TestApp
const started: HostileIssuer[] = []

beforeAll(async () => {
  t = await testApp()
})
afterEach(async () => {
  for (const issuer of started.splice(0)) await issuer.close()
})
afterAll(() => t.close())

/** A new one each time: what it says of itself is remembered for a while. */
async function start(): Promise<{ hostile: HostileIssuer; id: string }> {
  const hostile = await startHostileIssuer('guichet')
  started.push(hostile)
  const id = newId()
  await t.db.owner.db.delete(issuers)
  await t.db.owner.db
    .insert(issuers)
    .values({ id, issuer: hostile.issuer, name: 'Hostile', clientId: 'guichet' })
  await t.db.owner.db.insert(issuerDomains).values({ domain: 'hostile.example', issuerId: id })
  return { hostile, id }
}

/** Goes there and comes back with a code, as who signed in would; gives the page at the end. */
async function visit({ hostile, id }: { hostile: HostileIssuer; id: string }): Promise<Answer> {
  const browser = t.visitor()
  const away = await browser.submit(await browser.get('/sign-in'), {}, `/sign-in/at/${id}`)
  if (away.status === 303) return browser.get(away.location)
  const url = new URL(away.one('main a.govuk-button').getAttribute('href')!)
  hostile.nonce = url.searchParams.get('nonce')!
  expect(url.searchParams.get('code_challenge_method')).toBe('S256')
  const answer = await browser.get(`/sign-in/at/${id}/callback?code=x&state=${url.searchParams.get('state')}`)
  return answer.location.startsWith('/sign-in/refused') ? browser.get(answer.location) : answer
}

async function expectRefused(site: Awaited<ReturnType<typeof start>>, words: string): Promise<void> {
  const answer = await visit(site)
  expect(answer.text).toContain(words)
  expect(answer.heading).toBe('Signing in did not work')
  const made = await t.db.owner.db.select().from(people).where(eq(people.email, 'ana@hostile.example'))
  expect(made).toEqual([])
}

const untrue = 'could not be confirmed'
const now = () => Math.floor(Date.now() / 1000)

describe('an ID token that is not right', () => {
  test.each([
    ['another nonce', { nonce: 'x' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://other.example' }],
    ['the issuer with a slash', {}, (issuer: string) => ({ iss: `${issuer}/` })],
    ['another audience', { aud: 'somebody' }],
    ['made for another client beside us', { aud: ['guichet', 'somebody'], azp: 'somebody' }],
    ['several audiences and nobody it was made for', { aud: ['guichet', 'somebody'] }],
    ['expired', { iat: now() - 900, exp: now() - 300 }],
    ['of long ago, though not expired', { iat: now() - 7200 }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
  ] as [string, object, ((issuer: string) => object)?][])('%s', async (_what, claims, more) => {
    const site = await start()
    Object.assign(site.hostile, { claims: { ...claims, ...more?.(site.hostile.issuer) } })
    await expectRefused(site, untrue)
  })

  test('without signature, with a shared secret, or with another key', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const ways: ((claims: Record<string, unknown>) => Promise<string>)[] = [
      async (claims) => new UnsecuredJWT(claims).encode(),
      (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode('guichet'.repeat(8))),
      (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey),
      async () => 'no token at all',
    ]
    for (const sign of ways) {
      const site = await start()
      site.hostile.sign = sign
      await expectRefused(site, untrue)
    }
  })

  test('one that is right signs in: the others failed for what was wrong with them', async () => {
    const answer = await visit(await start())
    expect([answer.status, answer.location]).toEqual([303, '/'])
    const made = eq(people.email, 'ana@hostile.example')
    await t.db.owner.db.update(people).set({ email: 'ana@elsewhere.example' }).where(made)
  })
})

describe('what it says of who it is', () => {
  test.each([
    ['another domain', { email: 'ana@demo.example' }, 'not of a domain'],
    ['no address', { email: undefined }, 'has not been verified'],
    ['two addresses in one', { email: 'ana@hostile.example\nboss@demo.example' }, 'has not been verified'],
    ['a list for an address', { email: ['ana@hostile.example'] }, 'has not been verified'],
    ['not verified', { email_verified: false }, 'has not been verified'],
    ['nothing about verified', { email_verified: undefined }, 'has not been verified'],
    ['verified in words', { email_verified: 'yes' }, 'has not been verified'],
  ])('%s is refused', async (_what, claims, words) => {
    const site = await start()
    site.hostile.claims = claims
    site.hostile.answers.set('/userinfo', (_request, response) =>
      response.end(JSON.stringify({ sub: 'subject', ...('email' in claims ? claims : {}) })),
    )
    await expectRefused(site, words)
  })

  test('user information about somebody else is refused', async () => {
    const site = await start()
    site.hostile.claims = { email: undefined }
    site.hostile.answers.set('/userinfo', (_request, response) =>
      response.end(JSON.stringify({ sub: 'other', email: 'ana@hostile.example', email_verified: true })),
    )
    await expectRefused(site, untrue)
  })
})

describe('a discovery document', () => {
  test.each([
    ['of another issuer', { issuer: 'https://other.example' }],
    ['with an endpoint of plain http elsewhere', { token_endpoint: 'http://other.example/token' }],
    ['with a file for keys', { jwks_uri: 'file:///etc/passwd' }],
    ['with a password in an address', { userinfo_endpoint: 'http://a:b@127.0.0.1:1/x' }],
    ['without an endpoint', { authorization_endpoint: undefined }],
    ['with a script to go to', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('%s is refused before anybody goes there', async (_what, document) => {
    const site = await start()
    site.hostile.document = document
    await expectRefused(site, untrue)
    expect(site.hostile.asked).toEqual(['/.well-known/openid-configuration'])
  })

  test('no address on this machine is called for an issuer elsewhere', () => {
    const far = 'https://sso.example'
    expect(isCallable('https://sso.example/token', far)).toBe(true)
    for (const url of [
      'http://sso.example/token',
      'http://127.0.0.1:5432/',
      'https://127.0.0.1/',
      'https://localhost/x',
      'https://[::1]/',
      'ftp://sso.example/',
      7,
    ]) {
      expect([url, isCallable(url, far)]).toEqual([url, false])
    }
    expect(isCallable('http://127.0.0.1:99/token', 'http://127.0.0.1:99')).toBe(true)
  })
})

describe('an issuer that does not behave', () => {
  const unreachable = 'does not answer, or not as it should'

  test('is not followed anywhere else', async () => {
    const site = await start()
    const elsewhere = await startHostileIssuer('guichet')
    started.push(elsewhere)
    for (const path of ['/token', '/jwks']) {
      site.hostile.answers.set(path, (_request, response) =>
        response.writeHead(307, { location: `${elsewhere.issuer}${path}` }).end(),
      )
    }
    await expectRefused(site, unreachable)
    expect(elsewhere.asked).toEqual([])
  })

  test('is not waited for longer than five seconds', async () => {
    const site = await start()
    site.hostile.answers.set('/token', () => {})
    const begun = Date.now()
    await expectRefused(site, unreachable)
    expect(Date.now() - begun).toBeLessThan(9000)
  })

  test('sends no more than we read, nor what is no JSON', async () => {
    for (const text of [`{"x":"${'y'.repeat(300_000)}"}`, '<html>', '[]', 'null', '']) {
      const site = await start()
      site.hostile.answers.set('/.well-known/openid-configuration', (_request, response) =>
        response.end(text),
      )
      await expectRefused(site, unreachable)
    }
  })

  test('what it says went wrong is not repeated', async () => {
    const site = await start()
    site.hostile.answers.set('/token', (_request, response) =>
      response
        .writeHead(400)
        .end(JSON.stringify({ error: 'invalid_grant', error_description: 'call +1 555' })),
    )
    const answer = await visit(site)
    expect(answer.body).not.toMatch(/invalid_grant|555/)
  })

  test('is answered in words where it is gone', async () => {
    const site = await start()
    await site.hostile.close()
    started.pop()
    const answer = await visit(site)
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining(unreachable)])
  })

  test('an issuer that is not there is a page that is not there', async () => {
    const browser = t.visitor()
    const page = await browser.get('/sign-in')
    const token = page.one('input[name=_csrf]').getAttribute('value')!
    expect((await browser.post(`/sign-in/at/${newId()}`, { _csrf: token })).status).toBe(404)
    expect((await browser.get('/sign-in/refused/made-up')).status).toBe(404)
  })
})
