import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { columns } from '../../src/reports/columns.ts'
import { keyOf, type LineKey, listLines, sumLines } from '../../src/reports/lines.ts'
import { streamLines } from '../../src/reports/stream.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow, makeEntitlement, makeFamily, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Visitor } from '../helpers/visitor.ts'

/** Domain.md section 8, in its order. */
const heads = [
  'Customer number',
  'Customer',
  'Sales order',
  'Order date',
  'Service contract',
  'Maintenance start',
  'Maintenance end',
  'Maintenance status',
  'Configuration ID',
  'Product family',
  'Product',
  'Part number',
  'Feature(s)',
  'Release',
  'License type',
  'Server type',
  'License start',
  'License end',
  'Owned',
  'Placed',
  'Available',
  'Host',
  'Host ID(s)',
  'Daemon',
  'Port',
  'Installation address',
  'City',
  'Country',
  'Contact',
  'Pack issue',
  'Last request',
]

let t: TestApp
const signedIn = new Map<string, Promise<Visitor>>()

/** A browser in which the person is signed in; once for all tests here. */
const as = (email: string) => {
  const browser = signedIn.get(email) ?? t.signIn(email)
  signedIn.set(email, browser)
  return browser
}
let company: string
let placed: { requestNumber: number }

beforeAll(async () => {
  t = await testApp()
  company = t.cast.customers['100234']!
  const db = t.db.owner.db
  const forma = await makeFamily(db, { name: 'Forma' })
  const other = await makeFamily(db, { name: 'Relay', port: 7799 })
  const base = await makeProduct(db, { name: 'Forma Base', partNumber: 'FRM-1000-F', familyId: forma.id })
  const expired = await makeProduct(db, {
    name: 'Relay Server',
    partNumber: 'RLY-4100-F',
    familyId: other.id,
  })
  const dangerous = await makeProduct(db, {
    name: '=HYPERLINK("http://x")',
    partNumber: '+DANGER',
    familyId: other.id,
  })
  const entitlement = await makeEntitlement(db, company, base.id, {
    quantity: 20,
    contract: { number: '2A-55012' },
  })
  await makeEntitlement(db, company, expired.id, {
    quantity: 4,
    startsOn: dayFromNow(-90),
    endsOn: dayFromNow(-9),
    contract: null,
  })
  await makeEntitlement(db, company, dangerous.id, { quantity: 1, endsOn: null, contract: null })
  const triad = await makeHost(db, company, {
    label: 'LYO-LIC',
    ids: ['02-AA-10-00-00-01', '02-AA-10-00-00-02', '02-AA-10-00-00-03'],
    port: 7000,
    addressLine1: '12 quai de la Fosse',
    postalCode: '44000',
    city: 'Nantes',
    country: 'FR',
  })
  const single = await makeHost(db, company, { label: 'NTE-CAD-01', ids: ['02-AA-10-00-00-07'] })
  const both = planner(t.db.database, company, t.cast.people['both@demo.example']!)
  placed = await both.place([
    { entitlementId: entitlement.id, to: triad.id, quantity: 9 },
    { entitlementId: entitlement.id, to: single.id, quantity: 4 },
  ])
})
afterAll(() => t.close())

const makeFile = async (query = '') => {
  const browser = await as('reporting@demo.example')
  const page = await browser.open(`/c/100234/report${query}`)
  const made = await browser.submit(page, {})
  return { browser, made, number: made.location.split('/').at(-1)! }
}
const csvOf = async (query = '', raw = '') => {
  const { browser, number } = await makeFile(query)
  const file = await browser.get(`/c/100234/requests/${number}/report.csv${raw}`)
  return { file, records: parse(file.body, { bom: true, columns: true }) as Record<string, string>[] }
}

