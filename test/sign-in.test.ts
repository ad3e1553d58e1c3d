import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { passwordLinks, people, sessions } from '../src/schema.ts'
import { createPasswordLink } from '../src/sign-in/password-links.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const sessionsOf = (email: string) =>
  t.db.owner.db.select().from(sessions).where(eq(sessions.personId, t.cast.people[email]!))

describe('signing in', () => {
  test('R13: the frame offers sign in, and the form leads to the company’s overview', async () => {
    const browser = t.visitor()
    const page = await browser.get('/sign-in')
    expect(page.status).toBe(200)
    expect(page.all('header a').map((a) => a.textContent)).toContain('Sign in')
    const answer = await browser.submit(
      page,
      { email: 'Both@Demo.example ', password: 'guichet-demo' },
      '/sign-in',
    )
    expect(answer.status).toBe(303)
    expect((await browser.get('/')).location).toBe('/c/100234')
  })

  test('a wrong password and an unknown address get the same words, 422 and the typed address', async () => {
    const browser = t.visitor()
    const page = await browser.get('/sign-in')
    const wrong = await browser.submit(page, { email: 'both@demo.example', password: 'not it' }, '/sign-in')
    const unknown = await browser.submit(
      page,
      { email: 'nobody@demo.example', password: 'not it' },
      '/sign-in',
    )
    expect([wrong.status, unknown.status]).toEqual([422, 422])
    expect(wrong.title).toMatch(/^Error: /)
    expect(wrong.one('#email').getAttribute('value')).toBe('both@demo.example')
    expect(wrong.one('#password').getAttribute('value') ?? '').toBe('')
    expect(wrong.text).toBe(unknown.text)
  })

  test('an address that needs signing in comes back to itself, and only to a path of ours', async () => {
    const browser = t.visitor()
    const refused = await browser.get('/c/100234/requests?status=completed')
    expect(refused.status).toBe(303)
    const page = await browser.get(refused.location)
    const answer = await browser.submit(
      page,
      { email: 'both@demo.example', password: 'guichet-demo' },
      '/sign-in',
    )
    expect(answer.location).toBe('/c/100234/requests?status=completed')
    for (const to of [
      '//evil.example/',
      'https://evil.example/',
      '/\\evil.example',
      '/.//evil.example',
      '/x/..//evil.example',
      'javascript:alert(1)',
    ]) {
      const other = t.visitor()
      const form = await other.get(`/sign-in?to=${encodeURIComponent(to)}`)
      const there = await other.submit(
        form,
        { email: 'both@demo.example', password: 'guichet-demo' },
        '/sign-in',
      )
      expect(there.location).toBe('/')
    }
  })

  test('htmx is told by 401 and HX-Redirect', async () => {
    const browser = t.visitor()
    browser.headers = { 'hx-request': 'true' }
    const answer = await browser.get('/c/100234/licenses')
    expect(answer.status).toBe(401)
    expect(answer.headers['hx-redirect']).toMatch(/^\/sign-in\?to=/)
  })

  test('wrong tries are throttled by account and network, lock nobody out elsewhere, and end with the right one', async () => {
    const attacker = t.visitor()
    const owner = await t.signIn('reporting@demo.example')
    let last = 0
    const page = await attacker.get('/sign-in')
    for (let i = 0; i < 11; i++) {
      last = (
        await attacker.submit(page, { email: 'reporting@demo.example', password: `no ${i}` }, '/sign-in')
      ).status
    }
    expect(last).toBe(429)
    const again = await owner.get('/sign-in')
    expect(again.status).toBe(303)
    owner.cookies.delete('guichet')
    expect((await owner.signIn('reporting@demo.example', 'guichet-demo')).status).toBe(303)
  })
})

