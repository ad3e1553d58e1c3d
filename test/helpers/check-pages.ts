import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locale } from '../../src/web/i18n.ts'
import { launch, type Visit, visit } from './browser.ts'
import {
  aimless,
  axeViolations,
  inlineParts,
  invalidHtml,
  show,
  sideways,
  spaceText,
  withAxe,
} from './inspect.ts'
import { pageStates } from './pages.ts'
import { makeStage, type Stage } from './stage.ts'
import { Answer } from './visitor.ts'

const narrow = { width: 320, height: 640 }
const wide = { width: 1280, height: 900 }

/** quality.md 2, 5, 6: each page in each state, in one language. */
export function checkPages(locale: Locale): void {
  let browser: Browser
  let stage: Stage
  let it: Visit
  let base: string

  beforeAll(async () => {
    ;[browser, stage] = await Promise.all([launch(), makeStage(locale)])
    base = await stage.t.app.listen({ host: '127.0.0.1', port: 0 })
    it = await visit(browser, { base, viewport: wide })
  })
  afterAll(async () => {
    await browser?.close()
    await stage?.t.close()
  })

  test('these checks find what is wrong', async () => {
    const body = `<!DOCTYPE html><html lang="en"><head><title>x</title></head><main><h1>x</h1><img src="/public/favicon.svg" style="width:900px"></main>`
    const answer = new Answer('/wrong', 200, { 'content-type': 'text/html' }, body)
    const { page, faults } = it
    await page.setViewportSize(narrow)
    await show(page, base, withAxe(answer))
    expect((await axeViolations(page)).join()).toContain('image-alt')
    expect((await invalidHtml(body)).join()).toContain('no-inline-style')
    expect(inlineParts(answer).length).toBe(1)
    expect((await sideways(page))[0]).toMatch(/px too wide/)
    await page.setViewportSize(wide)
    faults.splice(0)
  })

  describe(`each page, ${locale}`, () => {
    test.each(pageStates)('$name: valid, accessible, and within 320 px', async ({ status, open }) => {
      const answer = await open(stage)
      expect([answer.status, answer.document.documentElement.lang]).toEqual([status, locale])
      expect(answer.title).not.toBe('')
      expect(await invalidHtml(answer.body)).toEqual([])
      expect(inlineParts(answer)).toEqual([])
      expect(aimless(answer)).toEqual([])
      const { page, faults } = it
      await show(page, base, withAxe(answer))
      expect(await axeViolations(page)).toEqual([])
      await page.setViewportSize(narrow)
      expect(await sideways(page)).toEqual([])
      await spaceText(page)
      expect(await sideways(page)).toEqual([])
      await page.setViewportSize(wide)
      expect(faults.splice(0).filter((fault) => !fault.startsWith(String(status)))).toEqual([])
    })
  })
}
