import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locale } from '../../src/web/i18n.ts'
import { launch } from '../helpers/browser.ts'
import {
  type Counter,
  type Guest,
  guest,
  openCounter,
  press,
  requestNumber,
  textOf,
  titleOf,
} from '../helpers/counter.ts'
import { effectSince, stored } from '../helpers/effect.ts'

const timeout = 180_000

let browser: Browser
let counter: Counter
let locale: Locale
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** A journey of one person with scripts off; gives what it left in the database, without request numbers. */
async function journey(walk: (it: Guest) => Promise<void>) {
  const before = await stored(counter.t.db.owner)
  const it = await guest(browser, counter, 'licensing@demo.example', { way: 'scripts off', locale })
  await walk(it)
  expect(it.faults).toEqual([])
  await it.context.close()
  const { transfers, hosts, plans } = await effectSince(before, counter.t.db.owner)
  return { transfers: transfers.map((line) => line.replace(/^\d+ /, '')), hosts, plans }
}

/** From the overview into a tool and its first question. */
async function begin({ page, words }: Guest, tool: string): Promise<void> {
  await page.goto('/c/100234')
  await press(page, 'link', words(`overview.tool.${tool}`))
  expect(await titleOf(page)).toContain(words(`plans.tool.${tool}`))
  await press(page, 'button', words('plans.configure.begin'))
}

/** The plan's page, then its request with the number. */
async function submit({ page, words }: Guest): Promise<void> {
  expect(await textOf(page)).toContain(words('plans.check.title'))
  await press(page, 'button', words('plans.check.submit'))
  expect(requestNumber(page)).toBeGreaterThan(100000000)
  const number = await textOf(page.locator('.g-number'))
  // Back is the plan, which says that it was done and under which number.
  await page.goBack()
  await page.reload()
  expect(await textOf(page.locator('.g-number'))).toBe(number)
}

