import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { todayIn } from '../../src/web/format.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { addTerm, dayFromNow, makeEntitlement, makeHost, makeProduct, reviseTerm } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'
import { workplace } from '../helpers/workplace.ts'

let t: TestApp
let both: Visitor
let company: string
let lyon: string
let brest: string

const then = dayFromNow(-20)
const instant = (days: number) => sql`now() + make_interval(days => ${days})`

/**
 * Forty days ago: 10 owned, Lyon and Nantes there. Thirty days ago 6 were placed on Lyon, ten days ago 2 of them moved to
 * Nantes, the order was corrected to 8, Lyon renamed, Nantes’ predecessor retired; Brest is of today.
 */
beforeAll(async () => {
  t = await testApp()
  company = t.cast.customers['100234']!
  const db = t.db.owner.db
  await db.execute(sql`update customers set created_at = ${instant(-40)} where id = ${company}`)
  const product = await makeProduct(db, { name: 'Forma Base', partNumber: 'FRM-1000-F' })
  const made = await makeEntitlement(db, company, product.id, {
    ...{ quantity: 10, startsOn: dayFromNow(-200), endsOn: dayFromNow(-5) },
    contract: { number: '2A-55012' },
  })
  const host = (label: string) => makeHost(db, company, { label, city: label })
  lyon = (await host('Lyon')).id
  const nantes = (await host('Nantes')).id
  const gone = (await host('Gone')).id
  brest = (await host('Brest')).id
  const { place } = planner(t.db.database, company, t.cast.people['both@demo.example']!)
  // The term ended since: placed while it lasted, as a load would.
  await db.execute(
    sql`update terms set ends_on = ${dayFromNow(100)}::date where entitlement_id = ${made.id}::uuid`,
  )
  await reviseTerm(db, company, { ...term(made), quantity: 8, endsOn: dayFromNow(90), revision: 2 })
  await place([{ entitlementId: made.id, to: lyon, quantity: 6 }])
  await place([{ entitlementId: made.id, from: lyon, to: nantes, quantity: 2 }], 'move')
  await db.execute(
    sql`update terms set recorded_at = case revision when 1 then ${instant(-40)} else ${instant(-10)} end`,
  )
  await db.execute(
    sql`update transfers set at = case when from_host_id is null then ${instant(-30)} else ${instant(-10)} end`,
  )
  await db.execute(
    sql`update packs set created_at = case when issue = 1 and host_id = ${lyon}::uuid then ${instant(-30)}
      else ${instant(-10)} end`,
  )
  await db.execute(sql`update hosts set created_at = ${instant(-40)} where id <> ${brest}::uuid`)
  for (const [label, days] of [
    ['Lugdunum', -40],
    ['Lyon', -10],
  ] as const)
    await db.execute(sql`
      insert into host_versions (customer_id, id, host_id, label, city, recorded_at)
      values (${company}, ${newId()}, ${lyon}, ${label}, ${label}, ${instant(days)})`)
  await db.execute(sql`
    update hosts set status = 'retired', retired_at = ${instant(-10)} where id = ${gone}::uuid`)
  both = await t.signIn('both@demo.example')
})
afterAll(() => t.close())

function term(made: { id: string; orderId: string }) {
  return { entitlementId: made.id, orderId: made.orderId, startsOn: dayFromNow(-200) }
}

const summary = (query: string) => both.get(`/c/100234/licenses${query}`)
const hosts = (query: string) => both.get(`/c/100234/hosts${query}`)
const cells = (row: Element) => row.textContent!.replace(/\s+/g, ' ').trim()

