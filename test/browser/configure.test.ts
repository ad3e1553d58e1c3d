import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicJwks } from '../../src/packs/jwks.ts'
import { verifyPack } from '../../src/packs/verify.ts'
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
  titleOf,
} from '../helpers/counter.ts'
import { effectSince, stored } from '../helpers/effect.ts'

/** A journey is some sixty pages; the machine may be busy with other tests. */
const timeout = 180_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

// The main job of the counter. Each way of doing it is one person at a counter of their own; what it leaves in the
// database is stated once, so that it is the same whatever the browser could do.
test.each(journeys)('Configure new licenses, $way, $locale', { timeout }, async ({ way, locale }) => {
  const counter = await openCounter()
  try {
    const before = await stored(counter.t.db.owner)
    const it = await guest(browser, counter, 'both@demo.example', { way, locale })
    await filtersLicenses(it)
    await refusesTooMany(it)
    await showsBeforeAndAfter(it, counter)
    await placesOnNewHost(it)
    await placesOnNewTriad(it)
    await submits(it, counter)
    await goesBack(it)
    await findsTheRequest(it)
    expect(await effectSince(before, counter.t.db.owner)).toEqual(done)
    expect(it.faults).toEqual([])
    await it.context.close()
  } finally {
    await counter.t.close()
  }
})

/** The overview leads to License summary, whose filters show what they say. */
async function filtersLicenses({ page, words }: Guest): Promise<void> {
  expect(new URL(page.url()).pathname).toBe('/c/100234')
  await page
    .getByRole('navigation')
    .getByRole('link', { name: words('frame.section.licenses') })
    .click()
  await page.waitForURL('**/c/100234/licenses')
  const row = (name: string) => page.locator('#results tbody tr', { hasText: name })
  const cells = await row('Forma Base').locator('td').allTextContents()
  expect(cells.slice(2, 5).map(Number.parseFloat)).toEqual([10, 3, 7])
  await page.locator('#family').selectOption('Tracé')
  await page.locator('main .g-filter button').click()
  await page.waitForURL(/\/licenses\?text=&family=Trac%C3%A9&show=all&asOf=$/)
  await expect.poll(() => page.locator('#results tbody tr').count()).toBe(1)
  expect(await textOf(row('Relay Server'))).toContain(words('licenses.tag.expired'))
  expect(await titleOf(page)).toContain(words('licenses.title'))
  await page.goto('/c/100234/licenses')
  await page.locator('#show').selectOption('expiring')
  await page.locator('#text').fill('mesh')
  await page.locator('#text').press('Enter')
  await page.waitForURL(/\/licenses\?text=mesh&family=&show=expiring&asOf=$/)
  await expect.poll(() => page.locator('#results tbody tr').count()).toBe(1)
  expect(await textOf(page.locator('#results tbody'))).toContain('Forma Mesh')
}

/** A quantity that cannot be had is refused in words beside its field, and nothing is kept. */
async function refusesTooMany({ page, words }: Guest): Promise<void> {
  await page.goto('/c/100234/licenses')
  await press(page, 'link', words('licenses.configure'))
  await press(page, 'button', words('plans.configure.begin'))
  await press(page, 'link', 'Forma Base')
  await press(page, 'link', 'LYO-CAD-07')
  await page.locator('#quantity').fill('9')
  await press(page, 'button', words('plans.quantity.add'))
  const reason = words('plans.problem.notEnoughSeat', {
    available: 7,
    asked: 9,
    lines: 1,
    host: 'LYO-CAD-07',
    quantity: 3,
    others: 0,
    elsewhere: 0,
  })
  expect(await titleOf(page)).toContain(words('frame.errorTitle', { title: '' }))
  await focusOn(page, 'problems')
  expect(await textOf(page.locator('#problems a[href="#quantity"]'))).toBe(reason)
  expect(await textOf(page.locator('#quantity-error'))).toContain(reason)
  expect(await page.locator('#quantity').getAttribute('aria-invalid')).toBe('true')
  expect(await page.locator('#quantity').getAttribute('aria-describedby')).toContain('quantity-error')
  expect(await page.locator('#quantity').inputValue()).toBe('9')
  await page.locator('#quantity').fill('2')
  await press(page, 'button', words('plans.quantity.add'))
}

/** The check page shows the host before and after while nothing is changed. */
async function showsBeforeAndAfter({ page, words }: Guest, counter: Counter): Promise<void> {
  const compared = page.locator('.g-compare').first()
  expect(await textOf(compared.locator('> div').first())).toMatch(/Forma Base ?3/)
  expect(await textOf(compared.locator('> div').last())).toMatch(/Forma Base ?5 \(\+2\)/)
  expect((await stored(counter.t.db.owner)).transfers.length).toBe(3)
  await press(page, 'link', words('plans.check.add'))
}

/** A new host: what is wrong with an ID is said in words, then the license is locked to it. */
async function placesOnNewHost({ page, words }: Guest): Promise<void> {
  await press(page, 'link', 'Forma Viewer')
  await press(page, 'link', words('plans.host.new'))
  await page.locator('#label').fill('LYO-CAD-31')
  await page.locator('#id1').fill('00-1A-2B-3C-4D')
  await press(page, 'button', words('plans.continue'))
  expect(await page.locator('#problems a[href="#id1"]').count()).toBe(1)
  expect(await page.locator('#label').inputValue()).toBe('LYO-CAD-31')
  await page.locator('#id1').fill('02:AA:10:00:00:07')
  await press(page, 'button', words('plans.continue'))
  expect(await textOf(page.locator('#id1-error'))).toContain('LYO-CAD-07')
  await page.locator('#id1').fill('00-1A-2B-3C-4D-55')
  await press(page, 'button', words('plans.continue'))
  expect(await textOf(page)).toContain(words('plans.quantity.one'))
  await press(page, 'button', words('plans.quantity.add'))
  await press(page, 'link', words('plans.check.add'))
}

