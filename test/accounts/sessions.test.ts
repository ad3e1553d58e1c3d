import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceOf } from '../../src/accounts/device.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Answer } from '../helpers/visitor.ts'

const place = '/account/sessions'
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const rows = (page: Answer) =>
  page.all('main tbody tr').map((row) => row.textContent!.replace(/\s+/g, ' ').trim())

async function signInWith(email: string, userAgent: string) {
  const browser = t.visitor()
  browser.headers = { 'user-agent': userAgent }
  await browser.signIn(email, 'guichet-demo')
  return browser
}

describe('where one is signed in', () => {
  test('device in words, network, when it began and was used; this one first, and marked; limits stated', async () => {
    const here = await signInWith(
      'both@demo.example',
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    )
    await signInWith('both@demo.example', phone)
    await signInWith('both@demo.example', '<script>alert(1)</script>')
    const page = await here.get(place)
    const [first, ...others] = rows(page)
    expect(first).toMatch(/^Firefox on Linux Network 127\.0\.0\.1 Began .*this browser$/)
    expect(others.map((row) => row.split(' Network')[0]).sort()).toEqual([
      'Safari on iPhone',
      'Unknown device',
    ])
    expect(page.text).toContain('after 2 hours without use, and 12 hours after it began')
    expect(page.body).not.toContain('<script>alert')
  })

  test('one is ended alone; all others at once', async () => {
    const email = 'licensing@demo.example'
    const here = await signInWith(email, phone)
    const others = [await t.signIn(email), await t.signIn(email), await t.signIn(email)]
    const page = await here.get(place)
    const one = await here.submitAndFollow(page, {}, `${place}/ended`)
    expect(one.body).toContain('That session has ended.')
    expect(rows(one).length).toBe(3)
    const all = await here.submitAndFollow(one, {}, `${place}/others-ended`)
    expect(all.body).toContain('All your other sessions have ended.')
    expect(rows(all).length).toBe(1)
    expect(all.all(`form[action="${place}/others-ended"]`)).toEqual([])
    for (const other of others) expect((await other.get('/account')).location).toMatch(/^\/sign-in/)
    expect((await here.get(place)).status).toBe(200)
  })

  test('somebody else’s cannot be ended, and is not seen', async () => {
    const victim = await t.signIn('reporting@demo.example')
    await t.signIn('reporting@demo.example')
    const theirs = (await victim.get(place)).one('main input[name=session]').getAttribute('value')!
    const attacker = await t.signIn('plain@demo.example')
    await t.signIn('plain@demo.example')
    const page = await attacker.get(place)
    expect(page.body).not.toContain(theirs)
    expect((await attacker.submit(page, { session: theirs }, `${place}/ended`)).status).toBe(404)
    expect(rows(await victim.get(place)).length).toBe(2)
  })
})

test.each([
  [phone, 'Safari iPhone'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Chrome Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/120.0',
    'Opera Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'Safari macOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36',
    'Samsung Internet Android',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
    'Chrome Android',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1',
    'Chrome iPhone',
  ],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 15917.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Chrome ChromeOS',
  ],
  ['Lynx/2.9.0 libwww-FM/2.14', 'Lynx'],
  ['curl/8.5.0', ''],
  ['', ''],
])('%s', (userAgent, expected) => {
  const { browser, system } = deviceOf(userAgent) ?? {}
  expect([browser, system].filter(Boolean).join(' ')).toBe(expected)
})
