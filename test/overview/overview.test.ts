import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { addTerm, dayFromNow, makeEntitlement, makeHost, makeProduct, reviseTerm } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
const signedIn = new Map<string, Promise<Visitor>>()

/** A browser in which the person is signed in; once for all tests here. */
const as = (email: string) => {
  const browser = signedIn.get(email) ?? t.signIn(email)
  signedIn.set(email, browser)
  return browser
}
let numbers: number[]

beforeAll(async () => {
  t = await testApp()
  const company = t.cast.customers['100234']!
  const db = t.db.owner.db
  const product = await makeProduct(db)
  const entitlement = await makeEntitlement(db, company, product.id, { quantity: 20, endsOn: dayFromNow(30) })
  const renewed = await makeEntitlement(db, company, product.id, { quantity: 6, endsOn: dayFromNow(10) })
  await addTerm(db, company, renewed, { quantity: 6, startsOn: dayFromNow(11), endsOn: null })
  const host = await makeHost(db, company)
  const both = planner(t.db.database, company, t.cast.people['both@demo.example']!)
  const licensing = planner(t.db.database, company, t.cast.people['licensing@demo.example']!)
  const line = { entitlementId: entitlement.id, to: host.id, quantity: 2 }
  numbers = [(await both.place([line])).requestNumber, (await licensing.place([line])).requestNumber]
})
afterAll(() => t.close())

const overview = async (email: string, number = '100234') => (await as(email)).open(`/c/${number}`)
const stats = (page: Awaited<ReturnType<typeof overview>>) =>
  page.all('.g-stats li').map((li) => li.textContent!.replace(/\s+/g, ' ').trim())

