import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emailChanges, people } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { lastMailTo, mailTo, wordsOf } from '../helpers/person-mail.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const path = '/account/email'
const addressOf = async (email: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.id, t.cast.people[email]!)))[0]!.email

/** Asks for another address; the tokens that went to the old and to the new one. */
async function ask(browser: Visitor, from: string, to: string) {
  const answer = await browser.submitAndFollow(await browser.get(path), { email: to }, path)
  const [old, fresh] = [await lastMailTo(t, from), await lastMailTo(t, to)]
  return { answer, old, fresh }
}

async function press(token: string, what: 'confirmation' | 'cancellation') {
  const visitor = t.visitor()
  const page = await visitor.get(`/email-change/${token}`)
  return visitor.submitAndFollow(page, {}, `/email-change/${token}/${what}`)
}

describe('change of the e-mail address', () => {
  test.each([
    ['the old address first', ['old', 'fresh'], 'licensing@demo.example', 'luc@example.com'],
    ['the new address first', ['fresh', 'old'], 'reporting@demo.example', 'rose@example.com'],
  ] as const)('is done once both have confirmed: %s', async (_, order, from, to) => {
    const browser = await t.signIn(from)
    const asked = await ask(browser, from, to)
    expect(asked.answer.text).toContain('A change is waiting')
    expect(wordsOf(t, asked.old).text).toContain(to)
    expect(wordsOf(t, asked.fresh).text).not.toMatch(/licensing@|reporting@|Moreau|Lambert/)
    for (const side of order) {
      expect(await addressOf(from)).toBe(from)
      // Scanners of mail open links.
      const { text } = await t.visitor().get(`/email-change/${asked[side].token}`)
      const isLast = order[1] === side
      if (side === 'old')
        expect(text).toContain(
          isLast ? 'The new address has confirmed it' : 'once the new address has confirmed',
        )
      expect((await press(asked[side].token, 'confirmation')).status).toBe(200)
    }
    expect(await addressOf(from)).toBe(to)
    expect((await mailTo(t, from)).at(-1)!.template).toBe('email-changed')
    expect((await mailTo(t, to)).at(-1)!.template).toBe('email-changed')
    expect((await t.visitor().signIn(to, t.cast.password)).status).toBe(303)
    expect((await browser.get('/account')).text).toContain(to)
    expect((await t.visitor().get(`/email-change/${asked.old.token}`)).heading).toBe(
      'The e-mail address is changed',
    )
  })

  test('both at the same moment: done, once', async () => {
    const from = 'several@demo.example'
    const { old, fresh } = await ask(await t.signIn(from), from, 'sam@example.com')
    const answers = await Promise.all([old, fresh].map(({ token }) => press(token, 'confirmation')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await addressOf(from)).toBe('sam@example.com')
    expect((await mailTo(t, from)).filter(({ template }) => template === 'email-changed')).toHaveLength(1)
  })

  test('a taken address gets the same answer; only its own mailbox is told, and the change never comes about', async () => {
    const from = 'both@demo.example'
    const browser = await t.signIn(from)
    const free = await ask(browser, from, 'free@example.com')
    const taken = await ask(browser, from, 'none@demo.example')
    const without = (text: string) => text.replace(/free@example.com|none@demo.example/g, 'X')
    expect(without(taken.answer.text).replace(/\d\d:\d\d/g, '')).toBe(
      without(free.answer.text).replace(/\d\d:\d\d/g, ''),
    )
    expect(taken.fresh).toMatchObject({ template: 'email-change-taken', token: '', personId: null })
    const confirmed = await press(taken.old.token, 'confirmation')
    expect(confirmed.heading).toBe('This address is confirmed')
    expect(await addressOf(from)).toBe(from)
    expect(await addressOf('none@demo.example')).toBe('none@demo.example')
  })

  test('an address that got an account of its own meanwhile stays with that', async () => {
    const from = 'open@demo.example'
    const { old, fresh } = await ask(await t.signIn(from), from, 'meanwhile@example.com')
    await press(old.token, 'confirmation')
    await t.db.owner.db
      .update(people)
      .set({ email: 'meanwhile@example.com' })
      .where(eq(people.id, t.cast.people['stranger@demo.example']!))
    expect((await press(fresh.token, 'confirmation')).heading).toBe('The change is called off')
    expect(await addressOf(from)).toBe(from)
  })

  test('the old address can call it off, the new one cannot; afterwards neither confirms', async () => {
    const from = 'supervisor@demo.example'
    const { old, fresh } = await ask(await t.signIn(from), from, 'sylvie@example.com')
    const visitor = t.visitor()
    const page = await visitor.get(`/email-change/${fresh.token}`)
    expect(page.all('main form')).toHaveLength(1)
    const hidden = {
      _csrf: page.one('main input[name=_csrf]').getAttribute('value')!,
      _key: crypto.randomUUID(),
    }
    expect((await visitor.post(`/email-change/${fresh.token}/cancellation`, hidden)).status).toBe(404)
    expect((await press(old.token, 'cancellation')).heading).toBe('The change is called off')
    expect((await visitor.post(`/email-change/${fresh.token}/confirmation`, hidden)).status).toBe(404)
    expect(await addressOf(from)).toBe(from)
  })

  test('whoever asked can call it off; asking again ends the one before', async () => {
    const from = 'plain@demo.example'
    const browser = await t.signIn(from)
    const first = await ask(browser, from, 'one@example.com')
    const second = await ask(browser, from, 'two@example.com')
    expect((await t.visitor().get(`/email-change/${first.fresh.token}`)).heading).toBe(
      'The change is called off',
    )
    await browser.submitAndFollow(await browser.get(path), {}, `${path}/cancellation`)
    expect((await browser.get(path)).text).not.toContain('A change is waiting')
    expect((await t.visitor().get(`/email-change/${second.old.token}`)).heading).toBe(
      'The change is called off',
    )
  })

  test('links are dead after 24 hours, and made-up ones never live; only hashes are stored', async () => {
    const from = 'desk@demo.example'
    const browser = await t.signIn(from)
    const { db } = t.db.owner
    // Staff take a second factor elsewhere than in the demonstration.
    await db.execute(sql`update publisher set is_demonstration = true`)
    await t.app.refreshPublisher()
    const { old, fresh } = await ask(browser, from, 'denise@example.com')
    const rows = JSON.stringify(await db.select().from(emailChanges))
    expect(rows.includes(old.token) || rows.includes(fresh.token)).toBe(false)
    await db.update(emailChanges).set({ expiresAt: sql`now() - interval '1 second'` })
    for (const token of [old.token, fresh.token, 'made-up']) {
      const page = await t.visitor().get(`/email-change/${token}`)
      expect([page.status, page.heading]).toEqual([404, 'This link is no longer good'])
    }
  })

  test('one’s own address and what is none are said', async () => {
    const browser = await t.signIn('none@demo.example')
    for (const [email, words] of [
      ['None@demo.example', 'your address already'],
      ['<x>', 'not an e-mail address'],
    ] as const) {
      const answer = await browser.submit(await browser.get(path), { email }, path)
      expect(answer.status).toBe(422)
      expect(answer.one('#email-error').textContent).toContain(words)
      expect(answer.one('#email').getAttribute('value')).toBe(email)
    }
  })
})
