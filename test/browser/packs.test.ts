import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from '../helpers/browser.ts'
import {
  type Counter,
  download,
  type Guest,
  guest,
  journeys,
  openCounter,
  press,
  requestNumber,
  stranger,
  textOf,
} from '../helpers/counter.ts'
import { pdfPages } from '../helpers/pdf.ts'
import { planner } from '../helpers/plans.ts'
import { placeLicenses } from '../helpers/work.ts'

/** A journey is some twenty pages; the machine may be busy with other tests. */
const timeout = 180_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

test.each(journeys)(
  'license packs from the search to paper, $way, $locale',
  { timeout },
  async ({ way, locale }) => {
    const counter = await openCounter()
    try {
      const { cast, db } = counter.t
      const by = cast.people['licensing@demo.example']!
      for (const label of ['ZIP-A', 'ZIP-B'])
        await placeLicenses(db, cast.customers['100234']!, by, { label })
      const it = await guest(browser, counter, 'reporting@demo.example', { way, locale })
      await retrievesAll(it)
      await readsIssues(it, counter)
      const address = await printsPack(it)
      await asksOfPaper(counter, address, it)
      await makesReceipt(it, counter)
      expect(it.faults).toEqual([])
      await it.context.close()
    } finally {
      await counter.t.close()
    }
  },
)

/** Found by a part of a name, ticked, mailed, and taken as one zip. */
async function retrievesAll({ page, words }: Guest): Promise<void> {
  await page.goto('/c/100234/packs')
  await page.locator('#q').fill('zip-')
  await page.locator('#q').press('Enter')
  await page.waitForURL('**/packs?q=zip-*')
  await expect.poll(() => page.locator('#results tbody tr').count()).toBe(2)
  for (const box of await page.locator('#results tbody input[type=checkbox]').all()) await box.check()
  await page.locator('#mail').check()
  await press(page, 'button', words('retrieval.submit'))
  requestNumber(page)
  expect(await textOf(page.locator('body'))).toContain(
    words('requests.packsMailed', { email: 'reporting@demo.example' }),
  )
  const file = await download(page, words('requests.packsZip', { count: 2 }))
  expect(file.name).toMatch(/^100234_packs_[\d-]+\.zip$/)
  expect(file.text.startsWith('PK')).toBe(true)
}

/** The issues of a host, an earlier one compared with the latest, and retrieved. */
async function readsIssues({ page, words }: Guest, { t, scene }: Counter): Promise<void> {
  const { cast, db } = t
  const entitlementId = scene.entitlements['FRM-1000-F']!
  const plans = planner(db.database, cast.customers['100234']!, cast.people['both@demo.example']!)
  await plans.place([{ entitlementId, to: scene.lyo, quantity: 2 }])
  await page.goto(`/c/100234/packs/${scene.lyo}`)
  await press(page, 'button', words('retrieval.difference.compare'))
  const row = await textOf(page.locator('tbody tr').first())
  expect(row).toContain(words('retrieval.difference.changed'))
  expect(row).toContain(words('retrieval.fact.quantity', { value: '3' }))
  expect(row).toContain(words('retrieval.fact.quantity', { value: '5' }))
  await page.goBack()
  await press(
    page,
    'button',
    `${words('retrieval.issues.retrieve')} ${words('retrieval.issues.one', { issue: 1 })}`,
  )
  requestNumber(page)
  expect(await textOf(page)).toContain(words('requests.packWhy.replaced'))
}

/** On paper the pack has its code, and the address for who cannot scan it. */
async function printsPack({ page, words }: Guest): Promise<string> {
  await press(page, 'link', new RegExp(`^${words('requests.read')}`))
  const address = (await page.locator('.g-qr a').textContent())!.trim()
  const paper = pdfPages(await page.pdf({ tagged: true, preferCSSPageSize: true })).join(' ')
  expect(paper.replace(/\s/g, '')).toContain(address)
  expect(paper).toContain(words('requests.pack.code'))
  return new URL(address).pathname
}

/** Who has the paper in hand, signed in nowhere. */
async function asksOfPaper(counter: Counter, address: string, { locale }: Guest): Promise<void> {
  const anyone = await stranger(browser, counter, { locale, way: 'scripts off' })
  await anyone.page.goto(address)
  expect(await textOf(anyone.page)).toContain(anyone.words('verify.printed.superseded'))
  await anyone.context.close()
}

/** A receipt is made, opened by somebody else, and revoked. */
async function makesReceipt({ page, words, locale }: Guest, counter: Counter): Promise<void> {
  await page.goBack()
  const number = requestNumber(page)
  await press(page, 'button', words('requests.receipts.make'))
  const address = new URL(await page.locator('#address').inputValue()).pathname
  const anyone = await stranger(browser, counter, { locale, way: 'scripts off' })
  await anyone.page.goto(address)
  const shown = await textOf(anyone.page)
  expect(shown).toContain(String(number).replace(/^(...)(...)(...)$/, '$1-$2-$3'))
  expect(shown).not.toContain('100234')
  await press(page, 'button', new RegExp(`^${words('requests.receipts.revoke')}`))
  const gone = await anyone.page.goto(address)
  expect(gone!.status()).toBe(404)
  await anyone.context.close()
}
