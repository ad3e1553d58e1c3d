import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Locale } from '../../src/web/i18n.ts'
import { launch } from '../helpers/browser.ts'
import {
  type Counter,
  download,
  type Guest,
  guest,
  openCounter,
  press,
  requestNumber,
  textOf,
  titleOf,
} from '../helpers/counter.ts'
import { effectSince, stored } from '../helpers/effect.ts'

let browser: Browser
let counter: Counter
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
})
afterAll(async () => {
  await browser.close()
  await counter.t.close()
})

test.each<Locale>(['fr', 'en'])('Bulk plan, scripts off, %s', { timeout: 180_000 }, async (locale) => {
  const it = await guest(browser, counter, 'licensing@demo.example', { way: 'scripts off', locale })
  const { page, words } = it
  const edited = await fileEdited(it)
  const before = await stored(counter.t.db.owner)
  await page.setInputFiles('#file', { name: 'edited.csv', mimeType: 'text/csv', buffer: Buffer.from(edited) })
  await press(page, 'button', words('bulk.form.button'))
  expect(await textOf(page)).toContain(words('bulk.refused.title', { count: 1 }))
  expect(await textOf(page)).toContain(words('bulk.row.hostUnknown', { host: 'NO-SUCH-HOST' }))
  await handsOver(it)
  await press(page, 'button', words('plans.check.submit'))
  expect(requestNumber(page)).toBeGreaterThan(100000000)
  await press(page, 'button', words('keep.again.button'))
  expect(await titleOf(page)).toContain(words('plans.check.title'))
  expect(it.faults).toEqual([])
  const { transfers } = await effectSince(before, counter.t.db.owner)
  expect(transfers).toHaveLength(1)
  await it.context.close()
})

/** The file of what is placed, with one more of the first row and a row that nobody can read. */
async function fileEdited({ page, words }: Guest): Promise<string> {
  await page.goto('/c/100234')
  await press(page, 'link', words('overview.tool.bulk'))
  expect(await titleOf(page)).toContain(words('plans.tool.bulk'))
  await page.locator('#product').fill('Forma Base')
  const { text } = await download(page, words('bulk.download.button'), 'button')
  const [heads, first] = text.replace('\ufeff', '').split('\r\n')
  const separator = heads!.includes(';') ? ';' : ','
  const cells = first!.split(separator)
  cells[8] = String(Number(cells[7]) + 1)
  const wrong = ['NO-SUCH-HOST', ...cells.slice(1)]
  return [heads, cells.join(separator), wrong.join(separator)].join('\r\n')
}

/** The plan stands in the list of plans, is handed to a colleague, and opened again. */
async function handsOver({ page, words }: Guest): Promise<void> {
  const plan = page.url()
  await press(page, 'link', words('keep.hand.link'))
  await page.locator('#to').selectOption({ index: 1 })
  await press(page, 'button', words('keep.hand.button'))
  expect(await titleOf(page)).toContain(words('keep.title'))
  await page.goto(plan)
}
