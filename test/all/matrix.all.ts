import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { locales } from '../../src/web/i18n.ts'
import { launch, visit } from '../helpers/browser.ts'
import { axeViolations, show, sideways, spaceText, withAxe } from '../helpers/inspect.ts'
import { pageStates } from '../helpers/pages.ts'
import { makeStage, type Stage } from '../helpers/stage.ts'
import { has, nuErrors, output } from '../helpers/tools.ts'
import type { Answer } from '../helpers/visitor.ts'

const phone = { viewport: { width: 320, height: 640 } }
// Light at both widths is checked by `npm test`.
const looks: Record<string, BrowserContextOptions> = {
  '320 px, dark': { ...phone, colorScheme: 'dark' },
  '1280 px, dark': { colorScheme: 'dark' },
  '1280 px, forced colours': { forcedColors: 'active' },
}

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

describe.each(locales)('%s', (locale) => {
  let stage: Stage
  let base: string
  let folder: string
  const answers: { name: string; answer: Answer; file: string }[] = []
  beforeAll(async () => {
    stage = await makeStage(locale)
    base = await stage.t.app.listen({ host: '127.0.0.1', port: 0 })
    folder = mkdtempSync(join(tmpdir(), 'guichet-pages-'))
    for (const [index, { name, open }] of pageStates.entries()) {
      const answer = await open(stage)
      const file = join(folder, `${String(index).padStart(3, '0')}-${name.replace(/\W+/g, '-')}.html`)
      writeFileSync(file, answer.body)
      answers.push({ name, answer, file })
    }
  })
  afterAll(async () => {
    await stage.t.close()
    await rm(folder, { recursive: true })
  })

  test.each(Object.keys(looks))('each page at %s', { timeout: 900_000 }, async (look) => {
    const { page, context } = await visit(browser, { base, ...looks[look] })
    const found: Record<string, string[]> = {}
    for (const { name, answer } of answers) {
      await show(page, base, withAxe(answer))
      const wrong = [...(await axeViolations(page)), ...(await sideways(page))]
      await spaceText(page)
      wrong.push(...(await sideways(page)))
      if (wrong.length > 0) found[name] = wrong
    }
    expect(found).toEqual({})
    await context.close()
  })

  test.runIf(has('java'))('the Nu checker finds nothing wrong', { timeout: 300_000 }, async () => {
    expect(await nuErrors(answers.map(({ file }) => file))).toEqual([])
  })

  test.each(
    [
      ['lynx', ['-dump', '-width=200', '-display_charset=utf-8', '-force_html']],
      ['w3m', ['-dump', '-cols', '200', '-T', 'text/html']],
    ].filter(([program]) => has(String(program))),
  )('in %s each page has its heading', { timeout: 300_000 }, async (program, args) => {
    for (const { name, answer, file } of answers) {
      const text = (await output(String(program), [...args, file])).replace(/\s+/g, ' ')
      expect([name, text.includes(answer.heading)]).toEqual([name, true])
    }
  })
})

for (const [program, what] of [
  ['java', 'the Nu checker (needs a Java runtime)'],
  ['lynx', 'the text browser lynx'],
  ['w3m', 'the text browser w3m'],
] as const) {
  if (!has(program)) console.warn(`Left out, since this machine has no ${program}: ${what}`)
}
