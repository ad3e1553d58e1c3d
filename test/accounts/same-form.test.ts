import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keptForms, people, personActivity } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { lastMailTo, mailTo } from '../helpers/person-mail.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())
beforeEach(() => t.db.owner.db.execute(sql`delete from throttles`))

const site = () => ({ config: t.config, owner: t.db.owner })
const seen = (answers: Answer[]) => answers.map(({ status, location }) => [status, location])

/** The form of a page twice at once, and once more when the answers have come. */
async function sendTwice(browser: Visitor, page: Answer, fields: Record<string, string>, action: string) {
  const submit = () => browser.submit(page, fields, action)
  const answers = await Promise.all([submit(), submit()])
  return [...answers, await submit()]
}

const templates = async (address: string) => (await mailTo(t, address)).map(({ template }) => template)

describe('quality 12: the same form at the last try that a limit leaves', () => {
  test.each(['/register', '/forgotten-password'])(
    '%s counts once, and is answered the same',
    async (path) => {
      const email = `${path.slice(1)}@example.com`
      const browser = t.visitor()
      for (let i = 0; i < 4; i++) await browser.submit(await browser.get(path), { email }, path)
      const answers = await sendTwice(browser, await browser.get(path), { email }, path)
      expect(seen(answers)).toEqual(Array(3).fill([303, `${path}/mailed`]))
      expect(await mailTo(t, email)).toHaveLength(5)
      const next = await browser.submit(await browser.get(path), { email }, path)
      expect([next.status, next.one('#email').getAttribute('value')]).toEqual([429, email])
      expect(Number(next.headers['retry-after'])).toBeGreaterThan(0)
    },
  )

  test('a change of address', async () => {
    const path = '/account/email'
    const email = 'asked@example.com'
    const browser = await t.signIn('plain@demo.example')
    for (let i = 0; i < 4; i++) await browser.submit(await browser.get(path), { email }, path)
    const answers = await sendTwice(browser, await browser.get(path), { email }, path)
    expect(seen(answers)).toEqual(Array(3).fill([303, path]))
    expect(await mailTo(t, email)).toHaveLength(5)
    const next = await browser.submit(await browser.get(path), { email }, path)
    expect([next.status, next.one('#email').getAttribute('value')]).toEqual([429, email])
    expect(await mailTo(t, email)).toHaveLength(5)
  })

  test('the right password after nine wrong ones; and a wrong one twice is one try', async () => {
    const email = 'open@demo.example'
    const browser = t.visitor()
    const page = await browser.get('/sign-in')
    for (let i = 0; i < 9; i++) {
      const wrong = { email, password: `no ${i}` }
      const twice = await Promise.all([1, 2].map(() => browser.submit(page, wrong, '/sign-in')))
      expect(twice.map(({ status }) => status)).toEqual([422, 422])
    }
    const right = { email, password: t.cast.password }
    const answers = await sendTwice(browser, await browser.get('/sign-in'), right, '/sign-in')
    expect(seen(answers)).toEqual(Array(3).fill([303, '/']))
  })

  test('a guess counts again where it comes again later, and for its network each time', async () => {
    const email = 'open@demo.example'
    const browser = t.visitor()
    const page = await browser.get('/sign-in')
    const guess = async () => (await browser.submit(page, { email, password: 'no' }, '/sign-in')).status
    for (let i = 0; i < 10; i++) {
      await t.db.owner.db.execute(sql`update form_keys set created_at = created_at - interval '11 seconds'`)
      expect(await guess()).toBe(422)
    }
    expect(await guess()).toBe(422)
    await t.db.owner.db.execute(sql`update form_keys set created_at = created_at - interval '11 seconds'`)
    expect(await guess()).toBe(429)
    const [most] = await t.db.owner.db.execute(sql`select max(tries) as tries from throttles`)
    expect(most).toEqual({ tries: 12 })
  })

  test('the right code after four wrong ones', async () => {
    const email = 'both@demo.example'
    await giveSecondFactor(site(), email)
    const browser = t.visitor()
    await browser.submit(await browser.get('/sign-in'), { email, password: t.cast.password }, '/sign-in')
    const page = await browser.get('/sign-in/second-factor')
    for (let i = 0; i < 4; i++) await browser.submit(page, { code: `00000${i}` })
    const step = await browser.get('/sign-in/second-factor')
    const code = await nextCode(site(), email)
    expect(seen(await sendTwice(browser, step, { code }, '/sign-in/second-factor'))).toEqual(
      Array(3).fill([303, '/']),
    )
  })

  test('a new password, after nine wrong ones', async () => {
    const path = '/account/password'
    const browser = await t.signIn('supervisor@demo.example')
    const words = { password: 'tulipe garage vélo 7', passwordAgain: 'tulipe garage vélo 7' }
    const page = await browser.get(path)
    // Having signed in is a try as well, which was forgotten.
    for (let i = 0; i < 9; i++) await browser.submit(page, { ...words, currentPassword: `no ${i}` }, path)
    const fields = { ...words, currentPassword: t.cast.password }
    expect(seen(await sendTwice(browser, await browser.get(path), fields, path))).toEqual(
      Array(3).fill([303, '/account']),
    )
    expect(await templates('supervisor@demo.example')).toEqual(['password-changed'])
  })
})

