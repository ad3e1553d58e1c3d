import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { formKeys, personActivity, sessions } from '../../src/schema.ts'
import { replaceRecoveryCodes } from '../../src/sign-in/second-factor/queries.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

const email = 'several@demo.example'
const to = '/c/100990'
const typed = { email, password: 'guichet-demo' }

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const personId = () => t.cast.people[email]!
const openSessions = () =>
  t.db.owner.db
    .select({ idHash: sessions.idHash })
    .from(sessions)
    .where(sql`${sessions.personId} = ${personId()} and ${sessions.revokedAt} is null`)
const recorded = async () =>
  (await t.db.owner.db.select().from(personActivity).where(eq(personActivity.personId, personId()))).filter(
    ({ verb }) => verb === 'account.signed-in',
  ).length

beforeEach(async () => {
  for (const table of [sessions, formKeys]) await t.db.owner.db.delete(table)
  await t.db.owner.db.execute(sql`delete from second_factors`)
})

type Ask = () => Promise<Answer>

/** Both clicks end at the same place, signed in, in one session that was recorded once. */
async function expectOneSession(browser: Visitor, before: number, answers: Answer[]): Promise<void> {
  expect(answers.map(({ status, location }) => [status, location])).toEqual(answers.map(() => [303, to]))
  expect((await browser.get(to)).status).toBe(200)
  expect(await openSessions()).toHaveLength(1)
  expect(await recorded()).toBe(before + 1)
}

/** The same form: both at once, then again when its answer has come; and where the browser took no answer before. */
async function clickTwice(browser: Visitor, submit: (from: Visitor) => ReturnType<Ask>): Promise<void> {
  const before = await recorded()
  const deaf = t.visitor()
  for (const [name, value] of browser.cookies) deaf.cookies.set(name, value)
  await expectOneSession(browser, before, await Promise.all([submit(browser), submit(browser)]))
  await expectOneSession(browser, before, [await submit(browser)])
  await expectOneSession(deaf, before, [await submit(deaf)])
  await expectOneSession(browser, before, [])
}

describe('a double click that signs in ends signed in, in one session', () => {
  test('on the form of address and password', async () => {
    const browser = t.visitor()
    const page = await browser.get(`/sign-in?to=${to}`)
    await clickTwice(browser, (from) => from.submit(page, typed, '/sign-in'))
  })

  test('on that of the second factor, and on its first page', async () => {
    await giveSecondFactor({ config: t.config, owner: t.db.owner }, email)
    const browser = t.visitor()
    const first = await browser.get(`/sign-in?to=${to}`)
    const submit = () => browser.submit(first, typed, '/sign-in')
    const answers = await Promise.all([submit(), submit()])
    expect(answers.map(({ location }) => location)).toEqual(Array(2).fill('/sign-in/second-factor'))
    expect(await openSessions()).toEqual([])
    const page = await browser.get('/sign-in/second-factor')
    const code = await nextCode({ config: t.config, owner: t.db.owner }, email)
    await clickTwice(browser, (from) => from.submit(page, { code }, '/sign-in/second-factor'))
  })

  test('on that of a recovery code, which is used up once', async () => {
    await giveSecondFactor({ config: t.config, owner: t.db.owner }, email)
    await t.db.database.transaction((tx) => replaceRecoveryCodes(tx, t.config, personId()))
    const browser = t.visitor()
    await browser.submit(await browser.get(`/sign-in?to=${to}`), typed, '/sign-in')
    const signedIn = t.visitor()
    await signedIn.signIn(email, typed.password, () =>
      nextCode({ config: t.config, owner: t.db.owner }, email),
    )
    const codes = (await signedIn.get('/account/second-factor/recovery-codes')).all('main code')
    await t.db.owner.db.delete(sessions)
    const page = await browser.get('/sign-in/recovery')
    const recoveryCode = codes[0]!.textContent!
    await clickTwice(browser, (from) => from.submit(page, { recoveryCode }, '/sign-in/recovery'))
    const left = await t.db.owner.db.execute(sql`select from recovery_codes where used_at is null`)
    expect(left).toHaveLength(9)
  })
})

describe('the same form is no way into a session', () => {
  test('with another password, whoever is signed in', async () => {
    const browser = t.visitor()
    const page = await browser.get('/sign-in')
    await browser.submit(page, typed, '/sign-in')
    const other = await browser.submit(page, { ...typed, password: 'another' }, '/sign-in')
    expect(other.status).toBe(422)
    expect(await openSessions()).toHaveLength(1)
  })

  test('that has ended: signing in with it begins a new one, which is recorded', async () => {
    const before = await recorded()
    const browser = t.visitor()
    const page = await browser.get(`/sign-in?to=${to}`)
    await browser.submit(page, typed, '/sign-in')
    const [first] = await openSessions()
    await browser.submit(await browser.get('/account'), {}, '/sign-out')
    expect((await browser.get('/account')).location).toMatch(/^\/sign-in/)
    await expectOneSession(browser, before + 1, [await browser.submit(page, typed, '/sign-in')])
    expect((await openSessions())[0]).not.toEqual(first)
  })

  test('an hour later: it begins a new session, and the one of this browser ends', async () => {
    const before = await recorded()
    const browser = t.visitor()
    const page = await browser.get(`/sign-in?to=${to}`)
    await browser.submit(page, typed, '/sign-in')
    const [first] = await openSessions()
    await t.db.owner.db.execute(sql`update form_keys set created_at = now() - interval '1 hour'`)
    await t.db.owner.db.execute(sql`update sessions set authenticated_at = now() - interval '1 hour'`)
    await expectOneSession(browser, before + 1, [await browser.submit(page, typed, '/sign-in')])
    expect((await openSessions())[0]).not.toEqual(first)
  })

  test('of another browser: its form carries a token of its own', async () => {
    const browser = t.visitor()
    const page = await browser.get('/sign-in')
    await browser.submit(page, typed, '/sign-in')
    const stranger = t.visitor()
    await stranger.get('/sign-in')
    expect((await stranger.submit(page, typed, '/sign-in')).status).toBe(403)
    expect(await openSessions()).toHaveLength(1)
  })
})
