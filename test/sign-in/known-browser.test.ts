import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { mailTo } from '../helpers/person-mail.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp({ GUICHET_TRUST_PROXY: '127.0.0.1' })
})
afterAll(() => t.close())
beforeEach(() => t.db.owner.db.execute(sql`delete from throttles`))

const email = 'both@demo.example'

/** A browser of another network each time. */
function elsewhere(n: number): Visitor {
  const browser = t.visitor()
  browser.headers = { 'x-forwarded-for': `198.51.100.${n}` }
  return browser
}

async function askForPassword(browser: Visitor): Promise<number> {
  const path = '/forgotten-password'
  return (await browser.submit(await browser.get(path), { email }, path)).status
}

test('others who have a new password mailed to somebody all day keep nobody from it who signed in there before', async () => {
  const own = await t.signIn(email)
  own.cookies.delete('guichet')
  for (let i = 1; i <= 20; i++) expect(await askForPassword(elsewhere(i))).toBe(303)
  expect(await askForPassword(elsewhere(21))).toBe(429)
  for (let i = 0; i < 5; i++) expect(await askForPassword(own)).toBe(303)
  expect(await askForPassword(own)).toBe(429)
  expect(await mailTo(t, email)).toHaveLength(25)
})

test('others who try passwords keep nobody who is signed in from changing theirs', async () => {
  const own = await t.signIn(email)
  const wrong = { email, password: 'not it at all' }
  for (let i = 0; i < 11; i++) {
    const browser = t.visitor()
    await browser.submit(await browser.get('/sign-in'), wrong, '/sign-in')
  }
  const path = '/account/password'
  const chosen = { password: 'tulipe garage vélo 7', passwordAgain: 'tulipe garage vélo 7' }
  const form = await own.get(path)
  expect((await own.submit(form, { currentPassword: 'guichet-demo', ...chosen }, path)).status).toBe(303)
})

test('the browser is told so for every page, and once signed out nothing on it names anybody', async () => {
  const browser = t.visitor()
  const form = await browser.get('/sign-in')
  const typed = { email: 'none@demo.example', password: 'guichet-demo' }
  const cookies = [(await browser.submit(form, typed, '/sign-in')).headers['set-cookie']].flat().map(String)
  expect(cookies.find((cookie) => cookie.startsWith('guichet_browser='))).toMatch(/; Path=\/(;|$)/)
  await browser.submit(await browser.get('/account'), {}, '/sign-out')
  const kept = [...browser.cookies].map(([name, value]) => `${name}=${decodeURIComponent(value)}`).join()
  expect(kept).toContain('guichet_browser')
  expect(kept).not.toContain('none')
  expect(kept).not.toContain(t.cast.people['none@demo.example'])
})
