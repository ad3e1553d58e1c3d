import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, visit } from '../helpers/browser.ts'
import { dress, shapeOf } from '../helpers/dress.ts'
import { show, sideways, spaceText } from '../helpers/inspect.ts'
import { storedPages } from '../helpers/pages.ts'
import { makeStage, type Stage } from '../helpers/stage.ts'

const timeout = 120_000

let browser: Browser
let stage: Stage
beforeAll(async () => {
  ;[browser, stage] = await Promise.all([launch(), makeStage('en')])
})
afterAll(async () => {
  await browser?.close()
  await stage?.t.close()
})

async function wear(text: string): Promise<void> {
  await dress(stage.t.db.owner, text)
  await stage.t.app.refreshPublisher()
}

async function shapes(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const { name, open } of storedPages)
    found[name] = shapeOf((await open(stage)).document.documentElement)
  return found
}

/** Pages whose shapes differ, with the place where they begin to. */
function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.entries(before).flatMap(([name, shape]) => {
    const other = after[name] ?? ''
    if (other === shape) return []
    const at = [...shape].findIndex((letter, index) => letter !== other[index])
    return [`${name}: ${shape.slice(at - 60, at + 60)} became ${other.slice(at - 60, at + 60)}`]
  })
}

const nasty = `"><script>alert(1)</script><img src=x onerror=alert(1)>' onx= </title></textarea></pre>--><!-- <%= 1 %> \${2} {{3}} &lt;b&gt; & %00 javascript:alert(1) \\`

// quality.md 9
describe('hostile text in every stored field', () => {
  test('does not change the shape of any page', { timeout }, async () => {
    await wear('plain')
    const plain = await shapes()
    await wear(nasty)
    expect(changed(plain, await shapes())).toEqual([])
    const anything = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .map((text) => text.replace(/[\0\r\n]/g, ' '))
    const property = fc.asyncProperty(anything, async (text) => {
      await wear(`${text}"<'`)
      expect(changed(plain, await shapes())).toEqual([])
    })
    await fc.assert(property, { numRuns: 2, endOnFailure: true })
  })

  test('however long, from right to left, or huge, it makes no page wider than 320 px', {
    timeout,
  }, async () => {
    await wear(
      'Donaudampfschifffahrtsgesellschaftskapitän برنامج إدارة التراخيص ライセンス管理サーバー製品名 👩🏽‍🚀🧮',
    )
    await stage.t.db.owner.db.execute(sql`update license_sums set owned = 2000000000, placed = 1999999999`)
    await stage.t.db.owner.db.execute(sql`update entitlements set owned = 2000000000, entitled = 2000000000`)
    const base = await listening()
    const { page, context } = await visit(browser, { base, viewport: { width: 320, height: 640 } })
    const wide: Record<string, string[]> = {}
    for (const { name, open } of storedPages) {
      await show(page, base, await open(stage))
      const found = await sideways(page)
      await spaceText(page)
      const spaced = [...found, ...(await sideways(page))]
      if (spaced.length > 0) wide[name] = spaced
    }
    expect(wide).toEqual({})
    await context.close()
  })
})

let address: string | undefined

async function listening(): Promise<string> {
  address ??= await stage.t.app.listen({ host: '127.0.0.1', port: 0 })
  return address
}
