import { afterAll, beforeAll, test } from 'vitest'
import Axe from '@axe-core/playwright'
import { HtmlValidate } from 'html-validate'
import { readFileSync } from 'node:fs'
import { launch } from '../helpers/browser.ts'
import { guest, openCounter } from '../helpers/counter.ts'
import { makeEntitlement, makeHost, makeProduct, dayFromNow } from '../helpers/makers.ts'
const shots = '/tmp/g/plans/shots'
test('shoot', async () => {
  const browser = await launch()
  const counter = await openCounter()
  const owner = counter.t.db.owner.db
  const customerId = counter.t.cast.customers['100234']!
  const v = new HtmlValidate(JSON.parse(readFileSync('.htmlvalidate.json','utf8')))
  const p1 = await makeProduct(owner, { name: 'Forma Simulation Enterprise Bundle' })
  const e1 = await makeEntitlement(owner, customerId, p1.id, { quantity: 12 })
  const p2 = await makeProduct(owner, { name: 'Relay Archive' })
  const e2 = await makeEntitlement(owner, customerId, p2.id, { startsOn: dayFromNow(-40), endsOn: dayFromNow(-9), contract: { number: '3A-10077' } })
  const p3 = await makeProduct(owner, { name: 'Nodal One', licenseType: 'node-locked' })
  const e3 = await makeEntitlement(owner, customerId, p3.id, { quantity: 3 })
  const p4 = await makeProduct(owner, { name: 'Forma Ext', base: p1.id })
  const e4 = await makeEntitlement(owner, customerId, p4.id, { quantity: 3 })
  const tri = await makeHost(owner, customerId, { label: 'TRI-A', ids: ['02AA99000001','02AA99000002','02AA99000003'] })
  for (const [locale, width] of [['en',1280],['en',390],['fr',1280],['fr',320]] as const) {
    const it = await guest(browser, counter, 'both@demo.example', { way: 'scripts on', locale, viewport: { width, height: 900 } })
    const { page, words } = it
    const shot = async (name: string) => {
      await page.screenshot({ path: `${shots}/${name}-${locale}-${width}.png`, fullPage: true })
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (over > 0) console.log(name, locale, width, 'OVERFLOW', over)
      if (width === 1280) {
        const found = await new Axe({ page }).options({ resultTypes: ['violations'] }).analyze()
        for (const x of found.violations) console.log(name, locale, 'AXE', x.id, x.help, x.nodes.slice(0,3).map((n) => n.html).join('\n   '))
        const html = await (await page.request.get(page.url())).text()
        const report = await v.validateString(html)
        for (const m of report.results[0]?.messages ?? []) console.log(name, locale, 'HTML', m.ruleId, m.message, m.line, html.split('\n')[m.line-1]?.slice(0, 200))
      }
    }
    const submit = () => Promise.all([page.waitForEvent('domcontentloaded'), page.locator('main form[method=post] button').first().click()])
    await page.goto('/c/100234/configure'); await shot('1-start')
    await submit(); await shot('2-entitlement')
    const plan = page.url().replace(/\/entitlement.*/, '')
    await page.goto(`${plan}/entitlement?show=all`); await shot('2-entitlement-all')
    await page.goto(`${plan}/entitlement/${e1.id}/host`); await shot('3-host')
    await page.goto(`${plan}/entitlement/${e3.id}/host`); await shot('3-host-locked')
    await page.goto(`${plan}/entitlement/${e1.id}/new-host?kind=triad`); await shot('4-triad')
    await page.goto(`${plan}/entitlement/${e1.id}/new-host`); await shot('4-new-host')
    await page.locator('#id1').pressSequentially('02BB0000'); await page.waitForTimeout(900); await shot('4-new-host-typed')
    await page.locator('#label').fill('NEW-' + locale + width); await page.locator('#server1').fill('münchen'); await submit(); await shot('4-new-host-422')
    await page.locator('#id1').fill('02BB0000' + (locale === 'fr' ? '11' : '22') + (width === 1280 ? '11' : '22')); await page.locator('#server1').fill('new-1'); await submit(); await shot('5-quantity')
    await page.locator('#quantity').fill('99'); await submit(); await shot('5-quantity-422')
    await page.locator('#quantity').fill('1'); await submit(); await shot('6-check')
    await page.goto(`${plan}/entitlement/${e3.id}/host/${tri.id}`); await shot('5-quantity-locked'); 
    const single = (await owner.query.hosts.findFirst({ where: (h, { eq, and }) => and(eq(h.customerId, customerId), eq(h.label, 'LYO-CAD-07')) }))!
    for (const [e, q] of [[e1, '2'], [e2, '1']] as const) { await page.goto(`${plan}/entitlement/${e.id}/host/${single.id}`); await page.locator('#quantity').fill(q); await submit() }
    await shot('6-check-problem')
    await page.locator('.g-note--warn button').first().click(); await page.waitForLoadState()
    await page.locator('.g-diff').count()
    await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))
    await shot('6-check-open')
    if (locale === 'en' && width === 390) { const pdf = await page.pdf({ path: `${shots}/check.pdf`, tagged: true, outline: true, preferCSSPageSize: true }) }
    await Promise.all([page.waitForURL('**/requests/*'), page.locator('form[action$=submission] button').click()]); await shot('7-request')
    await page.goto(plan); await shot('8-closed')
    if (it.faults.length) console.log('FAULTS', it.faults)
    await it.context.close()
  }
  await browser.close(); await counter.t.close()
})
