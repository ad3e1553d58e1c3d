import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keptForms, people, sessions } from '../../src/schema.ts'
import { hashPassword } from '../../src/sign-in/password.ts'
import { hash } from '../../src/web/session-store.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'
import type { Visitor } from '../helpers/visitor.ts'

// Removing the second factor stands for every risky act: what is asked for stands in the config of its route.
const risky = '/account/second-factor/removals'
const page = '/account/second-factor'
const password = 'guichet-demo'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const hashOf = (browser: Visitor) =>
  hash(decodeURIComponent(browser.cookies.get('guichet')!).split('.').slice(0, 2).join('.'))

const change = (
  browser: Visitor,
  set: Partial<Record<'authenticatedAt' | 'revokedAt' | 'lastSeenAt', unknown>>,
) =>
  t.db.owner.db
    .update(sessions)
    .set(set as Record<string, never>)
    .where(eq(sessions.idHash, hashOf(browser)))

const age = (browser: Visitor, minutes: number) =>
  change(browser, { authenticatedAt: sql`now() - make_interval(mins => ${minutes}::int)` })

describe('a risky act', () => {
  test('is open for a quarter of an hour after signing in, then asks to sign in again', async () => {
    const browser = await t.signIn('both@demo.example')
    await age(browser, 14)
    expect((await browser.get(`${page}/new`)).status).toBe(200)
    await age(browser, 16)
    const led = await browser.get(`${page}/new`)
    expect([led.status, led.location]).toEqual([
      303,
      `/sign-in/again?to=${encodeURIComponent(`${page}/new`)}`,
    ])
    const form = await browser.get(led.location)
    expect(form.text).toContain('both@demo.example')
    const wrong = await browser.submit(form, { password: 'not it' })
    expect([wrong.status, wrong.one('main input[name=to]').getAttribute('value')]).toEqual([
      422,
      `${page}/new`,
    ])
    const right = await browser.submit(form, { password })
    expect(right.location).toBe(`${page}/new`)
    expect((await browser.get(`${page}/new`)).status).toBe(200)
  })

  test('quality 14: signing in again gives a new session ID; the old one is dead; the company stays', async () => {
    const browser = await t.signIn('several@demo.example')
    await browser.submit(await browser.open('/switch'), { customer: '100990' }, '/switch')
    const copy = t.visitor()
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    const before = hashOf(browser)
    await age(browser, 60)
    await browser.submit(await browser.get('/sign-in/again'), { password })
    expect(hashOf(browser)).not.toBe(before)
    expect((await copy.get('/account')).location).toMatch(/^\/sign-in/)
    expect((await browser.get('/')).location).toBe('/c/100990')
  })

  test('a double click on it ends where the first did, whether the browser took the first answer or not', async () => {
    const email = 'several@demo.example'
    await giveSecondFactor({ config: t.config, owner: t.db.owner }, email)
    const code = () => nextCode({ config: t.config, owner: t.db.owner }, email)
    const browser = t.visitor()
    await browser.signIn(email, password, code)
    await age(browser, 16)
    const form = await browser.get('/sign-in/again?to=%2Fc%2F100990')
    const before = new Map(browser.cookies)
    const typed = { password, code: await code() }
    expect((await browser.submit(form, typed, '/sign-in/again')).location).toBe('/c/100990')
    expect((await browser.submit(form, typed, '/sign-in/again')).location).toBe('/c/100990')
    const deaf = t.visitor()
    for (const [name, value] of before) deaf.cookies.set(name, value)
    expect((await deaf.submit(form, typed, '/sign-in/again')).location).toBe('/c/100990')
    expect((await deaf.get('/c/100990')).status).toBe(200)
    const both = [0, 1].map(() => {
      const one = t.visitor()
      for (const [name, value] of browser.cookies) one.cookies.set(name, value)
      return one
    })
    await age(browser, 16)
    const next = await browser.get('/sign-in/again?to=%2Faccount')
    const second = { password, code: await code() }
    const answers = await Promise.all(both.map((one) => one.submit(next, second, '/sign-in/again')))
    expect(answers.map(({ location }) => location)).toEqual(['/account', '/account'])
    await t.db.owner.db.execute(sql`delete from second_factors`)
  })

  test('only the very same form does, for a minute, on that browser', async () => {
    const browser = await t.signIn('none@demo.example')
    await age(browser, 16)
    const form = await browser.get('/sign-in/again?to=%2Faccount')
    const before = new Map(browser.cookies)
    const late = () => {
      const one = t.visitor()
      for (const [name, value] of before) one.cookies.set(name, value)
      return one
    }
    await browser.submit(form, { password }, '/sign-in/again')
    const toSignIn = '/sign-in?to=%2Faccount'
    expect((await late().submit(form, { password: 'another' }, '/sign-in/again')).location).toBe(toSignIn)
    const stranger = late()
    stranger.cookies.delete('guichet_former')
    expect((await stranger.submit(form, { password }, '/sign-in/again')).location).toBe('/sign-in')
    expect((await late().post('/sign-in/again', { password, _csrf: 'x' })).location).toBe('/sign-in')
    // The account has another password by now.
    const mine = eq(people.email, 'none@demo.example')
    const [person] = await t.db.owner.db.select().from(people).where(mine)
    const other = await hashPassword('carafe bateau lundi 4')
    await t.db.owner.db.update(people).set({ passwordHash: other }).where(mine)
    expect((await late().submit(form, { password }, '/sign-in/again')).location).toBe(toSignIn)
    await t.db.owner.db.update(people).set({ passwordHash: person!.passwordHash }).where(mine)
    expect((await late().submit(form, { password }, '/sign-in/again')).location).toBe('/account')
    await t.db.owner.db.execute(sql`update form_keys set created_at = now() - interval '2 minutes'`)
    expect((await late().submit(form, { password }, '/sign-in/again')).location).toBe(toSignIn)
  })

  test('a form is kept until then, acts on nothing before, and comes back to be sent', async () => {
    const browser = await t.signIn('both@demo.example')
    await giveSecondFactor({ config: t.config, owner: t.db.owner }, 'both@demo.example')
    const form = await browser.get(page)
    await age(browser, 16)
    const led = await browser.submit(form, { note: 'Ça & <b>là</b>', secretPassword: 'never kept' }, risky)
    expect(led.location).toMatch(/^\/sign-in\/again\?to=%2Fsign-in%2Fkept%2F/)
    expect((await browser.get(page)).text).toContain('Recovery codes')
    const again = await browser.get(led.location)
    expect(again.text).toContain('Nothing was done yet')
    const code = await nextCode({ config: t.config, owner: t.db.owner }, 'both@demo.example')
    const back = await browser.submitAndFollow(again, { password, code }, '/sign-in/again')
    expect(back.heading).toBe('Send your form')
    expect(back.text).toContain('Ça & <b>là</b>')
    expect(back.body).not.toContain('never kept')
    const done = await browser.submitAndFollow(back, {}, risky)
    expect(done.body).toContain('Your second factor is off.')
  })

  test('a forged form is refused, not kept', async () => {
    const browser = await t.signIn('licensing@demo.example')
    await age(browser, 16)
    expect((await browser.post(risky, { _csrf: 'x' })).status).toBe(403)
    const form = await browser.get(page)
    const token = form.one('input[name=_csrf]').getAttribute('value')!
    const elsewhere = await browser.post(risky, { _csrf: token }, { 'sec-fetch-site': 'cross-site' })
    expect(elsewhere.status).toBe(403)
    const kept = eq(keptForms.personId, t.cast.people['licensing@demo.example']!)
    expect(await t.db.owner.db.select().from(keptForms).where(kept)).toEqual([])
  })

  test('wrong passwords are throttled', async () => {
    const browser = await t.signIn('open@demo.example')
    await age(browser, 16)
    const form = await browser.get('/sign-in/again')
    let last = 0
    for (let i = 0; i < 11; i++) last = (await browser.submit(form, { password: `no ${i}` })).status
    expect(last).toBe(429)
  })
})

