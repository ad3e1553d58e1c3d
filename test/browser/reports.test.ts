import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicJwks } from '../../src/packs/jwks.ts'
import { verifyPack } from '../../src/packs/verify.ts'
import { columns } from '../../src/reports/columns.ts'
import { launch } from '../helpers/browser.ts'
import {
  type Counter,
  download,
  focusOn,
  type Guest,
  guest,
  journeys,
  openCounter,
  press,
  requestNumber,
  textOf,
} from '../helpers/counter.ts'
import { effectSince, stored } from '../helpers/effect.ts'

/** A journey is some twenty pages; the machine may be busy with other tests. */
const timeout = 180_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

test.each(journeys)('R7: packs and report, $way, $locale', { timeout }, async ({ way, locale }) => {
  const counter = await openCounter()
  try {
    const before = await stored(counter.t.db.owner)
    const it = await guest(browser, counter, 'reporting@demo.example', { way, locale })
    await retrievesPacks(it, counter)
    await readsReport(it)
    await getsFile(it)
    await mayNotConfigure(it)
    expect(await effectSince(before, counter.t.db.owner)).toEqual(done)
    expect(it.faults).toEqual([])
    await it.context.close()
  } finally {
    await counter.t.close()
  }
})

const done = {
  requests: [
    '100000033 retrieve-packs completed reporting@demo.example',
    '100000041 detailed-report completed reporting@demo.example',
  ],
  transfers: [],
  placements: [],
  hosts: [],
  packs: ['100000033 LYO-CAD-07 1'],
  events: [
    '100000033 completed 1',
    '100000033 pack-fetched 1',
    '100000033 submitted 1',
    '100000041 completed 1',
    '100000041 submitted 1',
  ],
  activity: ['packs.retrieved 1', 'report.made 1'],
  mails: ['request-completed reporting@demo.example', 'request-completed reporting@demo.example'],
  plans: [],
}

/** Choosing nothing is said in words; what is chosen comes as the current issue, with a request number. */
async function retrievesPacks({ page, words }: Guest, counter: Counter): Promise<void> {
  await press(page, 'link', words('overview.tool.packs'))
  await press(page, 'button', words('retrieval.submit'))
  await focusOn(page, 'problems')
  expect(await textOf(page.locator('#problems'))).toContain(words('retrieval.chooseOne'))
  await page.getByLabel('LYO-CAD-07').check()
  await press(page, 'button', words('retrieval.submit'))
  expect(requestNumber(page)).toBe(100000033)
  const pack = { host: 'LYO-CAD-07', issue: 1 }
  const file = await download(page, `${words('requests.download')} ${words('requests.downloadOf', pack)}`)
  const check = verifyPack(file.text, publicJwks(counter.t.app.packKeys), { today: counter.t.app.today() })
  expect(check).toMatchObject({ verdict: 'genuine', issue: 1 })
  await press(page, 'link', `${words('requests.read')} ${words('requests.readOf', pack)}`)
  expect((await page.locator('main pre').textContent())?.trim()).toBe(file.text.trim())
}

/** All columns on screen, one filter, and the same lines for paper. */
async function readsReport({ page, words }: Guest): Promise<void> {
  await page.goto('/c/100234/report')
  const heads = await page.locator('#results thead tr:last-child th').allTextContents()
  expect(heads).toEqual(columns.map(({ name }) => words(`reports.column.${name}`)))
  await page.locator('#text').fill('lyo-cad')
  await page.locator('#text').press('Enter')
  await page.waitForURL('**/report?text=lyo-cad&family=&show=all&asOf=')
  await expect.poll(() => page.locator('#results tbody tr').count()).toBe(1)
  expect(await textOf(page.locator('#results tbody'))).toContain('02-AA-10-00-00-07')
  await page.goto(page.url().replace('/report?', '/report/print?'))
  expect(await page.locator('main tbody th').count()).toBe(1)
  await page.goBack()
}

/** The file is asked for with the filter of the page, answered with a number, and fetched from its request. */
async function getsFile({ page, words, locale }: Guest): Promise<void> {
  await press(page, 'button', words('reports.makeFile'))
  expect(requestNumber(page)).toBe(100000041)
  const { name, text } = await download(page, words('requests.fileDownload'))
  expect(name).toMatch(/^[\w.-]+\.csv$/)
  const [head, ...lines] = text.trim().split('\r\n')
  expect(head!.split(locale === 'fr' ? ';' : ',').length).toBe(columns.length)
  expect(lines.length).toBe(1)
  const raw = await download(page, words('requests.fileRaw'))
  expect(raw.text.split('\r\n')[0]).toBe(columns.map(({ name }) => name).join(','))
}

/** R6, R10: Reporting does not include Licensing; the page says what it takes and whom to ask. */
async function mayNotConfigure({ page, words }: Guest): Promise<void> {
  await page.goto('/c/100234/configure')
  const text = await textOf(page)
  expect(text).toContain(words('errors.forbidden.title'))
  expect(text).toContain(words('privileges.licensing'))
  expect(await page.locator('main a[href^="mailto:supervisor@demo.example"]').count()).toBe(1)
}
