import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import { snapshot } from '../helpers/snapshot.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
let company: string
let entitlement: string
const signedIn = new Map<string, Promise<Visitor>>()
const as = (name: string) => {
  const email = `${name}@demo.example`
  const browser = signedIn.get(email) ?? t.signIn(email)
  signedIn.set(email, browser)
  return browser
}

beforeAll(async () => {
  t = await testApp()
  company = t.cast.customers['100234']!
  const product = await makeProduct(t.db.owner.db, { name: 'Forma Base', partNumber: 'FRM-1000-F' })
  entitlement = (await makeEntitlement(t.db.owner.db, company, product.id, { quantity: 50 })).id
})
afterAll(() => t.close())

const host = (label: string, id?: string) =>
  makeHost(t.db.owner.db, company, { label, ...(id ? { ids: [id] } : {}) })
const place = (hostId: string, quantity: number) =>
  planner(t.db.database, company, t.cast.people['both@demo.example']!).place([
    { entitlementId: entitlement, to: hostId, quantity },
  ])
const path = (id: string, tail = '') => `/c/100234/hosts/${id}${tail}`
const decommission = async (who: string, id: string) => {
  const browser = await as(who)
  return browser.submit(await browser.get(path(id, '/decommission')), {}, path(id, '/decommission'))
}

describe('notes about a host', () => {
  test('are written with Licensing, read by both, with author and time; in the activity by no word of theirs', async () => {
    const { id } = await host('NOTED')
    const luc = await as('licensing')
    const page = await luc.submitAndFollow(
      await luc.get(path(id)),
      { note: 'Rack 4\nkeys at <b>reception</b>' },
      path(id, '/notes'),
    )
    expect(page.text).toContain('keys at <b>reception</b>')
    const read = await (await as('reporting')).get(path(id))
    expect(read.text).toContain('Luc Moreau')
    expect(read.text).toContain('Rack 4')
    expect(read.all(`form[action="${path(id, '/notes')}"]`)).toHaveLength(0)
    const [entry] = await t.db.owner.db.execute<{ details: unknown }>(
      sql`select details from activity where verb = 'host.note-added'`,
    )
    expect(JSON.stringify(entry!.details)).not.toContain('Rack')
  })

  test('hold no control characters: a terminal that shows them does nothing', async () => {
    const { id } = await host('CONTROLS')
    const luc = await as('licensing')
    const note = '\u001b[31mred\u0000\u0007\u0085\r\n\tnext\rlast'
    await luc.submit(await luc.get(path(id)), { note }, path(id, '/notes'))
    const [stored] = await t.db.owner.db.execute<{ text: string }>(
      sql`select text from host_notes where host_id = ${id}`,
    )
    expect(stored!.text).toBe('[31mred\n\tnext\nlast')
  })

  test('refuse an empty one and one too long, and keep what was typed', async () => {
    const { id } = await host('TYPED')
    const luc = await as('licensing')
    const empty = await luc.submit(await luc.get(path(id)), { note: '  ' }, path(id, '/notes'))
    expect([empty.status, empty.title.startsWith('Error:')]).toEqual([422, true])
    const long = await luc.submit(await luc.get(path(id)), { note: 'x'.repeat(2001) }, path(id, '/notes'))
    expect(long.status).toBe(422)
    expect(long.one('#note').textContent).toContain('x'.repeat(2001))
  })

  test('are taken back by their author only; the trace stays, the text does not', async () => {
    const { id } = await host('TAKEN-BACK')
    const luc = await as('licensing')
    await luc.submit(await luc.get(path(id)), { note: 'a secret' }, path(id, '/notes'))
    const page = await luc.get(path(id))
    const action = page.one('form[action$="/removal"]').getAttribute('action')!
    const both = await as('both')
    expect((await both.get(path(id))).all('form[action$="/removal"]')).toHaveLength(0)
    const csrf = (await both.get(path(id))).one('input[name=_csrf]').getAttribute('value')!
    expect((await both.post(action, { _csrf: csrf, _key: crypto.randomUUID() })).status).toBe(403)
    const after = await luc.submitAndFollow(page, {}, action)
    expect(after.text).toContain('note taken back')
    expect(after.text).not.toContain('a secret')
    const stored = await t.db.owner.db.execute(sql`select text from host_notes where host_id = ${id}::uuid`)
    expect([...stored]).toEqual([{ text: '' }])
  })

  test('a form sent twice writes one', async () => {
    const { id } = await host('TWICE')
    const luc = await as('licensing')
    const form = await luc.get(path(id))
    const key = { _key: crypto.randomUUID(), note: 'once' }
    for (let n = 0; n < 2; n++) await luc.submit(form, key, path(id, '/notes'))
    expect((await luc.get(path(id))).text.match(/once/g)).toHaveLength(1)
  })
})