describe('a session that has ended while a form was filled in', () => {
  const profile = '/account/profile'

  async function expire(browser: Visitor) {
    await change(browser, { lastSeenAt: sql`now() - interval '1 day'` })
  }

  test('quality 11: after signing in the form comes back as it was typed, and then it acts', async () => {
    const browser = await t.signIn('none@demo.example')
    const form = await browser.get(profile)
    await expire(browser)
    const led = await browser.submit(form, { name: 'Nora "N" O’Petit', phone: '+33 1' }, profile)
    expect(led.location).toMatch(/^\/sign-in\?to=%2Fsign-in%2Fkept%2F/)
    const signIn = await browser.get(led.location)
    expect(signIn.text).toContain('Your session has ended. Nothing was done yet')
    const back = await browser.submitAndFollow(signIn, { email: 'none@demo.example', password }, '/sign-in')
    expect(back.one('input[name=name]').getAttribute('value')).toBe('Nora "N" O’Petit')
    const before = await nameOf('none@demo.example')
    expect(before).toBe('Nora Petit')
    await browser.submitAndFollow(back, {}, profile)
    expect(await nameOf('none@demo.example')).toBe('Nora "N" O’Petit')
  })

  test('also where another tab has been to the sign-in page meanwhile, and where the browser has dropped the cookie', async () => {
    const browser = await t.signIn('open@demo.example')
    const form = await browser.get(profile)
    await expire(browser)
    await browser.open('/account')
    expect(browser.cookies.has('guichet')).toBe(false)
    const led = await browser.submit(form, { name: 'Odile' }, profile)
    expect(led.location).toMatch(/kept/)
  })

  test('not after signing out', async () => {
    const browser = await t.signIn('open@demo.example')
    const form = await browser.get(profile)
    await browser.submit(form, {}, '/sign-out')
    const late = await browser.submitAndFollow(form, { name: 'Odile' }, profile)
    expect([late.url, late.one('#notices [role=status]').textContent?.replace(/\s+/g, ' ').trim()]).toEqual([
      '/sign-in',
      'Important You are not signed in, so nothing was done. Sign in, then send the form again.',
    ])
  })

  test('to nobody else, nor after an hour', async () => {
    const browser = await t.signIn('reporting@demo.example')
    const form = await browser.get(profile)
    await expire(browser)
    const led = await browser.submit(form, { name: 'Rose' }, profile)
    const other = await browser.submitAndFollow(
      await browser.get(led.location),
      { email: 'plain@demo.example', password },
      '/sign-in',
    )
    expect(other.one('#notices').textContent).toMatch(
      /Important\s+The form .* no longer kept, or was not yours/,
    )
    expect(other.body).not.toContain('value="Rose"')
    const owner = await t.signIn('reporting@demo.example')
    const kept = new URL(led.location, 'http://x').searchParams.get('to')!
    expect((await owner.get(kept)).status).toBe(200)
    await t.db.owner.db.update(keptForms).set({ createdAt: sql`now() - interval '61 minutes'` })
    expect((await owner.get(kept)).status).toBe(303)
  })

  test('what was typed is not readable in the database', async () => {
    const browser = await t.signIn('reporting@demo.example')
    const form = await browser.get(profile)
    await expire(browser)
    await browser.submit(form, { name: 'Quite recognisable' }, profile)
    const rows = await t.db.owner.db.select().from(keptForms)
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain('recognisable')
  })

  test('a form without its token, or from who never had a session, is led to sign in and not kept', async () => {
    const count = async () => (await t.db.owner.db.select().from(keptForms)).length
    const browser = await t.signIn('supervisor@demo.example')
    await browser.get(profile)
    await expire(browser)
    const before = await count()
    expect((await browser.post(profile, { name: 'x' })).location).toBe('/sign-in')
    expect((await t.visitor().post(profile, { name: 'x' })).location).toBe('/sign-in')
    const forger = t.visitor()
    forger.cookies.set('guichet_former', `${t.cast.people['supervisor@demo.example']}.x.y`)
    expect((await forger.post(profile, { name: 'x' })).location).toBe('/sign-in')
    expect(await count()).toBe(before)
  })

  test('the newest twenty of a person are kept', async () => {
    const browser = await t.signIn('stranger@demo.example')
    const form = await browser.get(profile)
    await expire(browser)
    for (let i = 0; i < 22; i++) await browser.submit(form, { name: `n ${i}` }, profile)
    const mine = eq(keptForms.personId, t.cast.people['stranger@demo.example']!)
    expect((await t.db.owner.db.select().from(keptForms).where(mine)).length).toBe(20)
  })
})

async function nameOf(email: string): Promise<string> {
  const [person] = await t.db.owner.db.select().from(people).where(eq(people.email, email))
  return person!.name
}
