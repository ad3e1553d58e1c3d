import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { issuerDomains, issuers } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { launch, visit } from '../helpers/browser.ts'
import { startProvider, type TestProvider } from '../helpers/provider.ts'

// A form that leads to another site is what the content security policy forbids: only a browser shows that we get there.

let t: TestApp
let browser: Browser
let provider: TestProvider
let base: string

beforeAll(async () => {
  browser = await launch()
  // The address people use must be known before it listens: the provider compares the redirect URI.
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  base = `http://127.0.0.1:${port}`
  t = await testApp({ GUICHET_URL: base })
  const id = newId()
  provider = await startProvider(() => [
    { client_id: 'guichet', redirect_uris: [`${base}/sign-in/at/${id}/callback`] },
  ])
  provider.accounts.set('ana', { email: 'ana@lemaire.example', email_verified: true, name: 'Ana Lima' })
  const { db } = t.db.owner
  await db.insert(issuers).values({ id, issuer: provider.issuer, name: 'Lemaire', clientId: 'guichet' })
  await db.insert(issuerDomains).values({ domain: 'lemaire.example', issuerId: id })
  await t.app.listen({ host: '127.0.0.1', port })
})
afterAll(async () => {
  await browser?.close()
  await provider?.close()
  await t?.close()
})

describe.each(['scripts off', 'scripts on'] as const)('%s', (way) => {
  test('from the sign-in page to the issuer and back, signed in', async () => {
    const { page, context, faults } = await visit(browser, { base, way })
    await page.goto('/sign-in?to=%2Faccount%2Fsessions')
    await page.getByRole('button', { name: 'Sign in with Lemaire' }).click()
    await page.waitForURL(`${provider.issuer}/**`)
    await page.locator('input[name=login]').fill('ana')
    await page.locator('input[name=password]').fill('x')
    await page.locator('button[type=submit]').click()
    await page.locator('button[type=submit]').click()
    await page.waitForURL(`${base}/account/sessions`)
    expect(await page.locator('h1').textContent()).toBe('Where you are signed in')
    // What the provider's own pages do is not ours.
    expect(faults.filter((fault) => fault.includes(base))).toEqual([])
    await context.close()
  })
})