describe('who looks after a host', () => {
  test('is chosen by Licensing from people with Licensing or Reporting, and found by', async () => {
    const { id } = await host('CARED')
    const luc = await as('licensing')
    const form = await luc.get(path(id, '/caretaker'))
    const names = form.all('option').map((one) => one.textContent)
    expect(names.join()).toContain('Rose Lambert')
    expect(names.join()).not.toContain('Sylvie Perrin')
    const rose = t.cast.people['reporting@demo.example']!
    const page = await luc.submitAndFollow(form, { caretaker: rose }, path(id, '/caretaker'))
    expect(page.text).toContain('Rose Lambert')
    const found = await luc.get('/c/100234/hosts?text=lambert')
    expect(found.all('#results th[scope=row] a').map((a) => a.textContent)).toEqual(['CARED'])
  })

  test('refuses anybody else, and who has no Licensing', async () => {
    const { id } = await host('CARED-2')
    const luc = await as('licensing')
    const form = await luc.get(path(id, '/caretaker'))
    for (const caretaker of [t.cast.people['stranger@demo.example']!, 'x']) {
      expect(
        (await luc.submit(form, { caretaker, _key: crypto.randomUUID() }, path(id, '/caretaker'))).status,
      ).toBe(422)
    }
    expect((await (await as('reporting')).get(path(id, '/caretaker'))).status).toBe(403)
    expect((await (await as('stranger')).get(`/c/100555/hosts/${id}/caretaker`)).status).toBe(404)
  })
})

