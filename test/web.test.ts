import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeCursor } from '../src/web/paging.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type Answer, formOf } from './helpers/visitor.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

describe('forgery (quality 11)', () => {
  test('a POST without token, or with another session’s token, is refused and does nothing', async () => {
    const browser = await t.signIn('several@demo.example')
    const other = await t.signIn('both@demo.example')
    const foreign = (await other.open('/switch')).one('input[name=_csrf]').getAttribute('value')!
    const tries: Record<string, string>[] = [
      { customer: '100871' },
      { customer: '100871', _csrf: foreign },
      { customer: '100871', _csrf: 'x' },
    ]
    for (const fields of tries) {
      expect((await browser.post('/switch', fields)).status).toBe(403)
    }
    expect((await browser.get('/')).location).toBe('/c/100234')
  })

  test('what was typed comes back in a form that can be sent again, without passwords', async () => {
    const browser = await t.signIn('several@demo.example')
    const answer = await browser.post('/switch', { customer: '100871', password: 'secret', _csrf: 'stale' })
    expect(answer.status).toBe(403)
    expect(answer.body).not.toContain('secret')
    const again = await browser.submit(answer, {}, '/switch')
    expect(again.location).toBe('/c/100871')
  })

  test('a form far larger than any of ours is refused without giving all of it back', async () => {
    const browser = t.visitor()
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`f${i}`, '']))
    const answer = await browser.post('/sign-in', many)
    expect(answer.status).toBe(403)
    expect(answer.body.length).toBeLessThan(10_000)
  })

  test('a form with more fields than any of ours is not read in part: too large, in words', async () => {
    const browser = t.visitor()
    const _csrf = (await browser.get('/sign-in')).one('input[name=_csrf]').getAttribute('value')!
    const send = (fillers: number) => {
      const many = Object.fromEntries(Array.from({ length: fillers }, (_, n) => [`f${n}`, '']))
      return browser.post('/sign-in', { _csrf, password: 'x', ...many, email: 'nobody@demo.example' })
    }
    expect((await send(9000)).one('#email').getAttribute('value')).toBe('nobody@demo.example')
    for (const fillers of [9998, 200_000]) {
      const refused = await send(fillers)
      expect([refused.status, refused.text.includes('larger than this page takes')]).toEqual([413, true])
    }
  })

  test('what the browser says of a cross-site POST is believed, even with a good token', async () => {
    const browser = await t.signIn('several@demo.example')
    const page = await browser.open('/switch')
    const { values } = formOf(page, '/switch')
    const crossSite: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]
    for (const headers of crossSite) {
      const answer = await browser.post('/switch', { ...values, customer: '100871' }, headers)
      expect(answer.status).toBe(403)
      expect(answer.all('main form').length).toBe(0)
    }
    const own = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:80' }
    expect((await browser.post('/switch', { ...values, customer: '100871' }, own)).status).toBe(303)
  })

  test('tokens differ from page to page, so that compression tells nothing', async () => {
    const browser = await t.signIn('both@demo.example')
    const tokens = await Promise.all(
      ['/account', '/account'].map(async (url) =>
        (await browser.open(url)).one('input[name=_csrf]').getAttribute('value'),
      ),
    )
    expect(new Set(tokens).size).toBe(2)
  })
})

