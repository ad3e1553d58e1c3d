import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch } from '../helpers/browser.ts'
import {
  type Counter,
  focused,
  focusOn,
  type Guest,
  guest,
  openCounter,
  press,
  textOf,
} from '../helpers/counter.ts'
import { enter, tabTo } from '../helpers/keyboard.ts'

const timeout = 60_000

let browser: Browser
let counter: Counter
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
})
afterAll(async () => {
  await browser?.close()
  await counter?.t.close()
})

describe('the keyboard alone', () => {
  test('signs in and places licenses; the focus can always be seen', { timeout }, async () => {
    const { base, t } = counter
    const context = await browser.newContext({ baseURL: base, viewport: { width: 1280, height: 720 } })
    const page = await context.newPage()
    await page.goto('/sign-in')
    const seen = [...(await tabTo(page, 'email'))]
    expect(seen[0]?.name).toBe('Skip to the content')
    await page.keyboard.type('both@demo.example')
    seen.push(...(await tabTo(page, 'password')))
    await page.keyboard.type(t.cast.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/c/100234')

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => location.hash)).toBe('#content')
    seen.push(...(await tabTo(page, 'Configure new licenses')))
    await enter(page)
    seen.push(...(await tabTo(page, 'Begin a plan')))
    await enter(page)
    seen.push(...(await tabTo(page, 'Forma Base')))
    await enter(page)
    seen.push(...(await tabTo(page, 'LYO-CAD-07')))
    await enter(page)
    seen.push(...(await tabTo(page, 'quantity')))
    await page.keyboard.type('99')
    await enter(page)
    await focusOn(page, 'problems')
    seen.push(...(await tabTo(page, '7 are available')))
    await page.keyboard.press('Enter')
    await focusOn(page, 'quantity')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('1')
    await enter(page)
    seen.push(...(await tabTo(page, 'Submit the plan')))
    await enter(page)
    expect(page.url()).toMatch(/\/requests\/\d{9}$/)
    expect(seen.filter(({ isVisible, isUncovered }) => !isVisible || !isUncovered)).toEqual([])
    await context.close()
  })
})

describe('quality 4: after an htmx swap', () => {
  let it: Guest
  beforeAll(async () => {
    it = await guest(browser, counter, 'both@demo.example')
  })
  afterAll(() => it.context.close())

  test.each(['licenses', 'hosts', 'requests', 'packs', 'report'])(
    'of the filter of %s: focus, address, title and announcement',
    { timeout },
    async (name) => {
      const { page, faults } = it
      await page.goto(`/c/100234/${name}`)
      const title = await page.title()
      const loads = await countLoads(page)
      const field = page.locator('.g-filter input[type=search]')
      const typed = `${await field.getAttribute('name')}=100%25`
      await field.fill('100%')
      await field.press('Enter')
      await page.waitForURL((url) => url.search.includes(typed))
      await page.locator('#results [data-announce]').waitFor()
      const said = await textOf(page.locator('#results [data-announce]'))
      await expect.poll(() => textOf(page.locator('#status'))).toBe(said)
      expect(await focused(page)).toBe(await field.getAttribute('id'))
      expect(await page.title()).toBe(title)
      expect(await loads()).toBe(1)
      const swapped = await textOf(page)
      await page.reload()
      expect(await textOf(page)).toBe(swapped)
      await countLoads(page)
      await page.goBack()
      await page.locator('body:not([data-loaded])').waitFor()
      await page.waitForLoadState()
      expect(page.url()).toMatch(new RegExp(`/c/100234/${name}$`))
      expect(await page.locator('#results [data-announce]').count()).toBe(0)
      expect(faults.splice(0)).toEqual([])
    },
  )

  test('of a host ID that is typed: what it is read as is said, and typing goes on', {
    timeout,
  }, async () => {
    const { page, faults, words } = it
    await page.goto('/c/100234/configure')
    await press(page, 'button', words('plans.configure.begin'))
    await press(page, 'link', 'Forma Base')
    await press(page, 'link', words('plans.host.new'))
    const title = await page.title()
    await page.locator('#id1').pressSequentially('02aa10000007')
    const said = page.locator('#id1-said')
    await expect.poll(() => textOf(said)).toContain('LYO-CAD-07')
    await expect.poll(() => textOf(page.locator('#status'))).toContain('LYO-CAD-07')
    expect(await focused(page)).toBe('id1')
    await page.locator('#id1').fill('00-1a-2b-3c-4d-77')
    await expect.poll(() => textOf(said)).toBe(words('plans.hostIdCheck.good', { id: '00-1A-2B-3C-4D-77' }))
    expect(page.url()).toMatch(/new-host$/)
    expect(await page.title()).toBe(title)
    expect(faults.splice(0)).toEqual([])
  })

  test('an expired session leads to the sign-in page, and back to the filter', { timeout }, async () => {
    const { page, context } = it
    await page.goto('/c/100234/licenses')
    await context.clearCookies({ name: 'guichet' })
    await page.locator('#text').fill('forma')
    await page.locator('#text').press('Enter')
    await page.waitForURL('**/sign-in?to=*')
    await page.locator('#email').fill('both@demo.example')
    await page.locator('#password').fill(counter.t.cast.password)
    await page.locator('main form button:not([type="button"])').first().click()
    await page.waitForURL('**/licenses?text=forma*')
    expect(await page.locator('#results tbody tr').count()).toBe(3)
  })
})

/** How often the document was loaded since: 1 as long as only parts of it are swapped. */
async function countLoads(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => document.body.setAttribute('data-loaded', '1'))
  return async () => ((await page.locator('body[data-loaded]').count()) === 1 ? 1 : 2)
}
