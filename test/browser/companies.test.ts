import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, type Way, ways } from '../helpers/browser.ts'
import {
  type Counter,
  download,
  type Guest,
  guest,
  journeys,
  openCounter,
  press,
  requestNumber,
  textOf,
} from '../helpers/counter.ts'
import { effectSince, stored } from '../helpers/effect.ts'

const timeout = 180_000

let browser: Browser
let counter: Counter
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
})
afterAll(async () => {
  await browser?.close()
  await counter?.t.close()
})

describe('R10: who does not hold the privilege is told which it takes and whom to ask', () => {
  test.each(journeys.filter(({ way }) => way !== 'htmx blocked'))(
    'none@, $way, $locale',
    { timeout },
    async ({ way, locale }) => {
      const it = await guest(browser, counter, 'none@demo.example', { way, locale })
      const { page, words } = it
      expect(await textOf(page)).toContain('Sylvie Perrin')
      for (const tool of ['configure', 'licenses', 'hosts', 'packs', 'report']) {
        await page.goto(`/c/100234/${tool}`)
        expect(await textOf(page.locator('main h1'))).toBe(words('errors.forbidden.title'))
        expect(await page.locator('main a[href^="mailto:supervisor@demo.example"]').count()).toBe(1)
      }
      expect(it.faults).toEqual([])
      await it.context.close()
    },
  )

  test('R4: a supervisor sees the people of the company and no license tool', { timeout }, async () => {
    const it = await guest(browser, counter, 'supervisor@demo.example', { way: 'scripts off' })
    const { page, words } = it
    await page.getByRole('link', { name: words('frame.section.people'), exact: true }).click()
    expect(await textOf(page)).toContain('Bruno Carré')
    await page.goto('/c/100234/licenses')
    expect(await textOf(page)).toContain(words('errors.forbidden.title'))
    expect(it.faults).toEqual([])
    await it.context.close()
  })
})

/** Places one license of Forma Base on that host, from the page the guest is on to the request's number. */
async function configureOne({ page, words }: Guest, customer: string, host: string): Promise<number> {
  await page.goto(`/c/${customer}/configure`)
  await press(page, 'button', words('plans.configure.begin'))
  await press(page, 'link', 'Forma Base')
  await press(page, 'link', host)
  await page.locator('#quantity').fill('1')
  await press(page, 'button', words('plans.quantity.add'))
  await press(page, 'button', words('plans.check.submit'))
  return requestNumber(page)
}

test('R6: Licensing configures and has the packs of its own requests, not the report nor others’ packs', {
  timeout,
}, async () => {
  const both = await guest(browser, counter, 'both@demo.example', { way: 'scripts off' })
  const others = await configureOne(both, '100234', 'LYO-CAD-07')
  const it = await guest(browser, counter, 'licensing@demo.example', { way: 'scripts off' })
  const { page, words } = it
  await configureOne(it, '100234', 'NAN-LIC-01')
  expect((await download(page, new RegExp(words('requests.download')))).name).toMatch(/NAN-LIC-01_issue-1/)
  await page.goto(`/c/100234/requests/${others}`)
  expect(await textOf(page)).toContain(words('requests.packNeedsReporting'))
  expect(await page.getByRole('link', { name: new RegExp(words('requests.download')) }).count()).toBe(0)
  for (const tool of ['report', 'packs']) {
    await page.goto(`/c/100234/${tool}`)
    expect(await textOf(page.locator('main h1'))).toBe(words('errors.forbidden.title'))
  }
  expect([...both.faults, ...it.faults]).toEqual([])
  await Promise.all([both.context.close(), it.context.close()])
})

test('R9: in a company that never had a supervisor every tool is open', { timeout }, async () => {
  const it = await guest(browser, counter, 'open@demo.example', { way: 'scripts off', locale: 'fr' })
  const { page, words } = it
  for (const tool of ['licenses', 'hosts', 'packs', 'report', 'requests']) {
    await page.goto(`/c/100871/${tool}`)
    expect(await textOf(page.locator('main h1'))).not.toBe(words('errors.forbidden.title'))
  }
  await configureOne(it, '100871', 'BREST-LIC')
  await download(page, new RegExp(words('requests.download')))
  expect(it.faults).toEqual([])
  await it.context.close()
})

describe('several companies', () => {
  test.each(ways)('R11, R12 in two tabs, %s', { timeout }, async (way: Way) => {
    const it = await guest(browser, counter, 'several@demo.example', { way })
    const { page, words } = it
    const before = await stored(counter.t.db.owner)

    const first = await startPlan(it)
    const other = await it.tab()
    await other.goto('/switch')
    await press(other, 'button', words('customers.use', { number: '100871' }))
    expect(new URL(other.url()).pathname).toBe('/c/100871')
    const notPrimary = words('frame.notPrimary', {
      ...{ number: '100871', name: 'Aciéries du Ponant' },
      ...{ primaryNumber: '100234', primaryName: 'Brasseries Lemaire SA' },
    })
    expect(await textOf(other.locator('#notices'))).toContain(notPrimary)
    await other.getByRole('button', { name: words('frame.stay') }).click()
    await other.waitForLoadState()
    expect(await textOf(other.locator('#notices'))).not.toContain(notPrimary)

    // The form of the first tab acts on the company of its page, which is not the active one any more.
    await page.bringToFront()
    if (way !== 'scripts off') await noticesOnFocus(it)
    await page.locator('#quantity').fill('1')
    await press(page, 'button', words('plans.quantity.add'))
    expect(new URL(page.url()).pathname).toBe(first)
    const elsewhere = words('frame.otherTab', { number: '100871', name: 'Aciéries du Ponant' })
    expect(await textOf(page.locator('#notices'))).toContain(elsewhere)
    await press(page, 'button', words('plans.check.submit'))
    expect(new URL(page.url()).pathname).toMatch(/^\/c\/100234\/requests\//)
    const { placements, transfers } = await effectSince(before, counter.t.db.owner)
    expect(placements.map((line) => line.replace(/\d+$/, ''))).toEqual(['100234 LYO-CAD-07 FRM-1000-F '])
    expect(transfers).toEqual([`${requestNumber(page)} FRM-1000-F pool LYO-CAD-07 1`])

    await page.getByRole('button', { name: words('frame.useThis') }).click()
    await page.waitForLoadState()
    expect(await textOf(page.locator('#notices'))).not.toContain(elsewhere)
    expect(it.faults).toEqual([])
    await it.context.close()
  })
})

/** To the question how many for LYO-CAD-07; gives the address of the plan. */
async function startPlan({ page, words }: Guest): Promise<string> {
  await page.goto('/c/100234/configure')
  await press(page, 'button', words('plans.configure.begin'))
  await press(page, 'link', 'Forma Base')
  await press(page, 'link', 'LYO-CAD-07')
  return new URL(page.url()).pathname.replace(/\/entitlement\/.*/, '')
}

/** R12 with scripts: the notice comes when the tab regains the focus, without loading the page again. */
async function noticesOnFocus({ page, words }: Guest): Promise<void> {
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  const notice = page.locator('#notices [data-other-tab="100871"]')
  await notice.waitFor()
  expect(await textOf(notice)).toContain(
    words('frame.otherTab', { number: '100871', name: 'Aciéries du Ponant' }),
  )
  expect(await notice.getByRole('link').getAttribute('href')).toBe('/c/100871')
}
