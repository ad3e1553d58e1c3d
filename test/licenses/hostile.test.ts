import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeFamily, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Answer } from '../helpers/visitor.ts'

let t: TestApp
let company: string
let pages: string[]

beforeAll(async () => {
  t = await testApp()
  company = t.cast.customers['100234']!
  const db = t.db.owner.db
  const family = await makeFamily(db)
  const product = await makeProduct(db, { familyId: family.id })
  const entitlement = await makeEntitlement(db, company, product.id)
  const host = await makeHost(db, company)
  await planner(t.db.database, company, t.cast.people['both@demo.example']!).place([
    { entitlementId: entitlement.id, to: host.id, quantity: 2 },
  ])
  const c = '/c/100234'
  pages = [
    c,
    `${c}/licenses`,
    `${c}/licenses/${product.partNumber}`,
    `${c}/report`,
    `${c}/report/print`,
    `${c}/hosts`,
    `${c}/hosts/${host.id}`,
  ]
})
afterAll(() => t.close())

/** The page as elements and attribute names, without any text or value. */
const shapeOf = (page: Answer) => {
  const walk = (element: Element): string =>
    `${element.tagName}[${[...element.attributes].map(({ name }) => name).join(' ')}](${[...element.children].map(walk).join('')})`
  return walk(page.document.documentElement as unknown as Element)
}

const store = async (text: string) => {
  const { db } = t.db.owner
  const long = sql`${text}::text`
  await db.execute(sql`update products set name = ${long}`)
  await db.execute(sql`update families set name = ${long}`)
  await db.execute(
    sql`update customers set name = ${long}, address_line1 = ${long}, city = ${long} where id = ${company}`,
  )
  await db.execute(
    sql`update hosts set label = ${long}, address_line1 = ${long}, postal_code = ${long}, city = ${long}, country = ${long}`,
  )
  await db.execute(sql`update host_members set server_name = ${long}`)
  await db.execute(sql`update order_lines set release = ${long}`)
  await db.execute(sql`update people set name = ${long} where email <> 'both@demo.example'`)
}

test('quality 9: whatever is stored, the shape of the pages stays the same', async () => {
  const browser = await t.signIn('both@demo.example')
  const shapes = async () => Promise.all(pages.map(async (url) => shapeOf(await browser.get(url))))
  await store('plain')
  const expected = await shapes()
  const dangerous = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '`',
    '=',
    '</td>',
    '<!--',
    '-->',
    '<script>',
    '{{',
    '<%',
    '\\',
    '\u202e',
    '\u0085',
    '東',
  )
  const hostile = fc
    .array(fc.oneof(dangerous, fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 8 })
    .map((parts) => `x${parts.join('').replaceAll('\0', '')}`)
  const tries = fc.asyncProperty(hostile, async (text) => {
    await store(text)
    expect(await shapes()).toEqual(expected)
  })
  await fc.assert(tries, {
    numRuns: 12,
    examples: [['"><script>alert(1)</script>'], ["' onmouseover='x"], ['javascript:alert(1)']],
  })
}, 120_000)
