import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Locale } from '../../src/web/i18n.ts'
import { makeProofs } from '../helpers/account-requests.ts'
import { launch } from '../helpers/browser.ts'
import {
  type Counter,
  download,
  type Guest,
  guest,
  openCounter,
  press,
  stranger,
  textOf,
} from '../helpers/counter.ts'
import { Mailbox } from '../helpers/mailbox.ts'
import { dayFromNow } from '../helpers/makers.ts'

const timeout = 60_000
const way = 'scripts off'
const password = 'brume quatorze cerfs-volants'
const boss = 'supervisor@demo.example'

let browser: Browser
let counter: Counter
let mailbox: Mailbox
const supervisors = new Map<Locale, Guest>()
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
  mailbox = new Mailbox(counter.t)
  await makeProofs(counter.t)
})
afterAll(async () => {
  await browser?.close()
  await counter?.t.close()
})

/** The supervisor, signed in once for each language. */
async function supervisorIn(locale: Locale): Promise<Guest> {
  const it = supervisors.get(locale) ?? (await guest(browser, counter, boss, { way, locale }))
  supervisors.set(locale, it)
  return it
}

test.each(['en', 'fr'] as const)(
  'R8: from registering to the company that a supervisor admits to, %s',
  {
    timeout,
  },
  async (locale) => {
    const it = await stranger(browser, counter, { way, locale })
    const { page, words } = it
    const email = `ana.lima.${locale}@lemaire.example`
    await page.goto('/')
    await press(page, 'link', words('sign-in.createAccount'))
    await page.getByLabel(words('sign-in.email')).fill(email)
    await press(page, 'button', words('sign-in.register.submit'))
    await page.goto((await mailbox.lastTo(email)).path)
    await fillNew(it, 'sign-in.registration.name', 'sign-in.password', 'sign-in.passwordAgain')
    await press(page, 'button', words('sign-in.registration.submit'))
    expect(await textOf(page.locator('body'))).toContain(words('sign-in.registered'))
    await page.getByRole('button', { name: words('frame.signOut') }).click()
    await page.goto('/sign-in')
    await page.getByLabel(words('sign-in.email')).fill(email)
    await page.getByLabel(words('sign-in.password')).fill(password)
    await press(page, 'button', words('sign-in.submit'))

    await page.goto('/account')
    await press(page, 'link', words('accounts.section.upgrade'))
    await page.getByLabel(words('accounts.upgrade.customerNumber')).fill('100234')
    await page.getByLabel(words('accounts.upgrade.proof')).fill('so-100234')
    await press(page, 'button', words('accounts.upgrade.send'))
    expect(await textOf(page.locator('body'))).toContain(words('accounts.upgrade.received'))

    const { page: desk, faults } = await supervisorIn(locale)
    await desk.goto((await mailbox.lastTo(boss)).path)
    expect(await textOf(desk)).toContain(email)
    await desk.getByLabel(words('privileges.reporting'), { exact: true }).check()
    await press(desk, 'button', words('accounts.upgrades.approveButton', { name: 'Ana Lima' }))

    await page.goto((await mailbox.lastTo(email)).path)
    expect(await textOf(page.locator('body'))).toContain('Brasseries Lemaire SA')
    await page.goto('/c/100234/report')
    expect(await textOf(page.locator('h1'))).not.toBe(words('errors.forbidden.title'))
    expect([...it.faults, ...faults]).toEqual([])
    await it.context.close()
  },
)

