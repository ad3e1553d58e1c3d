import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { topics } from '../../src/support/articles.ts'
import { webAddress } from '../../src/support/web-address.ts'
import { type TestApp, testApp } from '../helpers/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const open = async (url: string, language = 'en') => {
  const browser = t.visitor()
  browser.headers['accept-language'] = language
  return browser.get(url)
}

describe('R13: support, learn, services and what the foot leads to', () => {
  const pages = [
    '/support',
    '/services',
    '/learn',
    '/accessibility',
    '/privacy',
    ...Object.keys(topics).map((topic) => `/learn/${topic}`),
  ]

  test.each(pages)('%s is open to all, in English and in French', async (url) => {
    const [english, french] = [await open(url), await open(url, 'fr')]
    for (const page of [english, french]) {
      expect(page.status).toBe(200)
      expect(page.heading).not.toBe('')
      expect(page.text.length).toBeGreaterThan(200)
      expect(page.text).not.toMatch(/undefined|\{|\}/)
    }
    expect(french.one('html').getAttribute('lang')).toBe('fr')
    expect(french.text).not.toBe(english.text)
  })

  test('an unknown topic is not there', async () => {
    for (const topic of ['nothing', 'constructor', '__proto__'])
      expect((await open(`/learn/${topic}`)).status).toBe(404)
  })

  test('support shows the publisher’s own words and address, and nothing dangerous of them', async () => {
    const set = (text: string, url: string) =>
      t.db.owner.db.execute(
        sql`update publisher set support_text = ${text}, support_url = ${url}, services_url = ${url}`,
      )
    await set('Call us.\n\nMonday <b>to</b> Friday.', 'https://support.example/counter?a=1&b=2')
    await t.app.refreshPublisher()
    const page = await open('/support')
    expect(page.text).toContain('Call us.')
    expect(page.text).toContain('Monday <b>to</b> Friday.')
    expect(page.link('Support of Halden Software')).toBe('https://support.example/counter?a=1&b=2')
    expect((await open('/services')).link('Services of Halden Software')).toContain(
      'https://support.example/',
    )
    await set('', 'javascript:alert(1)')
    await t.app.refreshPublisher()
    expect((await open('/support')).all('main a[href^=javascript]')).toHaveLength(0)
    expect((await open('/support')).text).toContain('has not said yet how its support is reached')
  })

  test('R2: support finds a request for who is signed in, and says that it takes signing in', async () => {
    expect((await open('/support')).text).toContain('after signing in')
    const page = await (await t.signIn('both@demo.example')).open('/support')
    expect(page.all('main form[action="/requests/find"] input[name=number]')).toHaveLength(1)
  })
})

test('only addresses that may stand in a link do', () => {
  expect(webAddress(' https://a.example/x ')).toBe('https://a.example/x')
  expect(webAddress('mailto:help@a.example')).toBe('mailto:help@a.example')
  for (const text of ['', 'a.example', 'javascript:alert(1)', 'data:text/html,x', 'JaVaScRiPt:x'])
    expect(webAddress(text)).toBeNull()
})