describe('every answer', () => {
  test('carries the security headers, errors and static files included', async () => {
    for (const url of [
      '/sign-in',
      '/nowhere',
      '/public/guichet.css',
      '/public/nowhere.css',
      '/healthz',
      '/c/100234',
    ]) {
      const { headers } = await t.visitor().get(url)
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect(headers['content-security-policy']).not.toMatch(/unsafe/)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('same-origin')
    }
  })

  test('what does not exist is a page with a way on and the request ID', async () => {
    const answer = await t.visitor().get('/nowhere')
    expect(answer.status).toBe(404)
    expect(answer.text).toContain(String(answer.headers['x-request-id']))
    expect(answer.all('main a').length).toBeGreaterThan(0)
    expect(answer.body).not.toMatch(/Route GET/)
  })

  test('an address with a slash too many at its end leads to the one without, and never to another site', async () => {
    const browser = await t.signIn('both@demo.example')
    for (const [url, to] of [
      ['/c/100234/', '/c/100234'],
      ['/c/100234/licenses/?show=expired', '/c/100234/licenses?show=expired'],
      ['/nowhere/', '/nowhere'],
    ]) {
      const answer = await browser.get(url!)
      expect([url, answer.status, answer.location]).toEqual([url, 308, to])
    }
    for (const url of ['//evil.example/', '/.//evil.example/', '///', '/public/nowhere/']) {
      const { statusCode, headers } = await t.app.inject({ url })
      expect([url, statusCode, headers.location]).toEqual([url, 404, undefined])
    }
    expect((await t.app.inject({ method: 'POST', url: '/sign-out/' })).statusCode).toBe(404)
  })

  test('what people get who are signed in is not stored by caches, whatever kind of answer it is', async () => {
    const browser = await t.signIn('both@demo.example')
    for (const url of ['/account', '/', '/session/active', '/nowhere', '/c/100555']) {
      expect((await browser.get(url)).headers['cache-control'], url).toBe('no-store')
    }
    expect((await t.visitor().get('/sign-in')).headers['cache-control']).toBe('private, no-cache')
  })

  test('what the router or the static files refuse is not there, and tells no internals', async () => {
    for (const url of [
      '/public/nowhere.css',
      '/public/',
      '/public/%00',
      '/public/..%2fpackage.json',
      '/%',
      `/learn/${'a'.repeat(300)}`,
    ]) {
      const answer = await t.visitor().get(url)
      expect(answer.status, url).toBe(404)
      expect(answer.body).not.toMatch(/statusCode|FST_|is not a function/)
    }
    expect((await t.visitor().get('/public/guichet.css')).status).toBe(200)
  })

  test('what is asked for in another way than it is given: not there, and a part that a file has not', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE'] as const) {
      for (const url of ['/', '/c/100234', '/sign-in', '/nowhere']) {
        const answer = await t.app.inject({ method: method as 'PUT', url })
        expect([method, url, answer.statusCode]).toEqual([method, url, 404])
      }
    }
    const url = '/public/guichet.css'
    const part = await t.app.inject({ url, headers: { range: 'bytes=0-9' } })
    expect([part.statusCode, part.rawPayload.length]).toEqual([206, 10])
    expect((await t.app.inject({ url, headers: { range: 'bytes=99999999-' } })).statusCode).toBe(416)
  })

  test('a place in a list that nobody was given counts as its start', async () => {
    const browser = await t.signIn('both@demo.example')
    const dates = ['x', '2026-02-30 00:00:00+00', '2026-11-24 05:24:50.123456+00', 1]
    for (const list of ['requests', 'packs', 'hosts', 'licenses', 'report']) {
      for (const date of dates) {
        const after = encodeCursor([date, 'y'])
        expect((await browser.get(`/c/100234/${list}?after=${after}`)).status, `${list} ${date}`).toBe(200)
      }
    }
  })

  test('a fault of ours is a 500 page that tells no internals', async () => {
    const browser = await t.signIn('supervisor@demo.example')
    await t.db.owner.db.execute(sql`alter table sessions rename column user_agent to user_agent_gone`)
    try {
      const answer = await browser.get('/account/sessions')
      expect(answer.status).toBe(500)
      expect(answer.text).toContain(String(answer.headers['x-request-id']))
      expect(answer.body).not.toMatch(/user_agent|select|column/i)
    } finally {
      await t.db.owner.db.execute(sql`alter table sessions rename column user_agent_gone to user_agent`)
    }
  })
})

describe('a form that is refused', () => {
  const marked = (page: Answer) =>
    page.all('.g-sections [aria-current]').map((one) => one.textContent?.trim())
  const said = (page: Answer) => page.all('#problems li').map((one) => one.textContent?.trim())

  test('says of each field what it lacks, in words that can be told apart', async () => {
    const visitor = t.visitor()
    const page = await visitor.submit(await visitor.open('/sign-in'), {}, '/sign-in')
    expect(page.status).toBe(422)
    expect(said(page)).toEqual(['Enter the e-mail address', 'Enter the password'])
    expect(marked(page)).toEqual([])
  })

  test('stands in the section it was sent from, and in no other', async () => {
    const supervisor = await t.signIn('supervisor@demo.example')
    const form = await supervisor.open('/c/100234/people/invitations')
    const page = await supervisor.submit(form, {}, '/c/100234/people/invitations')
    expect(page.status).toBe(422)
    expect(said(page)).toEqual(['Enter the e-mail address'])
    expect(marked(page)).toEqual(['People'])
  })
})

describe('language', () => {
  test('the browser’s language counts, then the choice, which keeps the page; then the account’s', async () => {
    const browser = t.visitor()
    browser.headers = { 'accept-language': 'de;q=0.9, fr-CA;q=0.8, en;q=0.7' }
    const french = await browser.get('/sign-in?to=%2Faccount')
    expect(french.heading).toBe('Connexion')
    expect(french.one('html').getAttribute('lang')).toBe('fr')
    const switched = await browser.submit(french, { locale: 'en' }, '/language')
    expect(switched.location).toBe('/sign-in?to=%2Faccount')
    expect((await browser.get('/sign-in')).heading).toBe('Sign in')
    const page = await browser.get('/sign-in')
    await browser.submit(page, { email: 'plain@demo.example', password: 'guichet-demo' }, '/sign-in')
    await browser.submit(await browser.get('/account'), { locale: 'fr' }, '/language')
    const elsewhere = await t.signIn('plain@demo.example')
    expect((await elsewhere.get('/account')).one('html').getAttribute('lang')).toBe('fr')
  })
})

describe('health', () => {
  test('/healthz and /readyz answer without a session', async () => {
    expect((await t.visitor().get('/healthz')).body).toBe('ok\n')
    expect((await t.visitor().get('/readyz')).body).toBe('ready\n')
  })
})