describe('Overview', () => {
  test('counts what can be placed, the person’s open requests and what ends soon with nothing to follow', async () => {
    expect(stats(await overview('both@demo.example'))).toEqual([
      '22 licenses available to place',
      '0 requests of yours are open',
      '20 licenses expire within 90 days',
    ])
    await t.db.owner.db.execute(
      sql`update requests set status = 'needs-information' where number = ${numbers[0]!}`,
    )
    expect(stats(await overview('both@demo.example'))[1]).toBe('1 request waits for your answer')
    expect(stats(await overview('licensing@demo.example'))[1]).toBe('0 requests of yours are open')
    await t.db.owner.db.execute(sql`update requests set status = 'completed' where number = ${numbers[0]!}`)
  })

  test('a term that was shortened ends when its latest revision says', async () => {
    const owner = t.db.owner.db
    const customerId = t.cast.customers['100234']!
    const { id: productId } = await makeProduct(owner)
    const { id, orderId } = await makeEntitlement(owner, customerId, productId, { quantity: 7 })
    const days = { startsOn: dayFromNow(-30), endsOn: dayFromNow(20) }
    await reviseTerm(owner, customerId, { entitlementId: id, orderId, quantity: 7, revision: 2, ...days })
    expect(stats(await overview('both@demo.example'))[2]).toBe('27 licenses expire within 90 days')
  })

  test('names the latest requests: the company’s with Licensing or Reporting, else one’s own', async () => {
    const page = await overview('reporting@demo.example')
    expect(page.all('tbody th a').map((a) => a.getAttribute('href'))).toEqual(
      [...numbers].reverse().map((number) => `/c/100234/requests/${number}`),
    )
    const none = await overview('none@demo.example')
    expect(none.all('tbody tr')).toHaveLength(0)
    expect(none.text).toContain('There is no request yet')
  })

  /** domain.md section 1: the tools by their names on screen, in the order of the overview, and who may use them. */
  const table: [string, string[]][] = [
    ['Configure new licenses', ['licensing']],
    ['Move licenses', ['licensing']],
    ['Replace hardware', ['licensing']],
    ['Return licenses', ['licensing']],
    ['Update addresses and contacts', ['licensing']],
    ['Temporary license', ['licensing']],
    ['Bulk plan: change many at once', ['licensing']],
    ['Plans: drafts and what waits', ['licensing']],
    ['License summary', ['licensing', 'reporting']],
    ['Hosts', ['licensing', 'reporting']],
    ['Read a license file', ['licensing', 'reporting']],
    ['Requests', []],
    ['Retrieve license packs', ['reporting']],
    ['Detailed license report', ['reporting']],
    ['Manage privileges', ['supervisor']],
    ['Activity', ['supervisor']],
  ]

  test.each([
    ['licensing@demo.example', ['licensing']],
    ['reporting@demo.example', ['reporting']],
    ['both@demo.example', ['licensing', 'reporting']],
    ['supervisor@demo.example', ['supervisor']],
    ['none@demo.example', []],
  ])(
    'R1, R3: offers %s the tools they may use; the others stay listed with the privilege they take',
    async (email, held) => {
      const page = await overview(email)
      const seen = page.all('.g-tools > li').map((li) => {
        const first = li.querySelector('a, span')!
        return [first.textContent!.trim(), first.tagName]
      })
      expect(seen).toEqual(
        table.map(([tool, takes]) => {
          const isOpen = takes.length === 0 || takes.some((one) => (held as string[]).includes(one))
          return [tool, isOpen ? 'A' : 'SPAN']
        }),
      )
    },
  )

  test('R10: what is not offered says which privilege it takes, and how to get it', async () => {
    const text = async (email: string) => (await overview(email)).text
    expect(await text('licensing@demo.example')).toContain(
      'Detailed license report Takes the privilege Reporting. How to get it',
    )
    expect(await text('supervisor@demo.example')).toContain('Licensing or Reporting')
  })

  test('R5: supervisors are advised to be several while they are fewer than two', async () => {
    expect((await overview('supervisor@demo.example')).text).toContain('only one supervisor')
    expect((await overview('both@demo.example')).text).not.toContain('only one supervisor')
    const [company, person] = [t.cast.customers['100234']!, t.cast.people['both@demo.example']!]
    await t.db.owner.db.execute(sql`
      insert into privileges (customer_id, person_id, privilege) values (${company}, ${person}, 'supervisor')`)
    expect((await overview('supervisor@demo.example')).text).not.toContain('only one supervisor')
    await t.db.owner.db.execute(
      sql`delete from privileges where person_id = ${person} and privilege = 'supervisor'`,
    )
  })

  test('R10: a person without privilege is told whom to ask', async () => {
    const page = await overview('none@demo.example')
    expect(page.text).toContain('contact your company’s supervisor: Sylvie Perrin')
    expect(stats(page)).toEqual(['0 requests of yours are open'])
  })

  test.each([
    ['configure', 'Configure new licenses', 'Licensing'],
    ['licenses', 'License summary', 'Licensing or Reporting'],
    ['hosts', 'Hosts', 'Licensing or Reporting'],
    ['packs', 'Retrieve license packs', 'Reporting'],
    ['report?show=all', 'Detailed license report', 'Reporting'],
    ['people', 'Manage privileges', 'Supervisor'],
    ['activity', 'Activity', 'Supervisor'],
  ])('R10: the refusal at /%s names the tool and what it takes', async (path, tool, privileges) => {
    const page = await (await as('none@demo.example')).open(`/c/100234/${path}`)
    expect(page.status).toBe(403)
    expect(page.text).toContain(`${tool} takes the privilege ${privileges}. You do not hold it`)
    expect(page.text).toContain('Sylvie Perrin')
  })

  test('R9: in a company that never had a supervisor everything is open, and why is said', async () => {
    const page = await overview('open@demo.example', '100871')
    expect(page.text).toContain('each of its contacts may use every license tool')
    const closed = page.all('.g-tools > li > span:first-child').map((one) => one.textContent!.trim())
    expect(closed).toEqual(['Manage privileges', 'Activity'])
  })

  test('R2: the box finds a request by its number', async () => {
    const browser = await as('both@demo.example')
    const page = await browser.open('/c/100234')
    const form = page.all('main form').find((one) => one.getAttribute('action') === '/requests/find')!
    expect(form.getAttribute('method')).toBe('get')
    const found = await browser.open(`/requests/find?in=100234&number=${numbers[0]}`)
    expect(found.url).toBe(`/c/100234/requests/${numbers[0]}`)
  })

  test('another company’s overview is not there', async () => {
    expect((await overview('stranger@demo.example')).status).toBe(404)
  })
})
