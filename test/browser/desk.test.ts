import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeProofs } from '../helpers/account-requests.ts'
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
import { Mailbox } from '../helpers/mailbox.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'

const timeout = 60_000
const way = 'scripts off'
const staff = 'desk@demo.example'

let browser: Browser
let counter: Counter
let mailbox: Mailbox
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
  mailbox = new Mailbox(counter.t)
  await makeProofs(counter.t)
})
afterAll(async () => {
  await browser?.close()
  await counter?.t.close()
})

/** At the desk, by password and a code of the authenticator app. */
async function atDesk(locale: 'en' | 'fr'): Promise<Guest> {
  const site = { config: counter.t.config, owner: counter.t.db.owner }
  await giveSecondFactor(site, staff)
  const it = await stranger(browser, counter, { way, locale })
  const { page, words } = it
  await page.goto('/desk')
  await page.getByLabel(words('sign-in.email')).fill(staff)
  await page.getByLabel(words('sign-in.password')).fill(counter.t.cast.password)
  await press(page, 'button', words('sign-in.submit'))
  await page.getByLabel(words('second-factor.code')).fill(await nextCode(site, staff))
  await press(page, 'button', words('sign-in.submit'))
  expect(await textOf(page.locator('h1'))).toBe(words('desk.queue.title'))
  return it
}

/** Sends the form for an upgrade; gives the request's number as the pages show it. */
async function askUpgrade({ page, words }: Guest, customerNumber: string, proof: string): Promise<string> {
  await page.goto('/account/upgrade')
  await page.getByLabel(words('accounts.upgrade.customerNumber')).fill(customerNumber)
  await page.getByLabel(words('accounts.upgrade.proof')).fill(proof)
  await press(page, 'button', words('accounts.upgrade.send'))
  return String(requestNumber(page)).replace(/(...)(...)(...)/, '$1-$2-$3')
}

test('what waits is opened, asked about, answered, approved, and declined with a reason', {
  timeout,
}, async () => {
  const it = await guest(browser, counter, 'plain@demo.example', { way, locale: 'fr' })
  const number = await askUpgrade(it, '100990', 'SC-100990')
  const wrong = await askUpgrade(it, '100555', 'SC-1')
  await mailbox.lastTo(staff)

  const desk = await atDesk('fr')
  const { page, words } = desk
  await press(page, 'link', number)
  expect(await textOf(page)).toContain(words('desk.one.right'))
  await page.getByLabel(words('desk.question')).fill('Qui vous connaît à Kiel ?')
  await press(page, 'button', words('desk.askButton'))

  await it.page.goto((await mailbox.lastTo('plain@demo.example')).path)
  expect(await textOf(it.page)).toContain('Qui vous connaît à Kiel ?')
  // Customers read no name of those at the desk.
  expect(await textOf(it.page)).not.toContain('Denise Klein')
  await it.page.getByLabel(words('requests.message')).fill('Samuel Roy, du bureau d’études.')
  await press(it.page, 'button', words('requests.send'))

  await page.goto((await mailbox.lastTo(staff)).path)
  expect(await textOf(page)).toContain('Samuel Roy, du bureau d’études.')
  await page.getByLabel(words('privileges.licensing')).check()
  await press(page, 'button', words('desk.approveButton'))
  await it.page.goto((await mailbox.lastTo('plain@demo.example')).path)
  expect(new URL(it.page.url()).pathname).toBe('/c/100990')

  await page.goto('/desk')
  await press(page, 'link', wrong)
  await page.getByLabel(words('requests.reason.other')).check()
  await press(page, 'button', words('requests.decline'))
  expect(await page.title()).toMatch(/^Erreur/)
  await page.getByLabel(words('requests.declineWords')).fill('Écrivez-nous depuis l’adresse de l’atelier.')
  await press(page, 'button', words('requests.decline'))
  await it.page.goto((await mailbox.lastTo('plain@demo.example')).path)
  expect(await textOf(it.page)).toContain(words('requests.status.declined'))
  expect(await textOf(it.page)).toContain('Écrivez-nous depuis l’adresse de l’atelier.')
  expect([...it.faults, ...desk.faults]).toEqual([])
  await Promise.all([it.context.close(), desk.context.close()])
})

test('R9: the first supervisor is named, and everyone keeps what they could do', { timeout }, async () => {
  const it = await guest(browser, counter, 'open@demo.example', { way })
  await it.page.goto('/c/100871/supervisor-request')
  await press(it.page, 'button', it.words('desk.ask.send'))

  const desk = await atDesk('en')
  const { page, words } = desk
  await page.goto((await mailbox.lastTo(staff)).path)
  await press(page, 'button', words('desk.name.button'))
  expect(await textOf(page.locator('body'))).toContain(words('desk.isApproved'))

  expect((await mailbox.lastTo('several@demo.example')).text).toContain('Odile Guérin')
  await it.page.goto('/c/100871')
  await it.page.getByRole('link', { name: words('frame.section.people'), exact: true }).click()
  await press(it.page, 'link', `${words('privileges.change.one')} Samuel Roy`)
  for (const privilege of ['licensing', 'reporting'])
    expect(await it.page.getByLabel(words(`privileges.${privilege}`), { exact: true }).isChecked()).toBe(true)
  expect([...it.faults, ...desk.faults]).toEqual([])
  await Promise.all([it.context.close(), desk.context.close()])
})