describe('Detailed license report', () => {
  test('R7: has the columns of the description in their order, one line per placement and one for the rest', async () => {
    const page = await (await as('reporting@demo.example')).open('/c/100234/report')
    expect(page.all('thead th').map((th) => th.textContent)).toEqual(heads)
    expect(page.one('caption').textContent).toBe('5 lines, 13 licenses placed, 8 available')
    const lines = page.all('tbody tr').map((row) => [...row.children].map((cell) => cell.textContent))
    const products = lines.map((cells) => `${cells[10]} ${cells[21]} ${cells[18]} ${cells[19]} ${cells[20]}`)
    expect(products).toEqual([
      '=HYPERLINK("http://x")  1 0 1',
      'Forma Base LYO-LIC 20 9 0',
      'Forma Base NTE-CAD-01 20 4 0',
      'Forma Base  20 0 7',
      'Relay Server  0 0 0',
    ])
  })

  test('a line says everything of a placement', async () => {
    const { records } = await csvOf('?text=lyo-lic')
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      'Customer number': '100234',
      Customer: 'Brasseries Lemaire SA',
      'Service contract': '2A-55012',
      'Maintenance status': 'active',
      'Product family': 'Forma',
      Release: '12.0',
      'License type': 'floating',
      'Server type': 'triad',
      'License start': dayFromNow(-30),
      Owned: '20',
      Placed: '9',
      Available: '0',
      'Host ID(s)': '02-AA-10-00-00-01 02-AA-10-00-00-02 02-AA-10-00-00-03',
      Daemon: 'opend',
      Port: '7000',
      'Installation address': '12 quai de la Fosse, 44000',
      City: 'Nantes',
      Country: 'FR',
      Contact: 'Bruno Carré',
      'Pack issue': '1',
      'Last request': String(placed.requestNumber),
    })
    expect(records[0]!['Configuration ID']).toMatch(/^\d+$/)
    expect(records[0]!['Feature(s)']).toMatch(/^FEATURE_\d+ 12\.0$/)
  })

  test('the contact is who looks after the host, else whom the company has named, while they are of it', async () => {
    const contacts = async () =>
      (await csvOf('')).records.map(({ Host, Contact }) => [Host, Contact].filter(Boolean).join(' '))
    const before = await contacts()
    const { db } = t.db.owner
    const [luc, rose] = ['licensing', 'reporting'].map((name) => t.cast.people[`${name}@demo.example`]!)
    await db.execute(sql`update customers set contact_id = ${rose} where id = ${company}`)
    await db.execute(
      sql`update hosts set caretaker_id = ${luc} where customer_id = ${company} and label = 'LYO-LIC'`,
    )
    expect(await contacts()).toEqual([
      'Rose Lambert',
      'LYO-LIC Luc Moreau',
      'NTE-CAD-01 Rose Lambert',
      'Rose Lambert',
      'Rose Lambert',
    ])
    const stranger = t.cast.people['stranger@demo.example']!
    await db.execute(sql`update customers set contact_id = ${stranger} where id = ${company}`)
    await db.execute(sql`update hosts set caretaker_id = ${stranger} where customer_id = ${company}`)
    expect(await contacts()).toEqual(before)
    await db.execute(sql`update customers set contact_id = null where id = ${company}`)
    await db.execute(sql`update hosts set caretaker_id = null where customer_id = ${company}`)
  })

  test('filters lines by family, words and what to show', async () => {
    const browser = await as('reporting@demo.example')
    const count = async (query: string) =>
      (await browser.open(`/c/100234/report${query}`)).all('tbody tr').length
    expect(await count('?family=Relay')).toBe(2)
    expect(await count('?text=nte-cad')).toBe(1)
    expect(await count('?text=2A-55012')).toBe(3)
    expect(await count('?show=available')).toBe(2)
    expect(await count('?show=expired')).toBe(1)
    expect(await count('?show=over-placed')).toBe(0)
    // Of an entitlement found by its host alone, only that host's line.
    expect(await count('?text=lyo-lic&show=available')).toBe(0)
    expect(await count('?text=feature&family=Forma')).toBe(3)
  })

  test('whatever the filter, the sums, the file and pages of one line agree', async () => {
    const shows = ['all', 'available', 'expiring', 'expired', 'over-placed'] as const
    const texts = ['', 'forma', 'lyo-lic', '2A-55012', 'nothing', '%', 'feature']
    const today = dayFromNow()
    for (const filter of shows.flatMap((show) => texts.map((text) => ({ show, text, family: '' })))) {
      const report = { customerId: company, filter, day: today, asOf: null }
      const whole = (await Array.fromAsync(streamLines(t.db.database, report))).flat()
      await t.db.database.readCustomer(company, async (tx) => {
        expect(await sumLines(tx, report)).toEqual({
          lines: whole.length,
          placed: whole.reduce((sum, line) => sum + line.placed, 0),
          available: whole.reduce((sum, line) => sum + line.available, 0),
        })
        let after: LineKey | undefined
        for (const line of whole) {
          const [found] = await listLines(tx, report, { after, limit: 1 })
          expect(found && keyOf(found)).toEqual(keyOf(line))
          after = keyOf(line)
        }
        expect(await listLines(tx, report, { after, limit: 1 })).toHaveLength(after ? 0 : whole.length)
      })
    }
  })

  test('R2: making the file is a request, and the file comes by its number, with the filter kept', async () => {
    const { browser, made, number } = await makeFile('?family=Forma')
    expect(made.status).toBe(303)
    expect(made.location).toMatch(/^\/c\/100234\/requests\/\d{9}$/)
    const page = await browser.open(made.location)
    expect(page.heading).toBe('Detailed license report')
    const file = await browser.get(`/c/100234/requests/${number}/report.csv`)
    expect(file.status).toBe(200)
    expect(file.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(file.headers['content-disposition']).toMatch(
      /^attachment; filename="detailed-license-report-100234-\d{4}-\d\d-\d\d\.csv"$/,
    )
    const records = parse(file.body, { bom: true, columns: true }) as Record<string, string>[]
    expect(records.map((record) => record['Product family'])).toEqual(['Forma', 'Forma', 'Forma'])
  })

  test('R2: the file of a request says what was so when it was asked for, whatever is done later', async () => {
    const { browser, made, number } = await makeFile()
    const fetch = async () => (await browser.get(`/c/100234/requests/${number}/report.csv`)).body
    const before = await fetch()
    const db = t.db.owner.db
    const both = planner(t.db.database, company, t.cast.people['both@demo.example']!)
    const [sat] = await db.execute<{ entitlement: string; host: string }>(sql`
      select entitlement_id as entitlement, host_id as host from placements where quantity = 4`)
    await both.place([{ entitlementId: sat!.entitlement, from: sat!.host, quantity: 3 }], 'return')
    await db.execute(sql`
      insert into customer_versions (customer_id, id, name) values (${company}, ${newId()}, 'Lemaire'),
        (${company}, ${newId()}, 'Lemaire & fils')`)
    expect(await fetch()).toBe(before)
    const { records } = await csvOf('?text=nte-cad')
    expect(records[0]).toMatchObject({ Placed: '1', Customer: 'Lemaire & fils' })
    expect((await browser.open(made.location)).text).toContain('shows what was so at that moment')

    // As things were, for the tests that follow.
    await both.place([{ entitlementId: sat!.entitlement, to: sat!.host, quantity: 3 }])
    await db.execute(sql`delete from customer_versions where name like 'Lemaire%'`)
    expect(await fetch()).toBe(before)
  })

  test('a past day is asked for, kept with the request, and refused where it is none', async () => {
    const browser = await as('reporting@demo.example')
    const ask = async (asOf: string) => browser.submit(await browser.open('/c/100234/report'), { asOf })
    const made = await ask(dayFromNow(-400))
    expect(made.status).toBe(303)
    const request = await browser.open(made.location)
    expect(request.text).toContain('as of the end of')
    const file = await browser.get(`${made.location}/report.csv`)
    expect(parse(file.body, { bom: true, columns: true })).toEqual([])
    expect(file.headers['content-disposition']).toContain(dayFromNow(-400))
    const refused = await ask('2026-02-30')
    expect([refused.status, refused.text.includes('a day that exists')]).toEqual([422, true])
  })

  test('the same form sent twice makes one request', async () => {
    const browser = await as('reporting@demo.example')
    const page = await browser.open('/c/100234/report')
    const answers = await Promise.all([1, 2, 3].map(() => browser.submit(page, {})))
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
  })

  test('quality 17: a spreadsheet runs no cell of the file; the raw variant keeps what is stored', async () => {
    const { file, records } = await csvOf('?text=danger')
    expect(file.body.startsWith('\ufeff')).toBe(true)
    expect(records[0]).toMatchObject({ Product: '\'=HYPERLINK("http://x")', 'Part number': "'+DANGER" })
    const raw = await csvOf('?text=danger', '?raw=1')
    expect(raw.file.body.startsWith('customer_number,customer,')).toBe(true)
    expect(raw.records[0]).toMatchObject({
      product: '=HYPERLINK("http://x")',
      part_number: '+DANGER',
      license_end: 'perpetual',
    })
    expect(Object.keys(raw.records[0]!)).toEqual(columns.map(({ name }) => name))
  })

  test('in French, heads and words are French and fields are separated as its spreadsheets expect', async () => {
    const { number } = await makeFile()
    const browser = await t.signIn('reporting@demo.example')
    browser.cookies.set('guichet_language', 'fr')
    const { body } = await browser.get(`/c/100234/requests/${number}/report.csv`)
    const records = parse(body, { bom: true, columns: true, delimiter: ';' }) as Record<string, string>[]
    expect(records[1]).toMatchObject({ 'Numéro de client': '100234', 'Type de licence': 'flottante' })
  })

  test('the page for paper has every column and every line of the filter', async () => {
    const page = await (await as('reporting@demo.example')).open('/c/100234/report/print?family=Forma')
    expect(page.all('tbody')).toHaveLength(3)
    expect(page.one('thead .g-print-head').textContent).toContain(
      '100234 Brasseries Lemaire SA · Detailed license report · Forma · as of',
    )
    const line = page.one('tbody').textContent!
    for (const part of [
      'Forma Base',
      'FRM-1000-F',
      'FEATURE_',
      'release 12.0',
      'Forma',
      'floating',
      'triad',
      '2A-55012',
      'SO-',
      'ordered',
      'maintenance',

      'LYO-LIC',
      '02-AA-10-00-00-02',
      'configuration',
      'opend 7000',
      'pack issue 1',
      'request 100-',
      '12 quai de la Fosse, 44000',
      'Nantes',
      'France',
      'Bruno Carré',
      '9',
      'of 20 owned',
      'license since',
      'active',
    ]) {
      expect(line).toContain(part)
    }
  })

  test('R6, R7, R10: takes Reporting, on screen, on paper and as a file', async () => {
    const { number } = await makeFile()
    const licensing = await as('licensing@demo.example')
    for (const url of ['/report', '/report/print', `/requests/${number}/report.csv`]) {
      const page = await licensing.get(`/c/100234${url}`)
      expect(page.status).toBe(403)
      expect(page.text).toContain('Reporting')
      expect(page.text).toContain('Sylvie Perrin')
    }
  })

  test('who loses Reporting can no longer fetch the file they asked for', async () => {
    const browser = await as('both@demo.example')
    const made = await browser.submit(await browser.open('/c/100234/report'), {})
    const person = t.cast.people['both@demo.example']!
    const hold = (until: string | null) =>
      t.db.owner.db.execute(
        sql`update privileges set until = ${until} where person_id = ${person} and privilege = 'reporting'`,
      )
    await hold(dayFromNow(-2))
    expect((await browser.get(`${made.location}/report.csv`)).status).toBe(403)
    await hold(null)
    expect((await browser.get(`${made.location}/report.csv`)).status).toBe(200)
  })

  test('a file of another company, of another kind of request, or of no number is not there', async () => {
    const { number } = await makeFile()
    const stranger = await as('stranger@demo.example')
    expect((await stranger.get(`/c/100555/requests/${number}/report.csv`)).status).toBe(404)
    expect((await stranger.get(`/c/100234/requests/${number}/report.csv`)).status).toBe(404)
    const reporting = await as('reporting@demo.example')
    for (const wrong of [placed.requestNumber, '123', 'x'])
      expect((await reporting.get(`/c/100234/requests/${wrong}/report.csv`)).status).toBe(404)
  })
})
