import { and, eq, isNull, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { associations, formKeys, people, personActivity, sessions } from '../../src/schema.ts'
import { createPasswordLink } from '../../src/sign-in/password-links.ts'
import { createRegistration } from '../../src/sign-in/registrations.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { invalidHtml } from '../helpers/inspect.ts'
import { mailTo } from '../helpers/person-mail.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

const password = 'tulipe garage vélo 7'
const other = 'carafe bateau lundi 4'

type Link = {
  path: string
  /** Whose account it makes, or sets the password of. */
  email: string
  fields: Record<string, string>
  /** Where the form leads. */
  to: string
  /** What is recorded in the person's own record, beside signing in. */
  verbs: string[]
}

let t: TestApp
let made = 0
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())
beforeEach(() => t.db.owner.db.execute(sql`delete from throttles`))

const typed = (text: string) => ({ password: text, passwordAgain: text })
const personOf = async (email: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.email, email)))[0]!

async function registration(): Promise<Link> {
  const email = `new${++made}@example.com`
  const token = await createRegistration(t.db.owner.db, email)
  const fields = { name: 'Zoé Ray', ...typed(password) }
  return { path: `/register/${token}`, email, fields, to: '/', verbs: ['account.registered'] }
}

async function newPassword(email = 'reporting@demo.example'): Promise<Link> {
  const token = await createPasswordLink(t.db.owner.db, t.cast.people[email]!)
  const verbs = ['account.password-changed']
  return { path: `/password/${token}`, email, fields: typed(password), to: '/', verbs }
}

async function invitation(email = `invited${++made}@example.com`): Promise<Link> {
  const supervisor = await t.signIn('supervisor@demo.example')
  const page = await supervisor.get('/c/100234/people/invitations')
  const none = { supervisor: '', licensing: 'yes', reporting: '', licensingUntil: '', reportingUntil: '' }
  await supervisor.submit(page, { ...none, email }, '/c/100234/people/invitations')
  const token = (await mailTo(t, email)).at(-1)!.token
  const fields = { name: 'Inès Neuf', ...typed(password) }
  return {
    path: `/invitations/${token}`,
    email,
    fields,
    to: '/c/100234',
    verbs: ['account.password-changed'],
  }
}

const links: [string, () => Promise<Link>][] = [
  ['a registration', registration],
  ['a new password', newPassword],
  ['an invitation', invitation],
]

const openSessions = (personId: string) =>
  t.db.owner.db
    .select({ idHash: sessions.idHash })
    .from(sessions)
    .where(and(eq(sessions.personId, personId), isNull(sessions.revokedAt)))
const recorded = async (personId: string) =>
  (await t.db.owner.db.select().from(personActivity).where(eq(personActivity.personId, personId)))
    .map(({ verb }) => verb)
    .sort()

function copyOf(browser: Visitor): Visitor {
  const copy = t.visitor()
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
  return copy
}

const seen = (answers: Answer[]) => answers.map(({ status, location }) => [status, location])

/** At once, then again when the answer has come, and from a browser that took none: one deed, one session. */
async function clickTwice(link: Link, browser: Visitor): Promise<void> {
  const person = await t.db.owner.db.select().from(people).where(eq(people.email, link.email))
  const before = person[0] ? await recorded(person[0].id) : []
  const page = await browser.get(link.path)
  expect(page.status).toBe(200)
  const submit = (from: Visitor) => from.submit(page, link.fields, link.path)
  const deaf = copyOf(browser)
  const answers = await Promise.all([submit(browser), submit(browser)])
  expect(seen(answers)).toEqual([
    [303, link.to],
    [303, link.to],
  ])
  expect((await browser.get('/account')).text).toContain(link.email)
  expect(seen([await submit(browser)])).toEqual([[303, link.to]])
  expect(seen([await submit(deaf)])).toEqual([[303, link.to]])
  expect((await deaf.get('/account')).text).toContain(link.email)
  expect((await browser.get('/account')).text).toContain(link.email)
  const { id } = await personOf(link.email)
  expect(await openSessions(id)).toHaveLength(1)
  expect(await recorded(id)).toEqual([...before, ...link.verbs, 'account.signed-in'].sort())
  expect((await t.visitor().signIn(link.email, password)).status).toBe(303)
}

