import { test } from 'vitest'
import { launch, visit } from '../helpers/browser.ts'
import { show } from '../helpers/inspect.ts'
import { bulkPages } from '../helpers/bulk-pages.ts'
import { makeStage } from '../helpers/stage.ts'

test('shots', { timeout: 500_000 }, async () => {
  const only = (process.env['SHOTS'] ?? '').split('|').filter(Boolean)
  const locale = (process.env['LOC'] ?? 'en') as 'en'
  const [browser, stage] = await Promise.all([launch(), makeStage(locale)])
  const base = await stage.t.app.listen({ host: '127.0.0.1', port: 0 })
  const it = await visit(browser, { base })
  for (const { name, open } of bulkPages) {
    const answer = await open(stage)
    if (only.length && !only.includes(name)) continue
    await show(it.page, base, answer)
    const file = `/tmp/g/T2/shots/${name.replace(/[^a-z0-9]+/gi, '-')}-${locale}`
    for (const width of [1280, 390]) {
      await it.page.setViewportSize({ width, height: 900 })
      await it.page.screenshot({ path: `${file}-${width}.png`, fullPage: true })
    }
    await it.page.setViewportSize({ width: 1280, height: 900 })
    if (/checked|second part|to keep$/.test(name)) await it.page.pdf({ path: `${file}.pdf`, tagged: true })
  }
  await browser.close()
  await stage.t.close()
})
