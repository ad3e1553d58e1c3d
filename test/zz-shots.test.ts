import { sql } from 'drizzle-orm'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'vitest'
import { launch, visit } from './helpers/browser.ts'
import { show } from './helpers/inspect.ts'
import { packPages } from './helpers/pack-pages.ts'
import { pageStates } from './helpers/pages.ts'
import { makeStage } from './helpers/stage.ts'
test('shots', async () => {
  const out = '/tmp/g/P/shots'
  mkdirSync(out, { recursive: true })
  for (const locale of ['en', 'fr'] as const) {
    const [browser, stage] = await Promise.all([launch(), makeStage(locale)])
    const base = await stage.t.app.listen({ host: '127.0.0.1', port: 0 })
    const it = await visit(browser, { base })
    const wanted = [...packPages, ...pageStates.filter(({ name }) => ['pack to read', 'retrieve packs', 'retrieve packs, none chosen', 'request: packs retrieved'].includes(name))]
    for (const { name, open } of wanted) {
      if (locale === 'fr' && !/^(pack to read|retrieve packs|receipt|issues of a host|difference of two packs|printed pack, replaced|receipts, just made|request: packs retrieved)$/.test(name)) continue
      const answer = await open(stage)
      await show(it.page, base, answer)
      const file = `${out}/${locale}-${name.replace(/\W+/g, '-')}`
      await it.page.screenshot({ path: `${file}-1280.png`, fullPage: true })
      await it.page.setViewportSize({ width: 390, height: 800 })
      await it.page.screenshot({ path: `${file}-390.png`, fullPage: true })
      await it.page.setViewportSize({ width: 1280, height: 900 })
      if (/pack to read|^receipt$|issues|difference of two packs$|printed pack, replaced/.test(name)) writeFileSync(`${file}.pdf`, await it.page.pdf({ tagged: true, preferCSSPageSize: true }))
    }
    await browser.close()
    await stage.t.close()
  }
}, 280000)