test('found, changed one by one, together and by a file, each after a preview, and printed', {
  timeout,
}, async () => {
  const { page, words, faults } = await supervisorIn('fr')
  await page.goto('/c/100234/people')
  await page.getByLabel(words('privileges.search')).fill('petit')
  await press(page, 'button', words('privileges.apply'))
  expect(await page.locator('tbody tr').count()).toBe(1)
  await press(page, 'link', `${words('privileges.change.one')} Nora Petit`)
  await page.getByLabel(words('privileges.licensing'), { exact: true }).check()
  const until = dayFromNow(90)
  await page.getByLabel(words('privileges.untilOf', { privilege: words('privileges.licensing') })).fill(until)
  await press(page, 'button', words('privileges.person.preview'))
  expect(await textOf(page)).toContain(words('privileges.preview.change.given'))
  await press(page, 'button', words('privileges.preview.submit', { count: 1 }))
  expect(new URL(page.url()).pathname).toMatch(/^\/c\/100234\/requests\/\d{9}$/)

  await page.goto('/c/100234/people?privilege=licensing')
  for (const name of ['Luc Moreau', 'Bruno Carré']) await page.getByLabel(new RegExp(`^${name}`)).check()
  await press(page, 'button', words('privileges.change.ticked'))
  const group = page.getByRole('radiogroup', { name: words('privileges.reporting'), exact: true })
  await group.getByLabel(words('privileges.many.give')).check()
  await press(page, 'button', words('privileges.person.preview'))
  // Bruno Carré holds it already.
  const counts = { changed: 1, unchanged: 1, refused: 0 }
  expect(await textOf(page)).toContain(words('privileges.preview.lead', counts))
  await press(page, 'button', words('privileges.preview.submit', { count: 1 }))

  await page.goto('/c/100234/people')
  const { text } = await download(page, words('privileges.file.download'))
  const edited = text
    .replace(/^(none@demo\.example(.)[^,;]*)[,;][^,;]*[,;][^,;]*/m, '$1$2reporting$2')
    .replace(/^(supervisor@demo\.example(.)[^,;]*)[,;][^,;]*/m, '$1$2')
  await press(page, 'link', words('privileges.file.link'))
  const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(edited) }
  await page.getByLabel(words('privileges.file.file')).setInputFiles(file)
  await press(page, 'button', words('privileges.person.preview'))
  // The last supervisor stays, and what can be done can still be done.
  expect(await textOf(page)).toContain(words('privileges.preview.refused', { count: 1 }))
  expect(await textOf(page)).toContain(words('privileges.refusal.lastSupervisor'))
  await press(page, 'button', words('privileges.preview.submit', { count: 1 }))

  await page.goto('/c/100234/people')
  await press(page, 'link', words('privileges.print.link'))
  const row = (name: string) =>
    page.locator('tr', { has: page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) })
  const held = async (name: string) =>
    (await row(name).locator('td').allTextContents()).slice(0, 3).map((cell) => /^\s*(\S+)/.exec(cell)?.[1])
  const [yes, no] = [words('privileges.preview.yes'), words('privileges.preview.no')]
  expect(await held('Nora Petit')).toEqual([no, no, yes])
  expect(await held('Luc Moreau')).toEqual([no, yes, yes])
  expect(await held('Sylvie Perrin')).toEqual([yes, no, no])
  expect(faults).toEqual([])
})

test('R10: invited, refused, asked for, granted', { timeout }, async () => {
  const { page, words, faults } = await supervisorIn('en')
  const email = 'eva.roth@lemaire.example'
  await page.goto('/c/100234/people')
  await press(page, 'link', words('privileges.invite.button'))
  await page.getByLabel(words('privileges.email')).fill(email)
  await press(page, 'button', words('privileges.invite.submit'))

  const it = await stranger(browser, counter, { way })
  await it.page.goto((await mailbox.lastTo(email)).path)
  await fillNew(it, 'privileges.accept.name', 'privileges.accept.password', 'privileges.accept.passwordAgain')
  await press(it.page, 'button', words('privileges.accept.submitNew'))
  await it.page.goto('/c/100234/licenses')
  expect(await textOf(it.page)).toContain(words('errors.forbidden.title'))
  await press(it.page, 'link', words('errors.forbidden.ask'))
  await it.page.getByLabel(words('privileges.reporting')).check()
  await it.page.getByLabel(words('privileges.ask.why'), { exact: true }).fill('Für das Jahresende, « vite ».')
  await press(it.page, 'button', words('privileges.ask.submit'))
  const own = it.page.url()

  await page.goto((await mailbox.lastTo(boss)).path)
  expect(await textOf(page)).toContain('Für das Jahresende, « vite ».')
  await page.getByLabel(words('privileges.asked.grant')).check()
  await page.getByLabel(words('privileges.asked.word')).fill('Gern, bis Montag.')
  await press(page, 'button', words('privileges.asked.submit'))

  await mailbox.lastTo(email)
  expect(mailbox.letters.map(({ text }) => text).join()).toContain('Gern, bis Montag.')
  await it.page.goto(own)
  expect(await textOf(it.page)).toContain(words('privileges.request.outcome.granted'))
  expect(await textOf(it.page)).toContain('Gern, bis Montag.')
  await it.page.goto('/c/100234/licenses')
  expect(await textOf(it.page)).toContain('Forma Base')
  expect([...it.faults, ...faults]).toEqual([])
  await it.context.close()
})

/** Name and password of a new account, by the labels with those keys. */
async function fillNew({ page, words }: Guest, name: string, ...passwords: string[]): Promise<void> {
  await page.getByLabel(words(name)).fill(/invitations/.test(page.url()) ? 'Eva Roth' : 'Ana Lima')
  for (const label of passwords) await page.getByLabel(words(label), { exact: true }).fill(password)
}
