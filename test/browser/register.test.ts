import { sql } from 'drizzle-orm'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Locale } from '../../src/web/i18n.ts'
import { launch } from '../helpers/browser.ts'
import {
  type Counter,
  type Guest,
  guest,
  openCounter,
  press,
  requestNumber,
  stranger,
  textOf,
} from '../helpers/counter.ts'
import { dayFromNow, makeHost } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'

const timeout = 120_000
const way = 'scripts off'
const company = '/c/100234'

let browser: Browser
let counter: Counter
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
  for (const machine of Object.values(machines)) await install(machine)
})
afterAll(async () => {
  await browser?.close()
  await counter?.t.close()
})

/** In the register for forty days, with two licenses for ten; its ID as the register keeps it and as it is pasted. */
const machines = {
  en: { label: 'REG-EN-01', id: '02BB10000071', pasted: '02:bb:10:00:00:71', port: '7799' },
  fr: { label: 'REG-FR-01', id: '02BB10000072', pasted: '02bb.1000.0072', port: '7798' },
}

type Machine = (typeof machines)[Locale]

async function install({ label, id }: Machine): Promise<void> {
  const { t, scene } = counter
  const owner = t.db.owner.db
  const company = t.cast.customers['100234']!
  const host = await makeHost(owner, company, { label, ids: [id], servers: [label.toLowerCase()] })
  const plans = planner(t.db.database, company, t.cast.people['both@demo.example']!)
  await plans.place([{ entitlementId: scene.entitlements['FRM-1000-F']!, to: host.id, quantity: 2 }])
  const ago = (days: number) => sql`now() - make_interval(days => ${days})`
  await owner.execute(sql`update customers set created_at = ${ago(40)} where id = ${company}`)
  await owner.execute(sql`update terms set recorded_at = ${ago(40)} where customer_id = ${company}`)
  await owner.execute(sql`update hosts set created_at = ${ago(40)} where id = ${host.id}::uuid`)
  await owner.execute(sql`update transfers set at = ${ago(10)} where to_host_id = ${host.id}::uuid`)
}

test.concurrent.each(['en', 'fr'] as const)(
  'the register, scripts off, %s: a host found, noted, looked back at, changed, emptied, put away and put back',
  { timeout },
  async (locale) => {
    const machine = machines[locale]
    const it = await guest(browser, counter, 'both@demo.example', { way, locale })
    const host = await findsByHostId(it, machine)
    await writesDown(it)
    await looksBack(it)
    await changesThePort(it, machine)
    await it.page.goto(host)
    await takesOutOfService(it, machine)
    await it.page.goto(host)
    await putsBack(it, machine)
    await showsReceipt(it)
    expect(it.faults).toEqual([])
    await it.context.close()
  },
)

/** From the overview's box to the host's page, whose path it gives. */
async function findsByHostId({ page }: Guest, { label, pasted }: Machine): Promise<string> {
  await page.goto(company)
  await page.locator('#search-all').fill(pasted)
  await page.locator('#search-all').press('Enter')
  await page.waitForURL('**/search?q=*')
  await press(page, 'link', label)
  return new URL(page.url()).pathname
}

/** A note, and a colleague who looks after the host. */
async function writesDown({ page, words }: Guest): Promise<void> {
  const note = 'Salle B, « 2e » rangée <à droite>'
  await press(page, 'button', words('hosts.notes.add'))
  expect(await page.locator('#problems a[href="#note"]').count()).toBe(1)
  await page.locator('#note').fill(note)
  await press(page, 'button', words('hosts.notes.add'))
  expect(await textOf(page.locator('.g-timeline').last())).toContain(note)
  await press(page, 'link', `${words('hosts.change')} ${words('hosts.changeCaretaker')}`)
  const colleague = page.locator('#caretaker option', { hasText: 'licensing@demo.example' })
  await page.locator('#caretaker').selectOption((await colleague.getAttribute('value'))!)
  await press(page, 'button', words('plans.save'))
  expect(await textOf(page)).toContain('licensing@demo.example')
}

