import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { associate, makePerson } from '../helpers/makers.ts'
import { heldBy } from '../helpers/privileges.ts'
import type { Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
let t: TestApp
let supervisor: Visitor
let customerId: string
const held = (name: string) => heldBy(t, { customerId, personId: t.cast.people[`${name}@demo.example`]! })

beforeAll(async () => {
  t = await testApp()
  customerId = t.cast.customers['100234']!
  supervisor = await t.signIn('supervisor@demo.example')
})
afterAll(() => t.close())

const give = async (text: string) =>
  supervisor.submit(await supervisor.get(`${base}/people/file`), { text }, `${base}/people/file`)
const preview = async (text: string) => supervisor.open((await give(text)).location)
const csv = async () => (await supervisor.get(`${base}/people/people.csv`)).body

describe('people as a file', () => {
  test('out: address, name, privileges, last days, last sign-in; no cell is a formula', async () => {
    const person = await makePerson(t.db.owner.db, { name: '=1+1', email: '+plus@lemaire.example' })
    await associate(t.db.owner.db, customerId, person.id, 'licensing', 'reporting')
    await t.db.owner.db.execute(sql`
      update privileges set until = '2099-01-31' where person_id = ${person.id} and privilege = 'licensing'`)
    const lines = (await csv()).split('\r\n')
    expect(lines[0]).toBe('\ufeffemail,name,privileges,until,last_sign_in')
    expect(lines).toContain("'+plus@lemaire.example,'=1+1,licensing|reporting,licensing=2099-01-31,")
    expect(lines.find((line) => line.startsWith('supervisor@'))).toMatch(/,supervisor,,\d{4}-\d\d-\d\d$/)
  })

  test('of changes begun and not confirmed one supervisor keeps the twenty latest', async () => {
    const first = (await give('email,privileges\nnone@demo.example,reporting')).location
    await t.db.owner.db.execute(sql`
      insert into privilege_drafts (customer_id, id, created_by, entries, created_at)
      select customer_id, gen_random_uuid(), created_by, entries, now() + make_interval(secs => n)
      from privilege_drafts, generate_series(1, 19) n`)
    expect((await supervisor.get(first)).status).toBe(200)
    await t.db.owner.db.execute(
      sql`update privilege_drafts set created_at = created_at - interval '1 minute'`,
    )
    await give('email,privileges\nnone@demo.example,licensing')
    expect((await supervisor.get(first)).status).toBe(404)
    const rows = await t.db.owner.db.execute(sql`select from privilege_drafts`)
    expect(rows.length).toBe(20)
  })

  test('the last sign-in is of the day that the page shows: the reader’s', async () => {
    const supervisorId = t.cast.people['supervisor@demo.example']!
    const zone = (timeZone: string | null) =>
      t.db.owner.db.execute(sql`update people set time_zone = ${timeZone} where id = ${supervisorId}`)
    await t.db.owner.db.execute(sql`
      update people set last_signed_in_at = '2026-01-14T20:00:00Z' where email = 'both@demo.example'`)
    await zone('Pacific/Auckland')
    const page = await supervisor.get(`${base}/people`)
    const row = page.all('tbody tr').find((one) => one.textContent?.includes('both@demo.example'))
    expect(row?.textContent).toContain('15 January 2026')
    expect(await csv()).toMatch(/^both@.*,2026-01-15\r$/m)
    await zone(null)
  })

  test('given back as it is, it changes nothing', async () => {
    const page = await preview(await csv())
    expect(page.text).toContain('Nobody would be changed')
    expect(page.text).not.toContain('refused')
    expect(page.text).toContain('There is nothing to confirm')
  })

  test('in: every row is reported with its line and reason, and the rest is done', async () => {
    const page = await preview(
      [
        'email;privileges;until',
        'none@demo.example;licensing|reporting;reporting=2099-12-31',
        'LICENSING@demo.example;licensing;',
        'stranger@demo.example;licensing;',
        'none@demo.example;;',
        'both@demo.example;admin;',
        'reporting@demo.example;reporting;2020-01-01',
        'supervisor@demo.example;supervisor;2099-01-01',
        ';licensing;',
        'open@demo.example;licensing;;reporting',
      ].join('\r\n'),
    )
    expect(page.text).toContain('1 person would be changed, 1 is as wished already, 7 are refused')
    for (const said of [
      /line 4 stranger@demo.example is not of the company|stranger@demo.example line 4 ?stranger@demo.example is not of the company/,
      /line 5 ?This address stands in line 2 already/,
      /line 6 ?“admin” is no privilege/,
      /line 7 ?1 January 2020 has passed/,
      /line 8 ?Supervisor cannot have a last day/,
      /line 9 ?The row has no e-mail address/,
      /line 10 .*One cell more is filled/,
    ]) {
      expect(page.text).toMatch(said)
    }
    const done = await supervisor.submitAndFollow(page, {}, page.url)
    expect(done.text).toContain('Nora Petit')
    expect(await held('none')).toEqual(['licensing', 'reporting until 2099-12-31'])
    expect(await held('both')).toEqual(['licensing', 'reporting'])
  })

  test('who is not in the file stays; a row with an empty cell takes all away', async () => {
    await supervisor.submitAndFollow(await preview('email,privileges\nnone@demo.example,'), {}, undefined)
    expect(await held('none')).toEqual([])
    expect(await held('licensing')).toEqual(['licensing'])
  })

  test('what is no such file is said beside the field, with the text kept', async () => {
    for (const [text, said] of [
      ['', 'Choose a file, or paste rows'],
      ['name,phone\nx,y', 'The first line must name the columns'],
      ['email,privileges', 'There is no row below the header line'],
      ['email,privileges\nx,"open', 'This cannot be read as CSV'],
      ['email,privileges,Email\nx,,y', 'A column is there twice: email'],
    ] as const) {
      const answer = await give(text)
      expect([text, answer.status, answer.text.includes(said)]).toEqual([text, 422, true])
      expect(answer.one('textarea').textContent!.replace('&quot;', '"').trim()).toBe(text)
    }
  })

  test('5,000 rows are looked at and done before any deadline', async () => {
    const { db } = t.db.owner
    await db.execute(sql`
      insert into people (id, email, name, confirmed_at)
      select gen_random_uuid(), 'many-' || n || '@lemaire.example', 'Many ' || n, now() from generate_series(1, 5000) n`)
    await db.execute(sql`
      insert into associations (customer_id, person_id)
      select ${customerId}, id from people where email like 'many-%@lemaire.example'`)
    const rows = Array.from(
      { length: 5000 },
      (_, n) => `many-${n + 1}@lemaire.example,licensing|reporting,2099-12-31`,
    )
    const page = await preview(['email,privileges,until', ...rows].join('\n'))
    expect(page.text).toContain('5,000 people would be changed')
    const done = await supervisor.submitAndFollow(page, {}, page.url)
    expect(done.status).toBe(200)
    const [count] = await db.execute<{ count: number }>(sql`
      select count(*)::int as count from privileges where until = '2099-12-31'`)
    expect(count!.count).toBe(10_000)
    // R2: its number shows all of them, a part at a time or as one.
    expect(done.text).toContain('of 5,000')
    const whole = await supervisor.get(done.link('All of them on one page'))
    expect(whole.all('main tbody th').length).toBe(5000)
    expect((await supervisor.get(`${base}/people`)).status).toBe(200)
    expect((await csv()).split('\r\n').length).toBeGreaterThan(5000)
  }, 60_000)
})
