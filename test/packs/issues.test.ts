import { and, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { countAll } from '../../src/jobs/count-customers.ts'
import { builtInCutter } from '../../src/packs/cutters/built-in.ts'
import { activeKey } from '../../src/packs/keys.ts'
import { retrievePacks } from '../../src/packs/retrieval.ts'
import { customers, hosts, packMarks, packs, requestPacks, requests } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { addTerm, dayFromNow, makeEntitlement, makeHost } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'

let it: TestApp
let customerId: string
let browser: Visitor
let one: Awaited<ReturnType<typeof placeLicenses>>
let foreign: Awaited<ReturnType<typeof placeLicenses>>

const base = '/c/100234/packs'

beforeAll(async () => {
  it = await testApp()
  customerId = it.cast.customers['100234']!
  const by = it.cast.people['licensing@demo.example']!
  one = await placeLicenses(it.db, customerId, by, { label: 'ALPHA' })
  const { place } = planner(it.db.database, customerId, by)
  await place([{ entitlementId: one.entitlement.id, to: one.host.id, quantity: 2 }])
  const stranger = it.cast.people['stranger@demo.example']!
  foreign = await placeLicenses(it.db, it.cast.customers['100555']!, stranger, { label: 'FOREIGN' })
  browser = await it.signIn('reporting@demo.example')
})
afterAll(() => it.close())

const owner = () => it.db.owner.db
const stored = async () => (await owner().select().from(requests)).length
const findHost = async (id: string) => (await owner().select().from(hosts).where(eq(hosts.id, id)))[0]!

describe('issues of a host', () => {
  test('are listed, latest first, with date, request, key and what changed in a word', async () => {
    const page = await browser.get(`${base}/${one.host.id}`)
    const rows = page.all('tbody tr').map((row) => (row.textContent ?? '').replace(/\s+/g, ' '))
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(/Issue 2 current.*100-\d{3}-\d{3}.*quantities/)
    expect(rows[1]).toMatch(/Issue 1.*100-\d{3}-\d{3}.*first issue/)
    expect(rows[0]).toContain('test')
  })

  test('the difference of any two is a table in words, both ways', async () => {
    const page = await browser.get(`${base}/${one.host.id}/difference?from=1&to=2`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('1 line differs, 0 license lines stay as they are')
    const cells = page.all('tbody tr > *').map((cell) => (cell.textContent ?? '').trim())
    expect(cells.slice(0, 2)).toEqual(['changed', 'License'])
    expect(cells.slice(3)).toEqual(['quantity 3', 'quantity 5'])
    const back = await browser.get(`${base}/${one.host.id}/difference?from=2&to=1`)
    const reversed = back.all('tbody tr > *').map((cell) => (cell.textContent ?? '').trim())
    expect(reversed.slice(3)).toEqual(['quantity 5', 'quantity 3'])
    const none = await browser.get(`${base}/${one.host.id}/difference?from=2&to=2`)
    expect(none.text).toContain('Nothing differs')
  })

  test.each(['from=1&to=9', 'from=0&to=1', 'from=x&to=', ''])('%s is said to be no issue', async (query) => {
    const page = await browser.get(`${base}/${one.host.id}/difference?${query}`)
    expect(page.status).toBe(422)
    expect(page.title).toMatch(/^Error:/)
    expect(page.text).toContain('issue: enter a number from 1 to 2')
  })

  test('an earlier one is retrieved as a request, whose page says that it is replaced', async () => {
    const before = await stored()
    const list = await browser.get(`${base}/${one.host.id}`)
    const page = await browser.submitAndFollow(list, { issue: '1' }, `${base}/${one.host.id}/retrieval`)
    expect(await stored()).toBe(before + 1)
    expect(page.heading).toBe('Retrieve license packs')
    expect(page.text).toContain('A later issue replaces this one')
    const file = await browser.get(page.one('.g-panel a[download]').getAttribute('href')!)
    const [first] = await owner()
      .select()
      .from(packs)
      .where(and(eq(packs.hostId, one.host.id), eq(packs.issue, 1)))
    expect(file.body).toBe(first!.text)
  })

  test('of another company, or not there: 404, and nothing is stored', async () => {
    const before = await stored()
    for (const host of [foreign.host.id, newId(), 'x']) {
      expect((await browser.get(`${base}/${host}`)).status).toBe(404)
      expect((await browser.get(`${base}/${host}/difference?from=1&to=1`)).status).toBe(404)
      const list = await browser.get(`${base}/${one.host.id}`)
      const token = list.one('input[name=_csrf]').getAttribute('value')!
      const fields = { _csrf: token, _key: crypto.randomUUID(), issue: '1' }
      expect((await browser.post(`${base}/${host}/retrieval`, fields)).status).toBe(404)
    }
    const list = await browser.get(`${base}/${one.host.id}`)
    const absent = await browser.submit(list, { issue: '77' }, `${base}/${one.host.id}/retrieval`)
    expect(absent.status).toBe(404)
    expect(await stored()).toBe(before)
  })

  test('the header is compared too', async () => {
    const by = it.cast.people['licensing@demo.example']!
    const moved = await placeLicenses(it.db, customerId, by, { label: 'MOVED' })
    await owner().update(customers).set({ city: 'Rennes' }).where(eq(customers.id, customerId))
    await owner().update(hosts).set({ isPackCurrent: false }).where(eq(hosts.id, moved.host.id))
    await browser.submit(await browser.get(`${base}?q=moved`), { host: moved.host.id })
    const page = await browser.get(`${base}/${moved.host.id}/difference?from=1&to=2`)
    const cells = page.all('tbody tr > *').map((cell) => (cell.textContent ?? '').trim())
    expect(cells.slice(0, 3)).toEqual(['changed', 'Header', 'Address'])
    expect(cells[3]).toContain('Nantes')
    expect(cells[4]).toContain('Rennes')
    expect((await browser.get(`${base}/${moved.host.id}`)).text).toContain('name or address')
  })
})

describe('the code on a printed pack', () => {
  const address = async (issue: number) => {
    const [row] = await owner()
      .select({ mark: packMarks.mark, digest: packs.digest })
      .from(packMarks)
      .innerJoin(packs, and(eq(packs.hostId, packMarks.hostId), eq(packs.issue, packMarks.issue)))
      .where(and(eq(packMarks.hostId, one.host.id), eq(packMarks.issue, issue)))
    return `/verify/${row!.mark}/${row!.digest.slice(0, 32)}`
  }

  test('stands on the page of the pack, with its address', async () => {
    const page = await browser.get(`/c/100234/requests/${one.number}/packs/${one.host.id}/view`)
    const link = page.one('.g-qr a')
    expect(link.textContent).toBe(`${it.config.baseUrl}${await address(1)}`)
    expect(link.getAttribute('href')).toBe(await address(1))
    expect(page.one('.g-qr svg').getAttribute('aria-label')).toContain('QR code')
  })

  test('anyone is told: genuine and current, replaced, not known; and nothing of whose it is', async () => {
    const anyone = it.visitor()
    const now = await anyone.get(await address(2))
    expect([now.status, now.one('main h2').textContent]).toEqual([200, 'Genuine and current'])
    const then = await anyone.get(await address(1))
    expect(then.one('main h2').textContent).toBe('Genuine, replaced by a later issue')
    const forged = (await address(2)).replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
    const wrong = await anyone.get(forged)
    expect([wrong.status, wrong.one('main h2').textContent]).toEqual([404, 'Not known'])
    for (const page of [now, then, wrong]) {
      expect(page.headers['x-robots-tag']).toBe('noindex, nofollow')
      expect(page.headers['cache-control']).toBe('no-store')
      expect(page.body).not.toMatch(/100234|Brasseries|ALPHA|02-?AA|Product|100-\d{3}-\d{3}/i)
    }
  })

  test('a mark without its digest, cut off or made up, says no more than one that was never given', async () => {
    const [, , mark, digest] = (await address(2)).split('/')
    const texts = [`/verify/${mark}/x`, `/verify/${mark}/${digest!.slice(0, 31)}`, `/verify/x/${digest}`]
    const pages = await Promise.all(
      [...texts, `/verify/${'0'.repeat(20)}/${digest}`].map((url) => it.visitor().get(url)),
    )
    expect(pages.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1)
    const upper = await it.visitor().get((await address(2)).toUpperCase().replace('/VERIFY', '/verify'))
    expect(upper.one('main h2').textContent).toBe('Genuine and current')
  })

  test('what changed since, and a host out of use, are said', async () => {
    const url = await address(2)
    const change = (values: Partial<typeof hosts.$inferInsert>) =>
      owner().update(hosts).set(values).where(eq(hosts.id, one.host.id))
    await change({ isPackCurrent: false })
    expect((await it.visitor().get(url)).one('main h2').textContent).toBe('Genuine, to be renewed')
    await change({ isPackCurrent: true, status: 'retired' })
    expect((await it.visitor().get(url)).one('main h2').textContent).toBe('Genuine, no longer in use')
    await change({ status: 'active' })
  })

  test('one network cannot try out codes', async () => {
    const network = { 'x-forwarded-for': '192.0.2.7' }
    const wrong = `/verify/${'1'.repeat(20)}/${'a'.repeat(32)}`
    let last = 0
    for (let n = 0; n < 125; n++) last = (await it.app.inject({ url: wrong, headers: network })).statusCode
    expect(last).toBe(429)
    await owner().execute(sql`delete from throttles`)
  })
})

describe('packs stay right', () => {
  test('a term that begins or ends marks the packs of its hosts, by the nightly job', async () => {
    const yesterday = dayFromNow(-1)
    const renewed = await makeHost(owner(), customerId, { label: 'RENEWED' })
    const kept = await makeHost(owner(), customerId, { label: 'KEPT' })
    const ending = await makeEntitlement(owner(), customerId, one.product.id, {
      startsOn: dayFromNow(-30),
      endsOn: yesterday,
      today: yesterday,
    })
    const lasting = await makeEntitlement(owner(), customerId, one.product.id, { today: yesterday })
    await addTerm(owner(), customerId, ending, { startsOn: dayFromNow(), endsOn: null, today: yesterday })
    const by = it.cast.people['licensing@demo.example']!
    await owner().execute(sql`
      update customers set counted_on = ${dayFromNow()} where id = ${customerId}`)
    await owner().execute(sql`update entitlements set entitled = 10, owned = 10 where id = ${ending.id}`)
    const { place } = planner(it.db.database, customerId, by)
    await place([{ entitlementId: lasting.id, to: kept.id }])
    await owner().execute(sql`update entitlements set ends_on = ${dayFromNow(3)} where id = ${ending.id}`)
    await place([{ entitlementId: ending.id, to: renewed.id }])
    await owner().execute(sql`update entitlements set ends_on = ${yesterday} where id = ${ending.id}`)
    expect((await findHost(renewed.id)).isPackCurrent).toBe(true)

    await owner().execute(sql`update customers set counted_on = ${yesterday} where id = ${customerId}`)
    await countAll(it.app)
    expect((await findHost(renewed.id)).isPackCurrent).toBe(false)
    expect((await findHost(kept.id)).isPackCurrent).toBe(true)

    const page = await browser.get(`${base}?q=renewed`)
    expect(page.text).toContain('to be renewed')
    await browser.submit(page, { host: renewed.id })
    const difference = await browser.get(`${base}/${renewed.id}/difference?from=1&to=2`)
    expect(difference.text).toContain('permanent')
    expect((await browser.get(`${base}/${renewed.id}`)).text).toContain('terms')
    // Counted again on the same day, nothing is marked anew.
    await owner().execute(sql`update customers set counted_on = ${yesterday} where id = ${customerId}`)
    await countAll(it.app)
    expect((await findHost(renewed.id)).isPackCurrent).toBe(true)
  })

  test('where the counter was down that night, the retrieval itself sees to it', async () => {
    const by = it.cast.people['licensing@demo.example']!
    const host = await makeHost(owner(), customerId, { label: 'DOWN' })
    const own = await makeEntitlement(owner(), customerId, one.product.id, { endsOn: dayFromNow(5) })
    const { place } = planner(it.db.database, customerId, by)
    await place([{ entitlementId: own.id, to: host.id }])
    const retrieve = (today: string) =>
      it.db.database.forCustomer(customerId, (tx) =>
        retrievePacks(tx, {
          customerId,
          personId: by,
          hostIds: [host.id],
          publisher: it.app.publisher(),
          today,
          cut: builtInCutter(activeKey(it.app.packKeys)),
        }),
      )
    await retrieve(dayFromNow())
    expect((await findHost(host.id)).packIssue).toBe(1)
    await retrieve(dayFromNow(6))
    expect((await findHost(host.id)).packIssue).toBe(2)
    await owner().execute(sql`update customers set counted_on = null where id = ${customerId}`)
  })

  test('a pack within 30 days of an end says so on its page, on its host’s and in the list', async () => {
    const by = it.cast.people['licensing@demo.example']!
    const { place } = planner(it.db.database, customerId, by)
    for (const [label, days, says] of [
      ['SOON', 30, true],
      ['LATE', 31, false],
    ] as const) {
      const host = await makeHost(owner(), customerId, { label })
      const own = await makeEntitlement(owner(), customerId, one.product.id, { endsOn: dayFromNow(days) })
      const { requestNumber } = await place([{ entitlementId: own.id, to: host.id }])
      const pages = await Promise.all(
        [
          `${base}?q=${label}`,
          `${base}/${host.id}`,
          `/c/100234/requests/${requestNumber}/packs/${host.id}/view`,
          `/c/100234/hosts/${host.id}`,
        ].map((url) => browser.get(url)),
      )
      expect(pages.map(({ text }) => /A license of this pack ends with|ends \d/.test(text))).toEqual(
        pages.map(() => says),
      )
    }
  })
})

describe('two at once', () => {
  test('that retrieve a pack which changed make one issue, and both get it', async () => {
    const by = it.cast.people['licensing@demo.example']!
    const host = (await placeLicenses(it.db, customerId, by, { label: 'TWICE' })).host.id
    await owner().update(hosts).set({ isPackCurrent: false }).where(eq(hosts.id, host))
    const other = await it.signIn('both@demo.example')
    const forms = await Promise.all([browser, other].map((who) => who.get(`${base}?q=twice`)))
    const answers = await Promise.all([
      browser.submit(forms[0]!, { host }),
      other.submit(forms[1]!, { host }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(answers[0]!.location).not.toBe(answers[1]!.location)
    expect((await findHost(host)).packIssue).toBe(2)
    const given = await owner().select().from(requestPacks).where(eq(requestPacks.hostId, host))
    expect(given.map(({ issue }) => issue).sort()).toEqual([1, 2, 2])
  })
})
