import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { findChromium } from './chromium.ts'

/** The three ways in which every journey must have the same effect (quality.md 1). */
export const ways = ['scripts off', 'scripts on', 'htmx blocked'] as const
export type Way = (typeof ways)[number]

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-zygote',
  '--font-render-hinting=none',
]

/** A Chromium without window; close it in `afterAll`. */
export async function launch(): Promise<Browser> {
  const { executable, fontConfig } = await findChromium()
  return chromium.launch({
    executablePath: executable,
    args: flags,
    env: { ...process.env, ...(fontConfig && { FONTCONFIG_FILE: fontConfig }) },
  })
}

export type Visit = {
  context: BrowserContext
  page: Page
  /** What a page that is in order never does: break the content security policy, an error of a script, a file missing. */
  faults: string[]
  /** Another tab of the same person. */
  tab(): Promise<Page>
}

export type VisitOptions = BrowserContextOptions & { base: string; way?: Way }

/** A person's browser: cookies of its own, in one of the three ways. */
export async function visit(
  browser: Browser,
  { base, way = 'scripts on', ...options }: VisitOptions,
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: base,
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
    reducedMotion: 'reduce',
    ...options,
    javaScriptEnabled: way !== 'scripts off',
  })
  context.setDefaultTimeout(15_000)
  if (way === 'htmx blocked') await context.route('**/public/htmx.js', (route) => route.abort())
  const faults: string[] = []
  const isBlocked = (url: string) => way === 'htmx blocked' && url.endsWith('/public/htmx.js')
  context.on('weberror', (error) => faults.push(`script: ${error.error().message}`))
  context.on('console', (message) => {
    if (message.type() !== 'error' || isBlocked(message.location().url)) return
    // Chromium also says of pages that answer 4xx what their status is: those are watched below.
    if (!message.text().startsWith('Failed to load resource')) faults.push(`console: ${message.text()}`)
  })
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    // A download, or a page left before it came.
    if (!isBlocked(request.url()) && reason !== 'net::ERR_ABORTED') faults.push(`${reason} ${request.url()}`)
  })
  context.on('response', (response) => {
    const isPage = response.request().resourceType() === 'document'
    if (response.status() >= (isPage ? 500 : 400)) faults.push(`${response.status()} ${response.url()}`)
  })
  return { context, page: await context.newPage(), faults, tab: () => context.newPage() }
}

/** Signs in through the form. */
export async function signIn(page: Page, email: string, password = 'guichet-demo'): Promise<void> {
  await page.goto('/sign-in')
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await page.locator('main form button:not([type="button"])').first().click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
}
