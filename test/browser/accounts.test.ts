import { sql } from 'drizzle-orm'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeAt, stepAt } from '../../src/sign-in/second-factor/totp.ts'
import { launch, signIn, visit } from '../helpers/browser.ts'
import { parseCalendar } from '../helpers/calendar.ts'
import { type Counter, type Guest, guest, openCounter, press, stranger, textOf } from '../helpers/counter.ts'
import { Mailbox } from '../helpers/mailbox.ts'

const timeout = 60_000
const way = 'scripts off'

let browser: Browser
let counter: Counter
let mailbox: Mailbox
beforeAll(async () => {
  ;[browser, counter] = await Promise.all([launch(), openCounter()])
  mailbox = new Mailbox(counter.t)
})
afterAll(async () => {
  await browser?.close()
  await counter?.t.close()
})

const both = [
  { locale: 'en', email: 'licensing@demo.example' },
  { locale: 'fr', email: 'reporting@demo.example' },
] as const

describe('a password forgotten', () => {
  test.each(both)(
    'is chosen anew by mail, and the other session ended, $locale',
    {
      timeout,
    },
    async ({ locale, email }) => {
      const it = await stranger(browser, counter, { way, locale })
      const { page, words } = it
      await page.goto('/sign-in')
      await press(page, 'link', words('sign-in.forgottenPassword'))
      const password = `brume ${locale} quatorze cerfs-volants`
      await paste(page, '#email', password)
      await page.locator('#email').fill(email)
      await press(page, 'button', words('sign-in.forgotten.submit'))
      expect(await textOf(page)).toContain(words('sign-in.mailed.forgotten'))
      await page.goto((await mailbox.lastTo(email)).path)
      // A password can be pasted; the button that shows it is for scripts only.
      expect(await page.getByRole('button', { name: words('sign-in.show') }).count()).toBe(0)
      for (const field of ['#password', '#passwordAgain']) {
        await page.locator(field).focus()
        await page.keyboard.press('Control+V')
        expect(await page.locator(field).inputValue()).toBe(password)
      }
      await press(page, 'button', words('sign-in.setPassword'))
      expect(await textOf(page.locator('body'))).toContain(words('sign-in.passwordSet'))

      const other = await visit(browser, { base: counter.base, way })
      await signIn(other.page, email, password)
      await page.goto('/account')
      await press(page, 'link', words('accounts.section.sessions'))
      expect(await page.locator('tbody tr').count()).toBe(2)
      await press(page, 'button', new RegExp(`^${words('sessions.end')} `))
      expect(await page.locator('tbody tr').count()).toBe(1)
      await other.page.goto('/account')
      expect(new URL(other.page.url()).pathname).toBe('/sign-in')
      expect([...it.faults, ...other.faults]).toEqual([])
      await Promise.all([it.context.close(), other.context.close()])
    },
  )

  test('with scripts, what is typed can be shown', { timeout }, async () => {
    const { context, page, faults, words } = await stranger(browser, counter, { locale: 'fr' })
    await page.goto('/sign-in')
    const field = page.locator('#password')
    await field.fill('guichet-demo')
    for (const [name, type] of [
      ['sign-in.showPassword', 'text'],
      ['sign-in.hidePassword', 'password'],
    ] as const) {
      await page.getByRole('button', { name: words(name, { label: words('sign-in.password') }) }).click()
      expect(await field.getAttribute('type')).toBe(type)
    }
    expect(faults).toEqual([])
    await context.close()
  })
})

/** Puts the text into the clipboard, as it comes from a note or a password manager. */
async function paste(page: Page, field: string, text: string): Promise<void> {
  await page.locator(field).fill(text)
  await page.locator(field).press('Control+A')
  await page.locator(field).press('Control+X')
}

describe('a second factor', () => {
  test.each([
    { locale: 'en', email: 'both@demo.example' },
    { locale: 'fr', email: 'none@demo.example' },
  ] as const)(
    'is set up by typing its key, and a recovery code signs in, $locale',
    {
      timeout,
    },
    async ({ locale, email }) => {
      const it = await guest(browser, counter, email, { way, locale })
      const { page, words } = it
      await page.goto('/account')
      await press(page, 'link', words('accounts.section.second-factor'))
      await press(page, 'link', words('second-factor.setUp'))
      const key = fromBase32((await textOf(page.locator('.g-secret'))).replaceAll(' ', ''))
      await page
        .getByLabel(words('second-factor.code'), { exact: true })
        .fill(codeAt(key, stepAt(new Date())))
      await press(page, 'button', words('second-factor.confirm'))
      const codes = await page.locator('.g-codes code').allTextContents()
      expect(codes.length).toBeGreaterThan(5)
      // The codes can go on paper, the button not.
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('.g-codes').isVisible()).toBe(true)
      expect(await page.getByRole('button', { name: words('second-factor.haveThem') }).isVisible()).toBe(
        false,
      )
      await page.emulateMedia({ media: 'screen' })
      await press(page, 'button', words('second-factor.haveThem'))
      expect(await textOf(page.locator('body'))).toContain(words('second-factor.kept'))

      await page.getByRole('button', { name: words('frame.signOut') }).click()
      await signIn(page, email)
      await press(page, 'link', words('second-factor.noDevice'))
      await page
        .getByLabel(words('second-factor.recoveryCode'))
        .fill(codes[0]!.toLowerCase().replace('-', ' '))
      await press(page, 'button', words('sign-in.submit'))
      const left = words('second-factor.recoveryUsed', { left: codes.length - 1 })
      expect(await textOf(page.locator('body'))).toContain(left)
      expect(new URL(page.url()).pathname).toBe('/c/100234')
      expect(it.faults).toEqual([])
      await it.context.close()
    },
  )
})