describe('quality 12: a change of address, each of its forms twice at once, later, and from a second window', () => {
  const from = 'licensing@demo.example'
  const to = 'luc@example.com'

  /** The links to the old and to the new address, of a change that is asked for now. */
  async function ask(): Promise<[string, string]> {
    const browser = await t.signIn(from)
    const page = await browser.get('/account/email')
    expect(seen(await sendTwice(browser, page, { email: to }, '/account/email'))).toEqual(
      Array(3).fill([303, '/account/email']),
    )
    const tokens = await Promise.all([from, to].map((address) => lastMailTo(t, address)))
    return tokens.map(({ token }) => `/email-change/${token}`) as [string, string]
  }

  async function press(link: string, what: 'confirmation' | 'cancellation') {
    const browser = t.visitor()
    const [page, second] = [await browser.get(link), await browser.get(link)]
    const answers = await sendTwice(browser, page, {}, `${link}/${what}`)
    answers.push(await browser.submit(second, {}, `${link}/${what}`))
    expect(seen(answers)).toEqual(Array(4).fill([303, link]))
    return browser.get(link)
  }

  test('called off', async () => {
    const [old] = await ask()
    expect((await press(old, 'cancellation')).heading).toBe('The change is called off')
  })

  test('confirmed by both: it is done once, and told once to each', async () => {
    const [old, fresh] = await ask()
    expect((await press(old, 'confirmation')).heading).toBe('This address is confirmed')
    expect((await press(fresh, 'confirmation')).heading).toBe('The e-mail address is changed')
    expect((await press(old, 'cancellation').catch(String)).toString()).toContain('No form')
    for (const address of [from, to]) {
      expect((await templates(address)).filter((one) => one === 'email-changed')).toHaveLength(1)
    }
    const id = t.cast.people[from]!
    const acts = await t.db.owner.db.select().from(personActivity).where(eq(personActivity.personId, id))
    expect(acts.filter(({ verb }) => verb === 'account.email-changed')).toHaveLength(1)
  })
})

describe('quality 12: the same form twice of what ends sessions', () => {
  test('signing out, at once and later: to the sign-in page', async () => {
    const browser = await t.signIn('reporting@demo.example')
    const page = await browser.get('/account')
    const deaf = t.visitor()
    for (const [name, value] of browser.cookies) deaf.cookies.set(name, value)
    const answers = await sendTwice(browser, page, {}, '/sign-out')
    answers.push(await deaf.submit(page, {}, '/sign-out'))
    expect(seen(answers)).toEqual(Array(4).fill([303, '/sign-in']))
    for (const one of [browser, deaf]) expect((await one.get('/account')).location).toMatch(/^\/sign-in/)
  })

  test('nobody else signs a person out', async () => {
    const browser = await t.signIn('reporting@demo.example')
    const other = await (await t.signIn('several@demo.example')).get('/account')
    expect((await browser.submit(other, {}, '/sign-out')).status).toBe(403)
    expect((await browser.post('/sign-out', {})).status).toBe(403)
    expect((await browser.get('/account')).status).toBe(200)
    // Another site's form comes without the session's cookie; its answer may not take that away.
    const foreign = await t.visitor().post('/sign-out', {}, { 'sec-fetch-site': 'cross-site' })
    expect(String(foreign.headers['set-cookie'])).not.toMatch(/guichet(_former)?=/)
  })

  test('ending all other sessions: it is recorded and told once', async () => {
    const email = 'several@demo.example'
    const browser = await t.signIn(email)
    await t.signIn(email)
    const place = '/account/sessions'
    const page = await browser.get(place)
    const ended = await sendTwice(browser, page, {}, `${place}/ended`)
    const others = await sendTwice(browser, page, {}, `${place}/others-ended`)
    expect(seen([...ended, ...others])).toEqual(Array(6).fill([303, place]))
    expect(await templates(email)).toEqual(['sessions-ended'])
    const verbs = (
      await t.db.owner.db
        .select()
        .from(personActivity)
        .where(eq(personActivity.personId, t.cast.people[email]!))
    ).map(({ verb }) => verb)
    expect(verbs.filter((verb) => verb.endsWith('ended')).sort()).toEqual([
      'account.other-sessions-ended',
      'account.session-ended',
    ])
  })

  test('deleting the account: nothing of it is kept', async () => {
    const email = 'none@demo.example'
    const browser = await t.signIn(email)
    const page = await browser.get('/account/deletion')
    const deaf = t.visitor()
    for (const [name, value] of browser.cookies) deaf.cookies.set(name, value)
    const answers = await sendTwice(browser, page, { understood: 'yes' }, '/account/deletion')
    answers.push(await deaf.submit(page, { understood: 'yes' }, '/account/deletion'))
    expect(seen(answers)).toEqual(Array(4).fill([303, '/sign-in']))
    expect(await t.db.owner.db.select().from(keptForms)).toEqual([])
    const [gone] = await t.db.owner.db.select().from(people).where(eq(people.id, t.cast.people[email]!))
    expect(gone!.deletedAt).not.toBeNull()
    expect((await templates(email)).filter((one) => one === 'account-deleted')).toHaveLength(1)
  })
})
