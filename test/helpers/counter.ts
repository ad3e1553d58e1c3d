import type { Browser, Locator, Page } from 'playwright-core'
import { type Locale, type Translate, translator } from '../../src/web/i18n.ts'
import { type TestApp, testApp } from './app.ts'
import { signIn, type Visit, type VisitOptions, visit, type Way, ways } from './browser.ts'
import { makeScene, type Scene } from './scene.ts'

/** The application listening on a port of its own, with the scene, on a database of its own. */
export type Counter = { t: TestApp; scene: Scene; base: string }

export async function openCounter(): Promise<Counter> {
  const t = await testApp()
  const scene = await makeScene(t)
  return { t, scene, base: await t.app.listen({ host: '127.0.0.1', port: 0 }) }
}

/** The catalogue's words as a page's text is read: no-break spaces and line breaks made blanks. */
function wordsIn(locale: Locale): Translate {
  const t = translator(locale)
  return (key, params) => fold(t(key, params))
}

/** Every journey: the three ways in English, and with scripts off in French. */
export const journeys: { way: Way; locale: Locale }[] = [
  ...ways.map((way) => ({ way, locale: 'en' as const })),
  { way: 'scripts off', locale: 'fr' },
]

/** `words` are those of the catalogue as `textOf` gives them. */
export type Guest = Visit & { words: Translate; locale: Locale }

type GuestOptions = Partial<VisitOptions> & { way?: Way; locale?: Locale }

/** A person of the cast at the counter, signed in, reading in that language. */
export async function guest(
  browser: Browser,
  counter: Counter,
  email: string,
  options: GuestOptions = {},
): Promise<Guest> {
  const visited = await stranger(browser, counter, options)
  await signIn(visited.page, email, counter.t.cast.password)
  return visited
}

/** Somebody not signed in, reading in that language. */
export async function stranger(
  browser: Browser,
  { base }: Counter,
  { way, locale, ...options }: GuestOptions = {},
): Promise<Guest> {
  const language = locale ?? 'en'
  const visited = await visit(browser, {
    base,
    way,
    locale: language === 'fr' ? 'fr-FR' : 'en-GB',
    ...options,
  })
  return { ...visited, locale: language, words: wordsIn(language) }
}

/** All text of it (of a page: of its main), blanks folded. */
export async function textOf(part: Page | Locator): Promise<string> {
  const locator = 'goto' in part ? part.locator('main') : part
  return fold((await locator.textContent()) ?? '')
}

export async function titleOf(page: Page): Promise<string> {
  return fold(await page.title())
}

function fold(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** Presses the link or button of that name in main and waits for the page it leads to. */
export async function press(page: Page, role: 'link' | 'button', name: string | RegExp): Promise<void> {
  const pressed = page.locator('main').getByRole(role, { name, exact: true }).first()
  await Promise.all([page.waitForEvent('domcontentloaded'), pressed.click()])
}

/** The number in the address of a request's page. */
export function requestNumber(page: Page): number {
  const number = /\/requests\/(\d{9})$/.exec(page.url())?.[1]
  if (!number) throw new Error(`Not the page of a request: ${page.url()}`)
  return Number(number)
}

/** What the link of that text downloads. */
export async function download(
  page: Page,
  name: string | RegExp,
  role: 'link' | 'button' = 'link',
): Promise<{ name: string; text: string }> {
  const link = page.locator('main').getByRole(role, { name }).first()
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  const chunks: Buffer[] = []
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
  return { name: file.suggestedFilename(), text: Buffer.concat(chunks).toString('utf8') }
}

/** Waits for what the page is to move the focus to: `autofocus` works as the browser draws the page, not as it reads it. */
export function focusOn(page: Page, id: string): Promise<void> {
  return page.locator(`#${id}:focus`).waitFor()
}

/** The ID of the element that has the focus; '' for the body. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const active = document.activeElement
    return !active || active === document.body ? '' : active.id || active.tagName.toLowerCase()
  })
}