/** While it held licenses, before it did, and before anything is known. */
async function looksBack(it: Guest): Promise<void> {
  const { page, words } = it
  const on = async (days: number) => {
    await page.locator('#asOf').fill(dayFromNow(days))
    await press(page, 'button', words('licenses.filter.apply'))
    return await textOf(page)
  }
  expect(await on(-5)).toContain('FRM-1000-F')
  expect(await on(-20)).toContain(words('hosts.nothingThen'))
  expect(await on(-60)).toContain(words('frame.asOfUnknown'))
  await press(page, 'link', words('frame.asOfToday'))
  expect(await textOf(page)).toContain(words('hosts.placedHere'))
}

/** Refused with what was typed, then done; the pack that bears the old port is issued anew from the request's page. */
async function changesThePort({ page, words }: Guest, { port }: Machine): Promise<void> {
  await press(page, 'link', `${words('hosts.change')} ${words('hosts.changeAddress')}`)
  await page.locator('#label').fill('LYO-CAD-07')
  await page.locator('#port').fill(port)
  await press(page, 'button', words('addresses.save'))
  expect(await page.locator('#problems a[href="#label"]').count()).toBe(1)
  expect(await page.locator('#port').inputValue()).toBe(port)
  await page.locator('#label').fill(`${(await page.locator('h1').textContent())!.match(/REG-\w\w-01/)![0]}`)
  await press(page, 'button', words('addresses.save'))
  requestNumber(page)
  const row = page.locator('tr', {
    has: page.getByRole('rowheader', { name: words('addresses.field.port') }),
  })
  expect(await textOf(row)).toContain(port)
  await press(page, 'button', words('addresses.packs.issue', { count: 1, all: 1 }))
  expect(await textOf(page.locator('body'))).toContain(words('addresses.packs.issued', { count: 1 }))
  expect(await page.getByRole('button', { name: words('addresses.packs.issue', { all: 1 }) }).count()).toBe(0)
}

/** Refused while it holds licenses; returned by the way the refusal shows; then done. */
async function takesOutOfService({ page, words }: Guest, { label }: Machine): Promise<void> {
  const host = page.url()
  await press(page, 'link', words('hosts.decommission.link'))
  expect(await textOf(page)).toContain(words('hosts.decommission.holds', { host: label, count: 2 }))
  expect(await page.getByRole('button', { name: words('hosts.decommission.button') }).count()).toBe(0)
  await press(page, 'link', words('requests.kind.return'))
  expect(await textOf(page)).toContain(words('plans.start.withHost', { host: label }))
  await press(page, 'button', words('plans.configure.begin'))
  await press(page, 'button', words('plans.leaving.all'))
  await press(page, 'button', words('plans.quantity.add'))
  await press(page, 'button', words('plans.check.submit'))
  requestNumber(page)
  await page.goto(host)
  await press(page, 'link', words('hosts.decommission.link'))
  await press(page, 'button', words('hosts.decommission.button'))
  requestNumber(page)
  expect(await textOf(page.locator('h1'))).toBe(words('requests.kind.decommission'))
}

async function putsBack({ page, words }: Guest, { label }: Machine): Promise<void> {
  expect(await textOf(page.locator('.g-head'))).toContain(words('hosts.retired'))
  await press(page, 'link', words('hosts.recommission.link'))
  await press(page, 'button', words('hosts.recommission.button'))
  requestNumber(page)
  expect(await textOf(page.locator('h1'))).toBe(words('requests.kind.recommission'))
  await press(page, 'link', label)
  expect(await textOf(page.locator('.g-head'))).not.toContain(words('hosts.retired'))
  expect(await textOf(page)).toContain(words('hosts.happened.returned'))
  await page.goBack()
}

/** A receipt of it, opened by somebody who is not signed in, until it is revoked. */
async function showsReceipt({ page, words, locale }: Guest): Promise<void> {
  await press(page, 'button', words('requests.receipts.make'))
  const address = new URL(await page.locator('#address').inputValue()).pathname
  const anyone = await stranger(browser, counter, { way, locale })
  await anyone.page.goto(address)
  const shown = await textOf(anyone.page)
  expect(shown).toContain(words('requests.kind.recommission'))
  expect(shown).not.toMatch(/100234|REG-|Carré/)
  await press(page, 'button', new RegExp(`^${words('requests.receipts.revoke')}`))
  expect((await anyone.page.goto(address))!.status()).toBe(404)
  await anyone.context.close()
}