describe('sessions', () => {
  test('quality 14: a new ID at sign-in, stored as SHA-256, and nothing stored for visitors', async () => {
    const before = (await t.db.owner.db.select().from(sessions)).length
    const browser = t.visitor()
    await browser.get('/sign-in')
    await browser.get('/nowhere')
    expect((await t.db.owner.db.select().from(sessions)).length).toBe(before)
    await browser.signIn('licensing@demo.example', 'guichet-demo')
    const id = decodeURIComponent(browser.cookies.get('guichet')!).split('.').slice(0, 2).join('.')
    const hashed = createHash('sha256').update(id).digest('hex')
    expect((await sessionsOf('licensing@demo.example')).map((s) => s.idHash)).toContain(hashed)
  })

  test('signing out ends the session, also for a copy of its cookie', async () => {
    const browser = await t.signIn('none@demo.example')
    const copy = t.visitor()
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    const page = await browser.open('/account')
    expect((await browser.submit(page, {}, '/sign-out')).location).toBe('/sign-in')
    expect((await copy.get('/account')).status).toBe(303)
  })

  test('quality 14: a slow request that ends after sign-out does not revive the session', async () => {
    const browser = await t.signIn('several@demo.example')
    const [row] = await sessionsOf('several@demo.example')
    await t.db.owner.db
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(eq(sessions.idHash, row!.idHash))
    await t.db.database.db.execute(sql`
      update sessions set data = '{}' where id_hash = ${row!.idHash} and revoked_at is null`)
    expect((await browser.get('/account')).status).toBe(303)
    const [after] = await sessionsOf('several@demo.example')
    expect(after!.revokedAt).not.toBeNull()
  })

  test('one’s sessions are listed, and another one of them can be ended', async () => {
    const here = await t.signIn('open@demo.example')
    const there = await t.signIn('open@demo.example')
    const page = await here.open('/account/sessions')
    const form = page.all('form[action="/account/sessions/ended"]')
    expect(form.length).toBe(1)
    const ended = await here.submitAndFollow(page, {}, '/account/sessions/ended')
    expect(ended.body).toContain('That session has ended.')
    expect((await there.get('/account')).status).toBe(303)
    expect((await here.get('/account')).status).toBe(200)
  })

  test('nobody ends another person’s session', async () => {
    const stranger = await t.signIn('stranger@demo.example')
    await t.signIn('both@demo.example')
    const [victim] = await sessionsOf('both@demo.example')
    const page = await stranger.open('/account/sessions')
    const csrf = page.one('input[name=_csrf]').getAttribute('value')!
    const fields = { _csrf: csrf, _key: crypto.randomUUID(), session: victim!.idHash }
    const answer = await stranger.post('/account/sessions/ended', fields)
    expect(answer.status).toBe(404)
    const [after] = await sessionsOf('both@demo.example')
    expect(after!.revokedAt).toBeNull()
  })
})

describe('a one-time link to set a password', () => {
  test('sets it once, confirms the address, signs in and ends older sessions', async () => {
    const older = await t.signIn('plain@demo.example')
    const id = t.cast.people['plain@demo.example']!
    await t.db.owner.db.update(people).set({ confirmedAt: null }).where(eq(people.id, id))
    const token = await createPasswordLink(t.db.owner.db, id)
    const browser = t.visitor()
    const page = await browser.get(`/password/${token}`)
    expect(page.text).toContain('plain@demo.example')
    const short = await browser.submit(
      page,
      { password: 'short', passwordAgain: 'short' },
      `/password/${token}`,
    )
    expect(short.status).toBe(422)
    expect(short.text).toContain('12 characters or more')
    const different = await browser.submit(
      page,
      { password: 'a long enough one', passwordAgain: 'another long one' },
      `/password/${token}`,
    )
    expect(different.status).toBe(422)
    const password = ' spaces  count too '
    const done = await browser.submit(page, { password, passwordAgain: password }, `/password/${token}`)
    expect(done.status).toBe(303)
    expect((await browser.get('/account')).status).toBe(200)
    expect((await older.get('/account')).status).toBe(303)
    expect((await t.visitor().get(`/password/${token}`)).status).toBe(404)
    expect((await t.visitor().signIn('plain@demo.example', password)).status).toBe(303)
    const [person] = await t.db.owner.db.select().from(people).where(eq(people.id, id))
    expect(person!.confirmedAt).not.toBeNull()
  })

  test('a link that is too old, or made up, says so and what to do', async () => {
    const token = await createPasswordLink(t.db.owner.db, t.cast.people['plain@demo.example']!)
    await t.db.owner.db.update(passwordLinks).set({ expiresAt: sql`now() - interval '1 second'` })
    for (const one of [token, 'made-up']) {
      const page = await t.visitor().get(`/password/${one}`)
      expect(page.status).toBe(404)
      expect(page.text).toContain('ask for a new link')
    }
  })
})
