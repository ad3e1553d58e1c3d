import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from '../helpers/browser.ts'
import { type Guest, guest, journeys, openCounter, press, textOf } from '../helpers/counter.ts'
import { effectSince, stored } from '../helpers/effect.ts'
import * as outputs from '../hosts/clinic/outputs.ts'

/** A journey is some ten pages; the machine may be busy with other tests. */
const timeout = 180_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const sample = (name: string) => fileURLToPath(new URL(`../license-files/samples/${name}`, import.meta.url))

test.each(journeys)(
  'license file and host ID to a plan, $way, $locale',
  { timeout },
  async ({ way, locale }) => {
    const counter = await openCounter()
    try {
      const before = await stored(counter.t.db.owner)
      const it = await guest(browser, counter, 'both@demo.example', { way, locale })
      await readsFile(it)
      await beginsPlan(it)
      await findsHostId(it)
      expect((await effectSince(before, counter.t.db.owner)).transfers).toEqual([])
      expect(it.faults).toEqual([])
      await it.context.close()
    } finally {
      await counter.t.close()
    }
  },
)

/** Nothing chosen is said in words; a chosen file is explained: hosts, features, what is in force. */
async function readsFile({ page, words }: Guest): Promise<void> {
  await press(page, 'link', words('overview.tool.readFile'))
  await press(page, 'button', words('license-files.submit'))
  expect(await textOf(page.locator('#problems'))).toContain(words('license-files.empty'))
  await page.locator('#file').setInputFiles(sample('bellwether-floating.lic'))
  await press(page, 'button', words('license-files.submit'))
  expect(await textOf(page.locator('h1'))).toBe(words('license-files.resultTitle'))
  const said = await textOf(page)
  expect(said).toContain('00-17-A4-F3-C2-D1')
  expect(said).toContain(words('license-files.verdict.foreign'))
  expect(said).toContain(words('license-files.state.expired'))
}

/** The server of the file is filled in, and the plan that begins with it offers it for what is placed. */
async function beginsPlan({ page, words }: Guest): Promise<void> {
  await press(page, 'link', `${words('license-files.start')} lic01.kowalik.example`)
  expect(await page.locator('#id1').inputValue()).toBe('00-17-A4-F3-C2-D1')
  expect(await page.locator('#server1').inputValue()).toBe('lic01.kowalik.example')
  await page.locator('#label').fill('KOW-LIC-01')
  await press(page, 'button', words('plans.continue'))
  await press(page, 'link', 'Forma Base')
  expect(await textOf(page)).toContain('KOW-LIC-01')
}

/** What a command printed, in its own words, leads to the form of a new host with the likely ID in it. */
async function findsHostId({ page, words, locale }: Guest): Promise<void> {
  await page.goto('/c/100234/hosts')
  await press(page, 'link', words('clinic.link'))
  await page.locator('#output').fill(locale === 'fr' ? outputs.ipconfigFrench : outputs.ipconfigEnglish)
  await press(page, 'button', words('clinic.submit'))
  const likely = locale === 'fr' ? '8C-16-45-77-88-99' : 'D4-AE-52-C8-1F-07'
  expect(await textOf(page.locator('.g-note'))).toContain(likely)
  await press(page, 'link', `${words('clinic.start')} ${likely}`)
  expect(await page.locator('#id1').inputValue()).toBe(likely)
  expect(await page.locator('#label').inputValue()).toBe(locale === 'fr' ? 'GRE-ETUDES-04' : 'LYO-CAD-31')
}