describe.each(links)('quality 12: the same form twice on the link of %s', (_, make) => {
  test('acts once and answers the same, with a session that lives', async () => {
    await clickTwice(await make(), t.visitor())
  })

  test('two forms with it, of two windows, act once: the second is refused, and told what counts', async () => {
    const link = await make()
    const browser = t.visitor()
    const [first, second] = [await browser.get(link.path), await browser.get(link.path)]
    const answers = await Promise.all([
      browser.submit(first, link.fields, link.path),
      browser.submit(second, { ...link.fields, ...typed(other) }, link.path),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404])
    const late = answers.find(({ status }) => status === 404)!
    expect(late.text).toContain('What you have just sent was not kept')
    expect(late.link('Forgotten password')).toBe('/forgotten-password')
    expect(await invalidHtml(late.body)).toEqual([])
    const isFirst = answers[0]!.status === 303
    expect((await t.visitor().signIn(link.email, isFirst ? password : other)).status).toBe(303)
    await expect(t.visitor().signIn(link.email, isFirst ? other : password)).rejects.toThrow('422')
    const { id } = await personOf(link.email)
    expect((await recorded(id)).filter((verb) => verb === link.verbs[0]).length).toBeGreaterThan(0)
  })

  test('the link is no way in: not with another password, another form, another browser, or later', async () => {
    const link = await make()
    const browser = t.visitor()
    const page = await browser.get(link.path)
    const before = copyOf(browser)
    await browser.submit(page, link.fields, link.path)
    const { id } = await personOf(link.email)
    const kept = await openSessions(id)
    const submit = (from: Visitor, fields = {}) => from.submit(page, { ...link.fields, ...fields }, link.path)
    const refused = async (from: Visitor, fields = {}, status = 404) => {
      const answer = await submit(from, fields)
      expect(answer.status).toBe(status)
      expect((await from.get('/account')).status).toBe(303)
      expect(await openSessions(id)).toEqual(kept)
    }
    await refused(copyOf(before), typed(other))
    await refused(copyOf(before), { _key: crypto.randomUUID() })
    await refused(copyOf(before), { _key: '' })
    // Its form carries a token of its own.
    const stranger = t.visitor()
    expect((await stranger.get(link.path)).status).toBe(404)
    await refused(stranger, {}, 403)
    expect((await submit(browser, typed(other))).status).toBe(404)
    // The account's password is another by now.
    await t.db.owner.db.update(people).set({ passwordHash: null }).where(eq(people.id, id))
    await refused(copyOf(before))
    await t.db.owner.db.update(formKeys).set({ createdAt: sql`now() - interval '2 minutes'` })
    await refused(copyOf(before))
    // Whoever is signed in is led on, for as long as keys are kept.
    expect(seen([await submit(browser)])).toEqual([[303, link.to]])
  })

  test('a session that has ended does not come back: the form begins another, which is recorded', async () => {
    const link = await make()
    const browser = t.visitor()
    const page = await browser.get(link.path)
    await browser.submit(page, link.fields, link.path)
    const { id } = await personOf(link.email)
    const [first] = await openSessions(id)
    const before = (await recorded(id)).length
    await browser.submit(await browser.get('/account'), {}, '/sign-out')
    expect(seen([await browser.submit(page, link.fields, link.path)])).toEqual([[303, link.to]])
    expect((await browser.get('/account')).status).toBe(200)
    const [second] = await openSessions(id)
    expect(second).not.toEqual(first)
    expect(await recorded(id)).toHaveLength(before + 1)
  })
})

test.each([
  ['a registration', registration],
  ['a new password', newPassword],
])('a double click on the link of %s where somebody else is signed in does the same', async (_, make) => {
  await clickTwice(await make(), await t.signIn('both@demo.example'))
})

test('a double click on a new password while signed in to the same account ends signed in', async () => {
  const email = 'open@demo.example'
  const browser = await t.signIn(email)
  const link = await newPassword(email)
  const page = await browser.get(link.path)
  const deaf = copyOf(browser)
  const submit = (from: Visitor) => from.submit(page, link.fields, link.path)
  const answers = await Promise.all([submit(browser), submit(browser)])
  answers.push(await submit(browser), await submit(deaf))
  expect(seen(answers)).toEqual(answers.map(() => [303, '/']))
  for (const one of [browser, deaf]) expect((await one.get('/account')).status).toBe(200)
  expect(await openSessions(t.cast.people[email]!)).toHaveLength(1)
})

test('of an account with a second factor the second click leads to its code too, and to nothing more', async () => {
  const email = 'several@demo.example'
  await giveSecondFactor({ config: t.config, owner: t.db.owner }, email)
  const link = await newPassword(email)
  const browser = t.visitor()
  const page = await browser.get(link.path)
  const submit = () => browser.submit(page, link.fields, link.path)
  const answers = await Promise.all([submit(), submit()])
  answers.push(await submit())
  expect(seen(answers)).toEqual(answers.map(() => [303, '/sign-in/second-factor']))
  expect(await openSessions(t.cast.people[email]!)).toEqual([])
  const code = await nextCode({ config: t.config, owner: t.db.owner }, email)
  await browser.submit(await browser.get('/sign-in/second-factor'), { code }, '/sign-in/second-factor')
  expect((await browser.get('/account')).status).toBe(200)
  expect(seen([await submit()])).toEqual([[303, '/']])
})

describe('an invitation of somebody who has an account', () => {
  test('accepted twice at once, later, and from two windows: the person is of the company, all answers the same', async () => {
    const email = 'plain@demo.example'
    const link = await invitation(email)
    const browser = await t.signIn(email)
    const [first, second] = [await browser.get(link.path), await browser.get(link.path)]
    const answers = await Promise.all(
      [first, first, second].map((page) => browser.submit(page, {}, link.path)),
    )
    answers.push(await browser.submit(first, {}, link.path), await browser.submit(second, {}, link.path))
    expect(seen(answers)).toEqual(answers.map(() => [303, '/c/100234']))
    const joined = await t.db.owner.db
      .select()
      .from(associations)
      .where(eq(associations.personId, t.cast.people[email]!))
    expect(joined).toHaveLength(1)
  })
})