describe('as of a day', () => {
  test('License summary: what was owned and placed at its end, as it was known then', async () => {
    const now = await summary('')
    expect(now.one('caption').textContent).toBe('1 product, 8 licenses owned, 6 placed, 2 available')
    const page = await summary(`?asOf=${then}`)
    expect(page.one('caption').textContent).toBe('1 product, 10 licenses owned, 6 placed, 4 available')
    expect(page.text).toContain('As of ')
    expect(page.one('.g-print-head').textContent).toContain('as of ')
    expect(page.one('#asOf').getAttribute('value')).toBe(then)
    const before = await summary(`?asOf=${dayFromNow(-35)}`)
    expect(before.one('caption').textContent).toBe('1 product, 10 licenses owned, 0 placed, 10 available')
    const over = await summary(`?asOf=${then}&show=expired`)
    expect(over.text).toContain('No license fits')
  })

  test('the hosts: those of that day, by the name and place, quantity and pack they had', async () => {
    const page = await hosts(`?asOf=${then}`)
    const rows = page.all('#results tbody tr').map(cells)
    expect(rows.map((row) => row.split(' ')[0])).toEqual(['Gone', 'Lugdunum', 'Nantes'])
    expect(rows[1]).toContain('6 licenses issue 1')
    expect(rows[2]).toContain('0 licenses none')
    expect(rows[0]).not.toContain('out of service')
    expect((await hosts(`?asOf=${dayFromNow(-1)}`)).all('#results tbody tr').map(cells)[0]).toContain(
      'out of service',
    )
    const now = (await hosts('')).all('#results tbody tr').map(cells)
    expect(now.find((row) => row.startsWith('Lyon'))).toContain('4 licenses')
    expect((await hosts(`?asOf=${then}&text=lugdunum`)).all('#results tbody tr')).toHaveLength(1)
    expect((await hosts(`?asOf=${then}&show=retired`)).all('#results tbody tr')).toHaveLength(0)
    expect((await hosts(`?asOf=${then}&product=frm-1000-f`)).all('#results tbody tr')).toHaveLength(1)
  })

  test('the detailed report, on screen and on paper: terms, places, packs and names of that day', async () => {
    const report = (query: string) => both.get(`/c/100234/report${query}`)
    const lines = (page: Answer) =>
      page.all('#results tbody tr').map((row) => {
        const at = (n: number) => row.children[n]!.textContent
        return [at(21), at(18), at(19), at(20), at(26), at(29)].join('|')
      })
    const page = await report(`?asOf=${then}`)
    expect(lines(page)).toEqual(['Lugdunum|10|6|0|Lugdunum|1', '|10|0|4||'])
    expect(page.one('.g-print-head').textContent).toContain('as of ')
    expect(page.one('#results form input[name=asOf]').getAttribute('value')).toBe(then)
    expect(page.text).toContain('named as they are today')
    expect(lines(await report(''))).toEqual(['Lyon|8|4|0|Lyon|2', 'Nantes|8|2|0|Nantes|1', '|8|0|2||'])
    expect(lines(await report(`?asOf=${then}&text=lugdunum`))).toEqual(['Lugdunum|10|6|0|Lugdunum|1'])
    expect(lines(await report(`?asOf=${then}&text=nantes`))).toEqual([])
    expect(lines(await report(`?asOf=${then}&show=available`))).toEqual(['|10|0|4||'])
    expect((await report(`?asOf=${dayFromNow(-60)}`)).text).toContain('history here begins on')
    const paper = await report(`/print?asOf=${then}`)
    expect(paper.all('tbody')).toHaveLength(2)
    expect(paper.one('tbody').textContent).toContain('Lugdunum')
    expect(paper.one('main').textContent).toContain('named as they are today')
    expect((await report('/print?asOf=2026-02-30')).status).toBe(422)
  })

  test('a host’s page: what sat on it; and that it was not there yet', async () => {
    const page = await both.get(`/c/100234/hosts/${lyon}?asOf=${then}`)
    expect(page.heading).toBe('Lugdunum')
    expect(page.text).toContain('6 licenses in 1 line')
    expect(page.text).toContain('issue 1, made')
    expect(page.all('form[method=post][action*="/notes"]')).toHaveLength(0)
    const early = await both.get(`/c/100234/hosts/${lyon}?asOf=${dayFromNow(-35)}`)
    expect(early.text).toContain('Nothing was placed here on that day')
    const none = await both.get(`/c/100234/hosts/${brest}?asOf=${then}`)
    expect([none.status, none.text.includes('was not there yet')]).toEqual([200, true])
  })

  test('a host’s page: contract and configuration of each license, and what was lent, as they were', async () => {
    const owner = t.db.owner.db
    const { id: host } = await makeHost(owner, company, { label: 'Rennes' })
    const product = await makeProduct(owner, { name: 'Forma Then' })
    const past = { startsOn: dayFromNow(-200), endsOn: dayFromNow(200), quantity: 4 }
    const [kept, lapsed] = [
      await makeEntitlement(owner, company, product.id, { ...past, contract: { number: 'THEN-1' } }),
      await makeEntitlement(owner, company, product.id, {
        ...past,
        contract: { number: 'THEN-2', endsOn: dayFromNow(-3) },
      }),
    ]
    const at = workplace(t)
    await at.place(kept.id, host, 1)
    await at.place(lapsed.id, host, 1)
    const lent = await at.lend(kept.id, host, 2)
    await owner.execute(sql`
      update temporary_licenses set starts_on = ${dayFromNow(-10)}, ends_on = ${dayFromNow(3)}
      where entitlement_id = ${lent}`)
    await owner.execute(sql`
      update entitlements set starts_on = ${dayFromNow(-10)}, ends_on = ${dayFromNow(3)} where id = ${lent}`)
    await owner.execute(sql`
      update transfers set at = ${instant(-10)} where to_host_id = ${host}::uuid`)
    await owner.execute(sql`
      update terms set recorded_at = ${instant(-40)} where entitlement_id in (${kept.id}, ${lapsed.id})`)
    await owner.execute(sql`update hosts set created_at = ${instant(-40)} where id = ${host}::uuid`)
    await at.plans.place([{ entitlementId: lent, from: host, quantity: 2 }], 'return')
    const [next] = await t.db.owner.sql`
      insert into contracts (customer_id, id, contract_number) values (${company}, ${newId()}, 'THEN-3') returning id`
    const renewal = { ...past, startsOn: dayFromNow() }
    await addTerm(owner, company, { ...kept, contractId: next!.id }, renewal)
    const numbers = await t.db.owner.sql`
      select c.contract_number as contract, g.configuration_number as configuration
      from placements p join entitlements e on e.id = p.entitlement_id join contracts c on c.id in (${kept.contractId}, ${lapsed.contractId})
        and (e.id = ${kept.id}) = (c.id = ${kept.contractId})
      join configurations g on g.id = p.configuration_id where p.host_id = ${host}`
    const rows = (await both.get(`/c/100234/hosts/${host}?asOf=${dayFromNow(-5)}`)).all('tbody tr').map(cells)
    expect(new Set(numbers.map(({ configuration }) => configuration)).size).toBe(2)
    for (const { contract, configuration } of numbers) {
      const row = rows.find((one) => one.includes(contract))
      expect([contract, row]).toEqual([contract, expect.stringContaining(configuration)])
    }
    const temporary = rows.find((one) => one.includes('temporary'))
    expect(temporary).not.toContain('over-placed')
    expect((await both.get(`/c/100234/hosts/${host}`)).text).toContain('THEN-3')
  })

  test('says that history begins with the first load', async () => {
    const day = dayFromNow(-60)
    for (const page of [await summary(`?asOf=${day}`), await hosts(`?asOf=${day}`)]) {
      expect(page.status).toBe(200)
      expect(page.text).toContain('history here begins on')
    }
  })

  test('takes a day typed day first, and refuses one to come or none, keeping what was typed', async () => {
    const [year, month, day] = then.split('-')
    expect(
      (await summary(`?asOf=${Number(day)}.${Number(month)}.${year}`)).one('#asOf').getAttribute('value'),
    ).toBe(then)
    expect((await summary(`?asOf=${todayIn('Europe/Paris')}`)).text).not.toContain('As of 2')
    for (const [typed, words] of [
      [dayFromNow(5), 'today or a day before'],
      ['2026-02-30', 'a day that exists'],
      ['<b>soon', 'a day that exists'],
      ['31/02/2026', 'a day that exists'],
    ] as const) {
      for (const address of ['licenses', 'report', 'hosts', `hosts/${lyon}`]) {
        const page = await both.get(`/c/100234/${address}?asOf=${encodeURIComponent(typed)}`)
        expect([address, page.status, page.title.startsWith('Error:')]).toEqual([address, 422, true])
        expect(page.text).toContain(words)
        expect(page.one('#asOf').getAttribute('value')).toBe(typed)
        expect(page.one('#asOf').getAttribute('type')).toBe('text')
      }
    }
    expect((await both.get('/c/100234/licenses?asOf=2026-01-01&asOf=x')).status).toBeLessThan(500)
  })

  test('is nobody else’s past', async () => {
    const stranger = await t.signIn('stranger@demo.example')
    const page = await stranger.get(`/c/100555/licenses?asOf=${then}`)
    expect(page.text).not.toContain('Forma')
    expect((await stranger.get(`/c/100555/hosts/${lyon}?asOf=${then}`)).status).toBe(404)
  })
})
