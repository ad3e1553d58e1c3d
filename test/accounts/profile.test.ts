import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const path = '/account/profile'
const personOf = async (email: string) =>
  (await t.db.owner.db.select().from(people).where(eq(people.id, t.cast.people[email]!)))[0]!

describe('the profile', () => {
  test('is saved and shown; times are in the zone, words in the language, nobody else is touched', async () => {
    const email = 'both@demo.example'
    const browser = await t.signIn(email)
    const others = await t.db.owner.db.select().from(people)
    const answer = await browser.submitAndFollow(
      await browser.get(path),
      {
        name: '  Bruno   "B" <Carré> ',
        phone: '+33 (0)2 40 12 34 56 ext 12',
        language: 'fr',
        timeZone: 'Asia/Tokyo',
      },
      path,
    )
    expect(answer.document.documentElement.lang).toBe('fr')
    expect(answer.text).toContain('Bruno "B" <Carré>')
    expect(answer.text).toContain('Asia/Tokyo')
    expect(await personOf(email)).toMatchObject({
      name: 'Bruno "B" <Carré>',
      phone: '+33 (0)2 40 12 34 56 ext 12',
      language: 'fr',
      timeZone: 'Asia/Tokyo',
      email,
    })
    const untouched = (rows: typeof others) => rows.filter(({ id }) => id !== t.cast.people[email])
    expect(untouched(await t.db.owner.db.select().from(people))).toEqual(untouched(others))
    const again = await browser.get(path)
    expect(again.one('#timeZone option[selected]').getAttribute('value')).toBe('Asia/Tokyo')
  })

  test('language and zone can be left to the browser and the publisher again', async () => {
    const browser = await t.signIn('both@demo.example')
    await browser.submit(await browser.get(path), { language: '', timeZone: '' }, path)
    expect(await personOf('both@demo.example')).toMatchObject({ language: null, timeZone: null })
  })

  test('two windows: who saves second is told, keeps what was typed, and may save again', async () => {
    const browser = await t.signIn('plain@demo.example')
    const [first, second] = [await browser.get(path), await browser.get(path)]
    await browser.submit(first, { phone: '+33 1 23' }, path)
    const late = await browser.submit(second, { name: 'Paule' }, path)
    expect([late.status, late.one('#name').getAttribute('value')]).toEqual([422, 'Paule'])
    expect(late.text).toContain('changed in another window meanwhile')
    expect((await browser.submit(late, {}, path)).status).toBe(303)
  })

  test('what cannot be is said, and what was typed stays', async () => {
    const browser = await t.signIn('licensing@demo.example')
    const typed = { name: '', phone: 'call me', language: 'xx', timeZone: 'Mars/Olympus' }
    const answer = await browser.submit(await browser.get(path), { ...typed, name: 'L'.repeat(201) }, path)
    expect(answer.status).toBe(422)
    expect(answer.one('#name-error').textContent).toContain('200 characters at most')
    const second = await browser.submit(answer, { ...typed, name: 'Luc' }, path)
    expect(second.all('.govuk-error-message').map((p) => p.id)).toEqual([
      'phone-error',
      'language-error',
      'timeZone-error',
    ])
    expect(second.one('#phone').getAttribute('value')).toBe('call me')
    expect(second.one('#name').getAttribute('value')).toBe('Luc')
    expect(await personOf('licensing@demo.example')).toMatchObject({ name: 'Luc Moreau', timeZone: null })
  })
})

describe('the account’s page', () => {
  test('has a link for each section that there is, and each of them opens', async () => {
    const browser = await t.signIn('several@demo.example')
    const page = await browser.get('/account')
    const links = page.all('main .g-tools a').map((a) => a.getAttribute('href')!)
    expect(links).toEqual(
      expect.arrayContaining(['/account/profile', '/account/password', '/account/deletion']),
    )
    for (const link of links) expect([link, (await browser.open(link)).status]).toEqual([link, 200])
    const paths = new Set(t.app.routeTable.filter(({ method }) => method === 'GET').map(({ url }) => url))
    const shown = [...paths].filter((url) => /^\/account\/[a-z-]+$/.test(url))
    expect(shown.filter((url) => !links.includes(url))).toEqual([])
  })
})
