import { test } from 'vitest'
import { hostPages } from '../helpers/host-pages.ts'
import { makeStage } from '../helpers/stage.ts'
import { invalidHtml, show, sideways, axeViolations, withAxe } from '../helpers/inspect.ts'
import { launch, visit } from '../helpers/browser.ts'
test('shots', async () => {
  for (const locale of ['en', 'fr'] as const) {
    const [stage, browser] = await Promise.all([makeStage(locale), launch()])
    const base = await stage.t.app.listen({ host: '127.0.0.1', port: 0 })
    const it = await visit(browser, { base, viewport: { width: 1280, height: 900 } })
    await withAxe(it.context)
    for (const { name, status, open } of hostPages) {
      try {
        const answer = await open(stage)
        const invalid = await invalidHtml(answer.body)
        await show(it.page, base, answer)
        const axe = await axeViolations(it.page)
        const file = `/tmp/g/R/shots/${locale}-${name.replace(/[^a-z]+/gi, '-')}`
        await it.page.screenshot({ path: `${file}-1280.png`, fullPage: true })
        if (locale === 'fr' && /sheet|yesterday|address, wrong|change of/.test(name)) await it.page.pdf({ path: `${file}.pdf`, tagged: true })
        await it.page.setViewportSize({ width: 390, height: 844 })
        await it.page.screenshot({ path: `${file}-390.png`, fullPage: true })
        await it.page.setViewportSize({ width: 320, height: 640 })
        const side = await sideways(it.page)
        await it.page.setViewportSize({ width: 1280, height: 900 })
        if (answer.status !== status || invalid.length || axe.length || side.length) console.log('FAIL', locale, name, answer.status, invalid.join(' | '), axe.join(' | '), side.join(' | '))
      } catch (error) { console.log('THROW', locale, name, String(error).slice(0, 300)) }
    }
    await browser.close()
    await stage.t.close()
  }
}, 500_000)
