import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people, personActivity } from '../../src/schema.ts'
import { createPasswordLink } from '../../src/sign-in/password-links.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { lastMailTo, mailTo } from '../helpers/person-mail.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const path = '/account/password'
const good = 'tulipe garage vélo 7'
const fields = (currentPassword = 'guichet-demo', password = good) => ({
  currentPassword,
  password,
  passwordAgain: password,
})

describe('change of the password', () => {
  test('works: the other sessions end, this one stays, links are dead, a mail says so, and it is recorded', async () => {
    const email = 'both@demo.example'
    const personId = t.cast.people[email]!
    const here = await t.signIn(email)
    const there = await t.signIn(email)
    const printed = await createPasswordLink(t.db.owner.db, personId)
    const answer = await here.submitAndFollow(await here.get(path), fields(), path)
    expect([answer.status, answer.body.includes('Your password is changed')]).toEqual([200, true])
    expect((await there.get('/account')).status).toBe(303)
    expect((await here.get('/account')).status).toBe(200)
    expect((await t.visitor().get(`/password/${printed}`)).status).toBe(404)
    expect((await lastMailTo(t, email)).template).toBe('password-changed')
    const recorded = await t.db.owner.db
      .select()
      .from(personActivity)
      .where(eq(personActivity.personId, personId))
    expect(recorded.map(({ verb }) => verb)).toContain('account.password-changed')
    expect(JSON.stringify(recorded)).not.toContain(good)
    expect((await t.visitor().signIn(email, good)).status).toBe(303)
  })

  test('a wrong current password, a guessable new one and a different second one change nothing and are said', async () => {
    const email = 'licensing@demo.example'
    const browser = await t.signIn(email)
    const page = await browser.get(path)
    for (const [form, field, words] of [
      [fields('not it'), 'currentPassword', 'not your current password'],
      [fields('guichet-demo', 'Luc-Moreau-2026'), 'password', 'your name'],
      [fields('guichet-demo', 'short'), 'password', '12 characters or more'],
      [{ ...fields(), passwordAgain: 'x' }, 'passwordAgain', 'differ'],
    ] as const) {
      const answer = await browser.submit(page, form, path)
      expect(answer.status).toBe(422)
      expect(answer.one(`#${field}-error`).textContent).toContain(words)
      expect(answer.body).not.toContain(form.password)
    }
    expect((await t.visitor().signIn(email, 'guichet-demo')).status).toBe(303)
    expect(await mailTo(t, email)).toEqual([])
  })

  test('quality 12: the same form twice at once and once more later changes it once and answers the same', async () => {
    const email = 'reporting@demo.example'
    const browser = await t.signIn(email)
    const page = await browser.get(path)
    const twice = await Promise.all([1, 2].map(() => browser.submit(page, fields(), path)))
    const later = await browser.submit(page, fields(), path)
    expect([...twice, later].map(({ status, location }) => [status, location])).toEqual(
      Array(3).fill([303, '/account']),
    )
    expect(await mailTo(t, email)).toHaveLength(1)
  })

  test('two forms with different passwords, at once or one after the other: one wins, the other is told', async () => {
    const browser = await t.signIn('several@demo.example')
    const forms = await Promise.all([1, 2, 3].map(() => browser.get(path)))
    const answers = await Promise.all([
      browser.submit(forms[0]!, fields(), path),
      browser.submit(forms[1]!, fields('guichet-demo', 'another very long one'), path),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
    const later = await browser.submit(forms[2]!, fields('guichet-demo', 'a third very long one'), path)
    expect([later.status, later.body.includes('has been changed elsewhere meanwhile')]).toEqual([409, true])
    const fresh = await browser.submit(
      await browser.get(path),
      fields('guichet-demo', 'a third very long one'),
      path,
    )
    expect([fresh.status, fresh.one('#currentPassword-error').textContent]).toEqual([
      422,
      expect.stringContaining('current password'),
    ])
  })

  test('tries are counted: a session left open is no place to guess the password', async () => {
    const browser = await t.signIn('open@demo.example')
    const page = await browser.get(path)
    let last = 0
    for (let i = 0; i < 11; i++) last = (await browser.submit(page, fields(`no ${i}`), path)).status
    expect(last).toBe(429)
  })

  test('pasting works, managers know which field is which, and nothing typed comes back', async () => {
    const page = await (await t.signIn('none@demo.example')).get(path)
    expect(page.all('main input[type=password]').map((input) => input.getAttribute('autocomplete'))).toEqual([
      'current-password',
      'new-password',
      'new-password',
    ])
    expect(page.body).not.toMatch(/onpaste|maxlength/)
    expect(page.all('main button')).toHaveLength(1)
  })

  test('an account without password is sent to the mailed link', async () => {
    const email = 'plain@demo.example'
    const browser = await t.signIn(email)
    await t.db.owner.db.update(people).set({ passwordHash: null }).where(eq(people.email, email))
    const page = await browser.get(path)
    expect(page.all('main form')).toHaveLength(0)
    expect(page.link('Ask for the link')).toBe('/forgotten-password')
  })
})
