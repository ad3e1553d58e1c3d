import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch } from '../helpers/browser.ts'
import { type Counter, guest, openCounter } from '../helpers/counter.ts'
import { dayFromNow, makeEntitlement, makeProduct } from '../helpers/makers.ts'
import { pdfPages } from '../helpers/pdf.ts'

const timeout = 60_000
const lines = 60

let browser: Browser
let counter: Counter
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
  const { cast, db } = counter.t
  for (let n = 1; n <= lines; n++) {
    const product = await makeProduct(db.owner.db, { name: `Printed product ${n}`, partNumber: `PRN-${n}` })
    await makeEntitlement(db.owner.db, cast.customers[100234]!, product.id, { endsOn: dayFromNow(n * 5) })
  }
})
afterAll(async () => {
  await browser?.close()
  await counter?.t.close()
})

async function print(
  path: string,
  locale: 'en' | 'fr',
): Promise<{ pages: string[]; file: string; products: string[] }> {
  const it = await guest(browser, counter, 'both@demo.example', { locale })
  await it.page.goto(path)
  const products = await it.page.locator('tbody th').allTextContents()
  const pdf = await it.page.pdf({ tagged: true, outline: true, preferCSSPageSize: true })
  await it.context.close()
  return { pages: pdfPages(pdf), file: pdf.toString('latin1'), products }
}

// quality.md 7
describe.each([
  ['en', 'page', 'of'],
  ['fr', 'page', 'sur'],
] as const)('on paper, %s', (locale, page, of) => {
  test.each([
    ['the detailed report, laid out for paper', '/c/100234/report/print'],
    ['the detailed report', '/c/100234/report'],
    ['license summary', '/c/100234/licenses'],
  ])('%s: heads repeat, pages are counted, the PDF is tagged', { timeout }, async (_name, path) => {
    const { pages, file, products } = await print(path, locale)
    expect(pages.length).toBeGreaterThan(1)
    pages.forEach((text, index) => {
      expect(text).toContain(`${page} ${index + 1} ${of} ${pages.length}`)
      expect(text).toContain('100234 Brasseries Lemaire SA ·')
    })
    expect(file).toMatch(/\/Marked true/)
    expect(file).toMatch(/\/StructTreeRoot/)
    expect(file).toMatch(/\/Outlines/)
    expect(file).toMatch(/\/Title/)
    // Where a line of a cell ends, the PDF has no blank.
    const printed = pages.join('').replace(/ /g, '')
    expect(products.length).toBeGreaterThan(45)
    for (const name of products)
      expect(printed).toContain(name.split(/(?:PRN|FRM|RLY)-/)[0]!.replace(/\s/g, ''))
  })
})

test('words of a column stay whole on paper', { timeout }, async () => {
  const it = await guest(browser, counter, 'both@demo.example', { locale: 'fr' })
  // What A4 leaves between its margins.
  await it.page.setViewportSize({ width: 688, height: 1000 })
  await it.page.goto('/c/100234/licenses?text=viewer')
  await it.page.emulateMedia({ media: 'print' })
  for (const word of ['monoposte', 'perpétuelle']) {
    const cell = it.page.getByRole('cell', { name: word, exact: true }).first()
    const lines = await cell.evaluate((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return range.getClientRects().length
    })
    expect([word, lines]).toEqual([word, 1])
  }
  await it.context.close()
})

test('paper says where a list goes on, and has no head of what stands only on the screen', {
  timeout,
}, async () => {
  const part = '· part of a longer list'
  for (const text of (await print('/c/100234/licenses', 'en')).pages) expect(text).toContain(part)
  expect((await print('/c/100234/licenses?text=PRN-60', 'en')).pages.join(' ')).not.toContain(part)
  expect((await print('/c/100234', 'en')).pages.join(' ')).not.toContain('Find a request')
})

test('no head of a table stands at the foot of a page with no row below it', { timeout }, async () => {
  const { context, page } = await guest(browser, counter, 'both@demo.example')
  await page.goto('/c/100234/licenses?text=PRN-60')
  for (let down = 0; down <= 160; down += 20) {
    await page.locator('main').evaluate((main, px) => {
      main.style.paddingTop = `${px}px`
    }, down)
    const pages = pdfPages(await page.pdf({ width: '800px', height: '480px' }))
    for (const text of pages.filter((text) => text.includes('Available'))) expect(text).toContain('PRN-60')
  }
  await context.close()
})

test('what is only for the screen is not on paper, and what is folded is', { timeout }, async () => {
  const it = await guest(browser, counter, 'both@demo.example')
  const { page } = it
  await page.goto('/c/100234/licenses')
  await page.emulateMedia({ media: 'print' })
  for (const part of ['nav', 'form', 'button', '.g-foot', '.govuk-skip-link'])
    for (const one of await page.locator(part).all())
      expect([part, await one.isVisible()]).toEqual([part, false])
  expect(await page.locator('.g-print-head').isVisible()).toBe(true)
  expect(await page.locator('thead').evaluate((head) => getComputedStyle(head).display)).toBe(
    'table-header-group',
  )
  expect(
    await page
      .locator('tbody tr')
      .first()
      .evaluate((row) => getComputedStyle(row).breakInside),
  ).toBe('avoid')
  await it.context.close()
})

test.each([
  ['supervisor@demo.example', '/c/100234/people'],
  ['both@demo.example', '/c/100234/packs'],
])(
  'a list whose lines can be ticked is on paper without what ticks them: %s, %s',
  {
    timeout,
  },
  async (email, path) => {
    const { context, page } = await guest(browser, counter, email)
    await page.goto(path)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('tbody th').first().isVisible()).toBe(true)
    for (const part of await page.locator('main :is(input, select, button)').all())
      expect(await part.isVisible()).toBe(false)
    await context.close()
  },
)

test('what somebody chose to be told of is on paper, with its days', { timeout }, async () => {
  const { pages } = await print('/account/notifications', 'fr')
  expect(pages.join(' ')).toContain('Les licences qui arrivent à échéance')
  expect(pages.join(' ')).toContain('90, 30, 7')
  expect(pages.join(' ')).not.toContain('Enregistrer')
})

test('what is copied from paper is what was printed: no letters are joined to one sign', {
  timeout,
}, async () => {
  const { cast, db } = counter.t
  const product = await makeProduct(db.owner.db, { name: 'Office Traffic Flow', partNumber: 'OFFICE-FLOW-1' })
  await makeEntitlement(db.owner.db, cast.customers[100234]!, product.id)
  const { pages } = await print('/c/100234/licenses?text=OFFICE-FLOW-1', 'en')
  expect(pages.join(' ').replace(/\s+/g, ' ')).toContain('Office Traffic Flow')
  expect(pages.join('')).not.toMatch(/[\ufb00-\ufb06]/)
})
