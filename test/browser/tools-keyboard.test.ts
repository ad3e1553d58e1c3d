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
import { enter, tabTo, walk } from '../helpers/keyboard.ts'

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

type Step = (it: Guest) => Promise<void>

/** A tool's page that asks something, and its button pressed with nothing given. */
const tools: { name: string; open: Step; send?: string }[] = [
  {
    name: 'Move licenses',
    open: async ({ page, words }) => {
      await page.goto(`/c/100234/move?from=${counter.scene.lyo}`)
      await press(page, 'button', words('plans.configure.begin'))
      await page.goto(`${page.url()}/${counter.scene.hosts['NAN-LIC-01']}`)
    },
    send: 'plans.quantity.add',
  },
  {
    name: 'Return licenses',
    open: async ({ page, words }) => {
      await page.goto(`/c/100234/return?from=${counter.scene.lyo}`)
      await press(page, 'button', words('plans.configure.begin'))
    },
    send: 'plans.quantity.add',
  },
  {
    name: 'Replace hardware',
    open: async ({ page, words }) => {
      await page.goto(`/c/100234/replace?from=${counter.scene.lyo}`)
      await press(page, 'button', words('plans.configure.begin'))
    },
    send: 'plans.continue',
  },
  {
    name: 'Temporary license',
    open: async ({ page, words }) => {
      await page.goto('/c/100234/temporary')
      await press(page, 'button', words('plans.configure.begin'))
      await press(page, 'link', 'Forma Base')
      await press(page, 'link', 'LYO-CAD-07')
    },
    send: 'plans.quantity.add',
  },
  { name: 'Bulk plan', open: ({ page }) => openPage(page, '/c/100234/bulk'), send: 'bulk.form.button' },
  {
    name: 'preview of a bulk plan',
    open: async ({ page, words }) => {
      await page.goto('/c/100234/bulk')
      const [{ order }] = await counter.t.db.owner.sql<[{ order: string }]>`
        select o.sales_order_number as order from orders o join terms t on t.order_id = o.id
        where t.entitlement_id = ${counter.scene.entitlements['FRM-1000-F']!}`
      await page.locator('#text').fill(`host;order;line;new_quantity\nLYO-CAD-07;${order};1;2`)
      await press(page, 'button', words('bulk.form.button'))
      expect(await textOf(page)).toContain(words('plans.check.title'))
    },
  },
  {
    name: 'a host',
    open: ({ page }) => openPage(page, `/c/100234/hosts/${counter.scene.lyo}`),
    send: 'hosts.notes.add',
  },
  {
    name: 'Retrieve license packs',
    open: ({ page }) => openPage(page, '/c/100234/packs'),
    send: 'retrieval.submit',
  },
]

async function openPage(page: Page, path: string): Promise<void> {
  await page.goto(path)
}

describe.each(['en', 'fr'] as const)('the tools by the keyboard alone, scripts off, %s', (locale) => {
  let it: Guest
  beforeAll(async () => {
    it = await guest(browser, counter, 'both@demo.example', { way: 'scripts off', locale })
  })
  afterAll(() => it.context.close())

  test.each(tools)('$name', { timeout }, async ({ open, send }) => {
    const { page, words, faults } = it
    await open(it)
    const { wanted, places, unseen } = await walk(page)
    // All of the page, in its order, once, and out at its end.
    expect(places).toEqual(wanted)
    expect(unseen).toEqual([])

    await page.reload()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    expect((await tabTo(page, words('frame.skip')))[0]?.name).toBe(words('frame.skip'))
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)

    if (send) {
      await tabTo(page, words(send))
      await enter(page)
      await focusOn(page, 'problems')
      await page.keyboard.press('Tab')
      const field = await page.evaluate(() => document.activeElement?.getAttribute('href'))
      await page.keyboard.press('Enter')
      await expect.poll(async () => `#${await focused(page)}`).toBe(field)
    }
    expect(faults.splice(0)).toEqual([])
  })
})