function fromBase32(text: string): Buffer {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

test('messages are chosen and stopped by the link in them; a calendar opens by its address alone', {
  timeout,
}, async () => {
  const it = await guest(browser, counter, 'several@demo.example', { way, locale: 'fr' })
  const { page, words } = it
  await page.goto('/account/notifications')
  await page.getByLabel(words('notifications.topic.company-requests')).check()
  await page.getByLabel(words('notifications.leadDays')).fill('60, 14')
  await press(page, 'button', words('notifications.save'))
  expect(await textOf(page.locator('body'))).toContain(words('notifications.saved'))

  await retrievePacks(it)
  const letter = await mailbox.lastTo('several@demo.example')
  const anyone = await stranger(browser, counter, { way, locale: 'fr' })
  await anyone.page.goto(new URL(letter.unsubscribe!).pathname)
  await anyone.page.getByLabel(words('notifications.unsubscribe.scope.all')).check()
  await press(anyone.page, 'button', words('notifications.unsubscribe.submit'))
  expect(await textOf(anyone.page)).toContain(words('notifications.unsubscribe.topic.own-requests'))
  await page.goto('/account/notifications')
  const chosen = (topic: string) => page.getByLabel(words(`notifications.topic.${topic}`)).isChecked()
  expect(await Promise.all(['own-requests', 'company-requests'].map(chosen))).toEqual([false, true])

  await press(page, 'link', words('notifications.calendar.new'))
  await page.getByLabel(words('notifications.calendar.only.license'), { exact: true }).check()
  await press(page, 'button', words('notifications.calendar.make'))
  const address = new URL(await page.getByLabel(words('notifications.calendar.address')).inputValue())
  const feed = await fetch(counter.base + address.pathname)
  const { name, events } = parseCalendar(await feed.text())
  expect(name).toBe(words('notifications.calendar.defaultName'))
  expect(events.map(({ summary }) => summary).join()).toContain('4 licenses of Forma Mesh')
  await press(page, 'button', words('notifications.calendar.revoke'))
  expect((await fetch(counter.base + address.pathname)).status).toBe(404)
  expect([...it.faults, ...anyone.faults]).toEqual([])
  await Promise.all([it.context.close(), anyone.context.close()])
})

async function retrievePacks({ page, words }: Guest): Promise<void> {
  await page.goto('/c/100234/packs')
  await page.getByRole('checkbox').first().check()
  await press(page, 'button', words('retrieval.submit'))
}

describe('a session that ends in the middle of a form', () => {
  test.each([
    { locale: 'en', email: 'open@demo.example' },
    { locale: 'fr', email: 'plain@demo.example' },
  ] as const)('costs nothing of what was typed, $locale', { timeout }, async ({ locale, email }) => {
    const it = await guest(browser, counter, email, { way, locale })
    const { page, words } = it
    await page.goto('/account/profile')
    await page.getByLabel(words('accounts.name'), { exact: true }).fill('Zoé d’Arc-Martel')
    await page.getByLabel(words('accounts.phone')).fill('+33 2 40 00 00 00')
    await counter.t.db.owner.db.execute(sql`
      update sessions set last_seen_at = now() - interval '30 days', created_at = now() - interval '30 days'
      where person_id = ${counter.t.cast.people[email]!}`)
    await press(page, 'button', words('accounts.profile.save'))
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(await textOf(page)).toContain(words('again.ended'))
    await page.locator('#email').fill(email)
    await page.locator('#password').fill(counter.t.cast.password)
    await press(page, 'button', words('sign-in.submit'))
    for (const typed of ['Zoé d’Arc-Martel', `${words('accounts.phone')}+33 2 40 00 00 00`])
      expect(await textOf(page)).toContain(typed)
    await press(page, 'button', words('errors.expired.send'))
    expect(await textOf(page.locator('body'))).toContain(words('accounts.profile.saved'))
    expect(await textOf(page)).toContain('Zoé d’Arc-Martel')
    expect(it.faults).toEqual([])
    await it.context.close()
  })
})
