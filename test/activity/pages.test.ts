import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordActivities, recordActivity, recordPersonActivity } from '../../src/activity/record.ts'
import { recordRequest } from '../../src/requests/record.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makePerson } from '../helpers/makers.ts'

let t: TestApp
let company: string
let luc: string
beforeAll(async () => {
  t = await testApp()
  company = t.cast.customers['100234']!
  luc = t.cast.people['licensing@demo.example']!
  await t.app.database.forCustomer(company, async (tx) => {
    await recordActivity(tx, {
      ...{ customerId: company, personId: null, verb: 'privilege.granted' as const },
      ...{ objectKind: 'person', objectId: luc, details: { privilege: 'reporting', until: '2026-12-31' } },
      particulars: { network: '192.0.2.7' },
    })
    await recordActivity(tx, {
      ...{ customerId: company, personId: luc, verb: 'plan.submitted' as const },
      ...{ objectKind: 'plan', objectId: 'x' },
    })
  })
})
afterAll(() => t.close())

const rows = (page: Awaited<ReturnType<Awaited<ReturnType<TestApp['signIn']>>['open']>>) =>
  page.all('tbody tr').map((row) => row.textContent.replace(/\s+/g, ' ').trim())

describe('the company’s activity', () => {
  test('says who did what to whom, when and from where, latest first', async () => {
    const page = await (await t.signIn('supervisor@demo.example')).open('/c/100234/activity')
    expect(page.heading).toBe('Activity of the company')
    const [plan, privilege] = rows(page)
    expect(plan).toMatch(/Luc Moreau Plan submitted/)
    expect(privilege).toMatch(/Privilege given Luc Moreau, Reporting, until 31 Dec 2026 192\.0\.2\.7$/)
  })

  test('a cursor made by hand begins at the start', async () => {
    for (const at of ['2026-02-31 00:00:00+00', '2026-01-01 (x)', '+275760-09-13T00:00:00Z', '1']) {
      const after = Buffer.from(JSON.stringify([at, luc])).toString('base64url')
      const supervisor = await t.signIn('supervisor@demo.example')
      for (const path of ['/c/100234/activity', '/account/activity']) {
        expect((await supervisor.get(`${path}?after=${after}`)).status, `${path} ${at}`).toBe(200)
      }
      const desk = await t.signIn('desk@demo.example')
      expect((await desk.get(`/desk/activity?after=${after}`)).status, at).toBe(200)
    }
  })

  test('filters by name, by what it is about and by day; a filter it does not know counts as none', async () => {
    const browser = await t.signIn('supervisor@demo.example')
    const count = async (query: string) => rows(await browser.open(`/c/100234/activity?${query}`)).length
    expect(await count('q=moreau')).toBe(2)
    expect(await count('q=nobody')).toBe(0)
    expect(await count('about=privilege')).toBe(1)
    expect(await count('about=nonsense')).toBe(2)
    expect(await count('from=2099-01-01')).toBe(0)
    expect(await count('to=2000-01-01')).toBe(0)
    expect(await count('from=31.12.2098')).toBe(0)
    for (const file of ['', '.csv']) {
      const wrong = await browser.get(`/c/100234/activity${file}?from=31.2.2026&to=soon`)
      expect(wrong.status).toBe(422)
      expect(wrong.all('#problems a').map((a) => a.getAttribute('href'))).toEqual(['#from', '#to'])
      expect(wrong.one('#to').getAttribute('value')).toBe('soon')
    }
    const turned = await browser.get('/c/100234/activity?from=2026-05-02&to=1.5.2026')
    expect([turned.status, turned.text.includes('The last day is before the first one')]).toEqual([422, true])
    const empty = await browser.open('/c/100234/activity?q=nobody')
    expect(empty.text).toContain('Nothing recorded matches.')
  })

  test('is for supervisors, and for their own company', async () => {
    const page = await (await t.signIn('both@demo.example')).open('/c/100234/activity')
    expect(page.status).toBe(403)
    expect((await (await t.signIn('stranger@demo.example')).open('/c/100234/activity')).status).toBe(404)
  })

  test('comes in pages that lose nothing, and whole as CSV without formulas', async () => {
    const id = t.cast.customers['100555']!
    const many = Array.from({ length: 1103 }, (_, n) => ({
      ...{ personId: t.cast.people['stranger@demo.example']!, verb: 'report.made' as const },
      ...{ objectKind: 'request', objectId: String(n) },
    }))
    await t.app.database.forCustomer(id, (tx) => recordActivities(tx, id, many))
    await t.db.owner.db.execute(sql`update people set name = '=cmd()' where email = 'stranger@demo.example'`)
    const browser = await t.signIn('stranger@demo.example')
    let seen = 0
    for (let next: string | undefined = '/c/100555/activity?about=report'; next; ) {
      const page = await browser.open(next)
      seen += rows(page).length
      next = page.all('.g-pager a[rel=next]')[0]?.getAttribute('href') ?? undefined
    }
    expect(seen).toBe(1103)
    const list = await browser.open('/c/100555/activity?about=report')
    // On paper it goes on to others: the name stands there too.
    expect(rows(list)[0]).toContain('=cmd() (you)')
    const paper = await browser.open(list.link('Page for printing'))
    expect(rows(paper)).toHaveLength(1000)
    const rest = await browser.open(paper.one('.g-pager a[rel=next]').getAttribute('href')!)
    expect([rows(rest).length, rest.text.includes('Page for printing')]).toEqual([103, false])
    const file = await browser.get('/c/100555/activity.csv')
    expect(file.headers['content-type']).toMatch(/^text\/csv/)
    expect(file.body.startsWith('\ufeff')).toBe(true)
    const lines = file.body.trim().split('\r\n')
    expect(lines[0]).toBe('When,Who,What,To whom or what,Request,Customer number,From where')
    expect(lines).toHaveLength(1 + 1103)
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,'=cmd\(\),Report made,/)
  })
})