describe.each<Locale>(['fr', 'en'])('scripts off, %s', (language) => {
  beforeAll(async () => {
    locale = language
    counter = await openCounter()
  })
  afterAll(() => counter.t.close())

  test('Move licenses', { timeout }, async () => {
    const effect = await journey(async (it) => {
      const { page, words } = it
      await begin(it, 'move')
      await press(page, 'link', 'LYO-CAD-07')
      expect(await textOf(page)).toContain(words('plans.problem.sameHost', { host: 'LYO-CAD-07' }))
      await press(page, 'link', 'NAN-LIC-01')
      await press(page, 'button', words('plans.leaving.all'))
      const quantity = page.locator('tbody input')
      expect(await quantity.inputValue()).toBe('3')
      await quantity.fill('4')
      await press(page, 'button', words('plans.quantity.add'))
      expect(await textOf(page.locator('#problems'))).toContain(
        words('plans.problem.notHeld', { host: 'LYO-CAD-07', held: 3, asked: 4 }),
      )
      await quantity.fill('2')
      await press(page, 'button', words('plans.quantity.add'))
      await submit(it)
    })
    expect(effect.transfers).toEqual(['FRM-1000-F LYO-CAD-07 NAN-LIC-01 2'])
    expect(effect.plans).toEqual(['move submitted 1'])
  })

  test('Replace hardware: one machine of a triad', { timeout }, async () => {
    const effect = await journey(async (it) => {
      const { page, words } = it
      await begin(it, 'replace')
      await press(page, 'link', 'NAN-LIC-01')
      await page.locator('input[value=stolen]').check()
      await press(page, 'button', words('plans.continue'))
      expect(await page.locator('#problems a[href="#declaration"]').count()).toBe(1)
      await page.locator('input[value=failed]').check()
      await press(page, 'button', words('plans.continue'))
      await page.locator('#id2').fill('02:AA:10:00:00:99')
      await page.locator('#server2').fill('nan-lic-d')
      await press(page, 'button', words('plans.continue'))
      await press(page, 'link', new RegExp(`^${words('plans.check.changeHost')}`))
      expect(await page.locator('#id2').inputValue()).toBe('02-AA-10-00-00-99')
      await press(page, 'button', words('plans.continue'))
      await submit(it)
    })
    expect(effect.transfers).toEqual(['FRM-1000-F NAN-LIC-01 NAN-LIC-01 2'])
    expect(effect.hosts.join()).toContain('ethernet 02AA10000011 nan-lic-a, ethernet 02AA10000099 nan-lic-d')
  })

  test('Return licenses from the page of a host', { timeout }, async () => {
    const effect = await journey(async (it) => {
      const { page, words } = it
      await page.goto(`/c/100234/hosts/${counter.scene.lyo}`)
      await press(page, 'link', words('plans.fromHost.return'))
      expect(await textOf(page)).toContain(words('plans.start.withHost', { host: 'LYO-CAD-07' }))
      await press(page, 'button', words('plans.configure.begin'))
      await press(page, 'button', words('plans.leaving.all'))
      await press(page, 'button', words('plans.quantity.add'))
      await submit(it)
    })
    expect(effect.transfers).toEqual(['FRM-1000-F LYO-CAD-07 pool 1'])
  })

  test('Temporary license', { timeout }, async () => {
    const effect = await journey(async (it) => {
      const { page, words } = it
      await begin(it, 'temporary')
      await press(page, 'link', 'Forma Base')
      await press(page, 'link', 'LYO-CAD-07')
      await page.locator('#quantity').fill('11')
      await press(page, 'button', words('plans.quantity.add'))
      expect(await page.locator('#problems a[href="#quantity"]').count()).toBe(1)
      await page.locator('#quantity').fill('2')
      await press(page, 'button', words('plans.quantity.add'))
      await submit(it)
    })
    expect(effect.transfers).toEqual(['FRM-1000-F pool LYO-CAD-07 2'])
    expect(effect.plans).toEqual(['temporary submitted 1'])
  })

  test('Undo, from the page of the request that placed', { timeout }, async () => {
    const undone = await journey(async (it) => {
      const { page, words } = it
      await page.goto('/c/100234/requests')
      await page.locator('tbody a').first().click()
      await press(page, 'button', words('plans.undo.begin'))
      await submit(it)
    })
    // What the journey before lent goes back.
    expect(undone.transfers).toEqual(['FRM-1000-F LYO-CAD-07 pool 2'])
    expect(undone.plans).toEqual(['undo submitted 1'])
  })

  test('a plan that waits for a colleague: filed, seen by who approves, approved', { timeout }, async () => {
    const supervisor = await guest(browser, counter, 'supervisor@demo.example', {
      way: 'scripts off',
      locale,
    })
    await supervisor.page.goto('/c/100234/people/approval')
    await press(supervisor.page, 'button', supervisor.words('privileges.approval.require'))
    const filed = await journey(async (it) => {
      const { page, words } = it
      await begin(it, 'return')
      await press(page, 'link', 'NAN-LIC-01')
      await press(page, 'button', words('plans.leaving.all'))
      await page.locator('tbody input').fill('1')
      await press(page, 'button', words('plans.quantity.add'))
      await press(page, 'button', words('plans.check.submitHeld'))
      expect(requestNumber(page)).toBeGreaterThan(100000000)
      const approve = page.locator('main').getByRole('button', { name: words('plans.approval.approve') })
      expect(await approve.count()).toBe(0)
    })
    expect(filed.transfers).toEqual([])
    const colleague = await guest(browser, counter, 'both@demo.example', { way: 'scripts off', locale })
    const before = await stored(counter.t.db.owner)
    await colleague.page.goto('/c/100234/requests')
    await colleague.page.locator('tbody a').first().click()
    await press(colleague.page, 'button', colleague.words('plans.approval.approve'))
    expect((await effectSince(before, counter.t.db.owner)).transfers.join()).toContain('NAN-LIC-01 pool 1')
    for (const { faults, context } of [supervisor, colleague]) {
      expect(faults).toEqual([])
      await context.close()
    }
  })
})