describe('decommission', () => {
  test('refuses while the host holds licenses and says what to do', async () => {
    const { id } = await host('BUSY')
    const luc = await as('licensing')
    const form = await luc.get(path(id, '/decommission'))
    await place(id, 4)
    const before = await snapshot(t.db.owner)
    const refused = await luc.submit(form, {}, path(id, '/decommission'))
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('4 licenses sit on BUSY')
    expect(refused.link('Return licenses')).toBe(`/c/100234/return?from=${id}`)
    expect(refused.link('Move licenses')).toBe(`/c/100234/move?from=${id}`)
    expect(await snapshot(t.db.owner)).toEqual(before)
  })

  test('is a request with a number, frees name and IDs, keeps the register; a second time says so', async () => {
    const { id } = await host('OLD-01', '02AA55550001')
    const done = await decommission('licensing', id)
    expect(done.location).toMatch(/\/requests\/\d{9}$/)
    const luc = await as('licensing')
    const request = await luc.get(done.location)
    expect(request.heading).toBe('Decommission host')
    expect(request.link('OLD-01')).toBe(path(id))
    expect((await luc.get(path(id))).text).toContain('host taken out of service')
    expect((await luc.get('/c/100234/hosts?show=retired')).text).toContain('OLD-01')
    expect((await luc.get('/c/100234/hosts?show=active')).text).not.toContain('OLD-01')
    const again = await host('OLD-01', '02AA55550001')
    expect(again.status).toBe('active')
    expect((await luc.get(path(id, '/decommission'))).text).toContain('out of service already')
  })

  test('leaves the packs where they are found, and promises no next issue of them', async () => {
    const { id } = await host('FORMER')
    const both = await as('both')
    await decommission('licensing', id)
    const without = await both.get(path(id))
    expect(without.all('.g-head a').map((link) => link.getAttribute('href'))).toEqual([path(id, '/sheet')])
    await t.db.owner.db.execute(
      sql`update hosts set pack_issue = 2, is_pack_current = false where id = ${id}`,
    )
    const page = await both.get(path(id))
    expect(page.one('.g-head').textContent).toContain('Retrieve license packs')
    expect(page.link('Retrieve license packs')).toBe(`/c/100234/packs/${id}`)
    expect(page.text).toContain('issue 2, made')
    expect(page.text).not.toContain('retrieving it makes the next issue')
  })

  test('goes back while name and IDs are free, and says which host has them otherwise', async () => {
    const first = await host('BACK-01', '02AA55550011')
    await decommission('licensing', first.id)
    const luc = await as('licensing')
    const back = await luc.submit(
      await luc.get(path(first.id, '/recommission')),
      {},
      path(first.id, '/recommission'),
    )
    expect(back.location).toMatch(/\/requests\//)
    const page = await luc.get(path(first.id))
    expect(page.text).toContain('host put back into service')
    expect(page.one('.g-lead').textContent).not.toContain('out of service')
    await decommission('licensing', first.id)
    const form = await luc.get(path(first.id, '/recommission'))
    await host('back-01', '02AA55550011')
    const refused = await luc.submit(form, {}, path(first.id, '/recommission'))
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('a host in service is named back-01')
    expect(refused.text).toContain('02-AA-55-55-00-11 is on back-01')
  })

  test('takes Licensing, and a host of one’s own company', async () => {
    const { id } = await host('OURS')
    for (const name of ['reporting', 'supervisor', 'none'])
      expect((await (await as(name)).get(path(id, '/decommission'))).status).toBe(403)
    expect((await (await as('stranger')).get(`/c/100555/hosts/${id}/decommission`)).status).toBe(404)
  })

  test('two at once: one does it, the other is told', async () => {
    const { id } = await host('RACE')
    const luc = await as('licensing')
    const forms = await Promise.all([1, 2].map(() => luc.get(path(id, '/decommission'))))
    const answers = await Promise.all(forms.map((form) => luc.submit(form, {}, path(id, '/decommission'))))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
  })
})

describe('duplicates', () => {
  test('share a label apart from case, blanks and hyphens, a server name or a host ID; each with its reason', async () => {
    const owner = t.db.owner.db
    const kiel = t.cast.customers['100990']!
    await makeHost(owner, kiel, { label: 'Kiel 01', ids: ['02AA66660001'], servers: ['lic-a'] })
    await makeHost(owner, kiel, { label: 'KIEL-01', ids: ['02AA66660002'], servers: ['lic-b'] })
    await makeHost(owner, kiel, { label: 'NORD', ids: ['02AA66660003'], servers: ['LIC-B'] })
    await makeHost(owner, kiel, {
      label: 'SUED',
      ids: ['02AA66660003'],
      servers: ['lic-d'],
      status: 'retired',
    })
    const former = await makeHost(owner, kiel, { label: 'OST', ids: ['02AA66660005'], status: 'retired' })
    await makeHost(owner, kiel, { label: 'OST', ids: ['02AA66660006'], replacesHostId: former.id })
    const page = await (await as('several')).get('/c/100990/hosts?show=duplicates')
    const rows = page.all('#results tbody tr').map((row) => row.textContent!.replace(/\s+/g, ' '))
    expect(rows.map((row) => row.trim().split(' ')[0])).toEqual(['KIEL-01', 'Kiel', 'NORD', 'SUED'])
    expect(rows[1]).toContain('Same name as KIEL-01')
    expect(rows[0]).toContain('Same server name as NORD')
    expect(rows[2]).toContain('Same host ID as SUED')
    expect((await (await as('both')).get('/c/100234/hosts?show=duplicates')).text).not.toContain('NORD')
  })
})

describe('history', () => {
  test('goes from the latest back, page by page, by kind; a chain of successors is named', async () => {
    const owner = t.db.owner.db
    const first = await makeHost(owner, company, { label: 'CHAIN', status: 'retired' })
    const second = await makeHost(owner, company, {
      label: 'CHAIN',
      status: 'retired',
      replacesHostId: first.id,
    })
    const third = await makeHost(owner, company, { label: 'CHAIN', replacesHostId: second.id })
    const { place: put } = planner(t.db.database, company, t.cast.people['both@demo.example']!)
    for (let n = 0; n < 28; n++) await put([{ entitlementId: entitlement, to: third.id, quantity: 1 }])
    const both = await as('both')
    const seen = new Set<string>()
    let next: string | null = path(third.id, '/history?only=transfers')
    for (let pages = 0; next && pages < 3; pages++) {
      const page = await both.get(next)
      for (const entry of page.all('.g-timeline li')) seen.add(entry.textContent!)
      next = page.all('.g-pager a[rel=next]')[0]?.getAttribute('href') ?? null
    }
    expect(seen.size).toBe(28)
    const all = await both.get(path(third.id, '/history'))
    expect(all.all('.g-timeline li')).toHaveLength(50)
    const rest = await both.get(all.one('.g-pager a[rel=next]').getAttribute('href')!)
    expect(rest.all('.g-timeline li')).toHaveLength(6)
    const page = await both.get(path(first.id))
    expect(page.text).toContain('Later replaced by')
    expect((await both.get(path(third.id))).text).toContain('Replaces')
    expect((await both.get(path(third.id, '/sheet'))).text).toContain('28 licenses')
    for (const bad of ['?after=x', '?only=x', '?after=WyJ4IiwieSJd'])
      expect((await both.get(path(third.id, `/history${bad}`))).status).toBe(200)
  })
})