describe('the activity of all', () => {
  test('is the desk’s, by customer where it likes; to others it is not there', async () => {
    const desk = await t.signIn('desk@demo.example')
    expect(rows(await desk.open('/desk/activity?customer=100234')).length).toBeGreaterThan(1)
    const page = await desk.open('/desk/activity?q=moreau')
    expect(page.heading).toBe('Activity of all customers and of the counter')
    expect(rows(page)[0]).toMatch(/Luc Moreau Plan submitted for customer 100234/)
    expect(rows(await desk.open('/desk/activity?customer=999999'))).toEqual([])
    // Of two at the desk each reads what the other did; customers read no name.
    const other = await makePerson(t.db.owner.db, { name: 'Dora Desk', isStaff: true })
    await t.app.database.forCustomer(company, (tx) =>
      recordActivity(tx, {
        ...{ customerId: company, personId: other.id, verb: 'supervisor.named' as const },
        ...{ objectKind: 'person', objectId: luc },
      }),
    )
    expect(rows(await desk.open('/desk/activity?customer=100234'))[0]).toContain('Dora Desk')
    expect(rows(await desk.open('/desk/activity?q=dora+desk'))).toHaveLength(1)
    const supervisor = await t.signIn('supervisor@demo.example')
    expect(rows(await supervisor.open('/c/100234/activity'))[0]).toMatch(/Halden Software Supervisor named/)
    expect(rows(await supervisor.open('/c/100234/activity?q=dora+desk'))).toEqual([])
  })

  test('who was invited is found by the address', async () => {
    const personId = t.cast.people['supervisor@demo.example']!
    await t.app.database.forCustomer(company, (tx) =>
      recordActivity(tx, {
        ...{ customerId: company, personId, verb: 'person.invited' as const },
        ...{ objectKind: 'invitation', objectId: 'x', particulars: { email: 'new.one@example.com' } },
      }),
    )
    const supervisor = await t.signIn('supervisor@demo.example')
    const found = await supervisor.open('/c/100234/activity?q=new.one')
    expect(rows(found)).toEqual([expect.stringContaining('new.one@example.com')])
    for (const email of ['supervisor@demo.example', 'both@demo.example'])
      expect((await (await t.signIn(email)).open('/desk/activity')).status).toBe(404)
  })
})

describe('one’s own activity', () => {
  test('has what one did in one’s companies and to one’s account, and nothing of others', async () => {
    await t.app.database.transaction((tx) =>
      recordPersonActivity(tx, { personId: luc, verb: 'person.invited' }),
    )
    const page = await (await t.signIn('licensing@demo.example')).open('/account/activity')
    const own = rows(page).filter((row) => !row.includes('Signed in'))
    expect(own[0]).toMatch(/You Person invited/)
    expect(own[1]).toMatch(/You Plan submitted for customer 100234/)
    expect(own).toHaveLength(2)
  })

  test('where the desk’s people work is read at the desk alone', async () => {
    const desk = t.cast.people['desk@demo.example']!
    await t.app.database.forCustomer(company, (tx) =>
      recordActivity(tx, {
        ...{ customerId: company, personId: desk, verb: 'supervisor.named' as const },
        ...{ objectKind: 'person', objectId: luc, particulars: { network: '198.51.100.9' } },
      }),
    )
    const supervisor = await t.signIn('supervisor@demo.example')
    for (const file of ['', '.csv']) {
      const theirs = await supervisor.get(`/c/100234/activity${file}?about=supervisor`)
      expect([theirs.body.includes('Luc Moreau'), theirs.body.includes('198.51.100.9')]).toEqual([
        true,
        false,
      ])
    }
    const [named] = rows(await (await t.signIn('desk@demo.example')).open('/desk/activity?about=supervisor'))
    expect(named).toContain('198.51.100.9')
  })

  test('the network is that of the request which did it', async () => {
    const browser = await t.signIn('reporting@demo.example')
    const form = await browser.open('/c/100234/report')
    const _csrf = form.all('input[name=_csrf]')[0]!.getAttribute('value')!
    const made = await browser.post('/c/100234/report', { _csrf, _key: crypto.randomUUID() })
    expect(made.status).toBe(303)
    const page = await browser.open('/account/activity?about=report')
    expect(rows(page)[0]).toMatch(/Report made for customer 100234.*127\.0\.0\.1$/)
  })
})

test('what is about a request leads to it, whoever may open it: the desk at its own page, a supervisor alone not', async () => {
  await t.app.database.forCustomer(company, async (tx) => {
    const details = { text: '', family: '', show: 'all' }
    const { id } = await recordRequest(tx, {
      ...{
        customerId: company,
        kind: 'detailed-report' as const,
        status: 'completed' as const,
        personId: luc,
        details,
      },
    })
    await recordActivity(tx, {
      ...{ customerId: company, personId: luc, verb: 'report.made' as const },
      ...{ objectKind: 'request', objectId: id, requestId: id },
    })
  })
  const desk = await t.signIn('desk@demo.example')
  const page = await desk.open('/desk/activity?customer=100234')
  const link = page.one('tbody a[href*="/requests/"]').getAttribute('href')!
  expect((await desk.get(link)).status).toBe(200)
  // Who holds Supervisor alone may read of it, and not open it: there is no link that leads to a refusal.
  const read = await (await t.signIn('supervisor@demo.example')).open('/c/100234/activity')
  expect(rows(read)[0]).toMatch(/Report made.*100-000-/)
  expect(read.all('tbody a[href*="/requests/"]')).toEqual([])
})