/** A new triad with an extended license: the plan says that its base is missing. */
async function placesOnNewTriad({ page, words }: Guest): Promise<void> {
  await press(page, 'link', 'Forma Mesh')
  await press(page, 'link', words('plans.host.new'))
  await press(page, 'link', words('plans.newHost.triad'))
  await page.locator('#label').fill('MET-TRIAD')
  for (const n of [1, 2, 3]) {
    await page.locator(`#id${n}`).fill(n === 3 ? '00-1A-2B-3C-4D-61' : `00-1A-2B-3C-4D-6${n}`)
    await page.locator(`#server${n}`).fill(`met-${n}`)
  }
  await press(page, 'button', words('plans.continue'))
  expect(await textOf(page.locator('#problems'))).not.toBe('')
  await page.locator('#id3').fill('00-1A-2B-3C-4D-63')
  await press(page, 'button', words('plans.continue'))
  await page.locator('#quantity').fill('2')
  await press(page, 'button', words('plans.quantity.add'))
  expect(await textOf(page)).toContain(
    words('plans.problem.baseMissing', { base: 'Forma Base', host: 'MET-TRIAD' }),
  )
  expect(await page.getByRole('button', { name: words('plans.check.submit') }).count()).toBe(0)
  await press(page, 'link', words('plans.check.add'))
  await press(page, 'link', 'Forma Base')
  await press(page, 'link', 'MET-TRIAD')
  await page.locator('#quantity').fill('1')
  await press(page, 'button', words('plans.quantity.add'))
  expect(await page.locator('.g-note--warn').count()).toBe(0)
}

/** Submitting gives the request number and a genuine pack for each host. */
async function submits({ page, words }: Guest, counter: Counter): Promise<void> {
  await press(page, 'button', words('plans.check.submit'))
  expect(requestNumber(page)).toBe(100000033)
  expect(await textOf(page.locator('.g-number'))).toBe('100-000-033')
  expect(await textOf(page.locator('#notices [role=status]'))).toContain('100-000-033')
  const jwks = publicJwks(counter.t.app.packKeys)
  for (const [host, issue, ids] of [
    ['LYO-CAD-07', 2, 1],
    ['LYO-CAD-31', 1, 1],
    ['MET-TRIAD', 1, 3],
  ] as const) {
    const named = words('requests.downloadOf', { host, issue })
    const file = await download(page, `${words('requests.download')} ${named}`)
    expect(file.name).toBe(`100234_${host}_issue-${issue}.lic`)
    const check = verifyPack(file.text, jwks, { today: counter.t.app.today() })
    expect(check).toMatchObject({ verdict: 'genuine', issue, customerNumber: '100234' })
    expect(check.host?.ids.length).toBe(ids)
  }
}

/** Back after submitting shows the number again and does nothing twice. */
async function goesBack({ page }: Guest): Promise<void> {
  await page.goBack()
  await page.reload()
  expect(await textOf(page.locator('.g-number'))).toBe('100-000-033')
}

/** R2: the list has the request, its page says what was done, and its number finds it. */
async function findsTheRequest({ page, words }: Guest): Promise<void> {
  await page.goto('/c/100234/requests')
  await press(page, 'link', '100-000-033')
  const text = await textOf(page)
  for (const said of ['Bruno Carré', 'Forma Viewer', 'MET-TRIAD', words('requests.status.completed')])
    expect(text).toContain(said)
  expect(await page.locator('.g-timeline li').count()).toBeGreaterThan(2)
  await page.goto('/')
  await page.locator('#number').fill(' 100 000 033')
  await press(page, 'button', words('requests.find.button'))
  expect(requestNumber(page)).toBe(100000033)
  await page.goto('/')
  await page.locator('#number').fill('100-000-034')
  await press(page, 'button', words('requests.find.button'))
  expect(await page.locator('#problems').count()).toBe(1)
}

const done = {
  requests: ['100000033 configure completed both@demo.example'],
  transfers: [
    '100000033 FRM-0900-N pool LYO-CAD-31 1',
    '100000033 FRM-1000-F pool LYO-CAD-07 2',
    '100000033 FRM-1000-F pool MET-TRIAD 1',
    '100000033 FRM-1210-E pool MET-TRIAD 2',
  ],
  placements: [
    '100234 LYO-CAD-07 FRM-1000-F 5',
    '100234 LYO-CAD-31 FRM-0900-N 1',
    '100234 MET-TRIAD FRM-1000-F 1',
    '100234 MET-TRIAD FRM-1210-E 2',
  ],
  hosts: [
    'LYO-CAD-07 single active 2 true Lyon ethernet 02AA10000007 lyo-cad-07',
    'LYO-CAD-31 single active 1 true  ethernet 001A2B3C4D55',
    'MET-TRIAD triad active 1 true  ethernet 001A2B3C4D61 met-1, ethernet 001A2B3C4D62 met-2, ethernet 001A2B3C4D63 met-3',
  ],
  packs: ['100000033 LYO-CAD-07 2', '100000033 LYO-CAD-31 1', '100000033 MET-TRIAD 1'],
  events: [
    '100000033 completed 1',
    '100000033 pack-fetched 3',
    '100000033 pack-issued 3',
    '100000033 submitted 1',
  ],
  activity: ['plan.submitted 4'],
  mails: ['request-completed both@demo.example'],
  plans: ['configure submitted 4'],
}
