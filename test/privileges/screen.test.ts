import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { people, requests } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { associate, makePerson } from '../helpers/makers.ts'
import { heldBy, isMember, setHeld, wish } from '../helpers/privileges.ts'
import type { Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
let t: TestApp
let supervisor: Visitor
let customerId: string
const id = (name: string) => t.cast.people[`${name}@demo.example`]!
const held = (name: string) => heldBy(t, { customerId, personId: id(name) })

beforeAll(async () => {
  t = await testApp()
  customerId = t.cast.customers['100234']!
  supervisor = await t.signIn('supervisor@demo.example')
})
afterAll(() => t.close())
beforeEach(async () => {
  await setHeld(t, { customerId, personId: id('none') }, [])
  await setHeld(t, { customerId, personId: id('both') }, ['licensing', 'reporting'])
  await setHeld(t, { customerId, personId: id('supervisor') }, ['supervisor'])
})

const mailsTo = async (personId: string) =>
  (
    await t.db.owner.db.execute<{ template: string }>(
      sql`select template from mails where person_id = ${personId} order by id`,
    )
  ).map(({ template }) => template)

describe('R3, R4: a supervisor changes what one person holds', () => {
  test('each privilege on its own, with a last day, after a preview; as a request, with activity and a mail', async () => {
    const preview = await wish(supervisor, base, id('none'), {
      licensing: 'yes',
      licensingUntil: '2099-01-31',
    })
    expect(preview.heading).toBe('Check the change of privileges')
    expect(preview.text).toMatch(/Nora Petit .*Licensing: no → becomes until 31 Jan 2099 given/)
    expect(await held('none')).toEqual([])
    const done = await supervisor.submitAndFollow(preview, {})
    expect(done.url).toMatch(/\/requests\/\d{9}$/)
    expect(done.text).toContain('Nora Petit')
    expect(await held('none')).toEqual(['licensing until 2099-01-31'])
    expect(await mailsTo(id('none'))).toContain('privileges-changed')
    const entries = await t.db.owner.db.execute<{ verb: string }>(
      sql`select verb from activity where object_id = ${id('none')} and person_id = ${id('supervisor')}`,
    )
    expect(entries.map(({ verb }) => verb)).toContain('privilege.granted')
  })

  test('who is concerned sees their own change on the request’s page, others do not see it', async () => {
    const preview = await wish(supervisor, base, id('none'), { reporting: 'yes' })
    const { url } = await supervisor.submitAndFollow(preview, {})
    expect((await (await t.signIn('none@demo.example')).get(url)).text).toContain('What was changed')
    const other = await (await t.signIn('both@demo.example')).get(url)
    expect([other.status, other.text.includes('the privilege Supervisor')]).toEqual([403, true])
  })

  test('nothing different, a day that is none, one that has passed and one without its privilege are said', async () => {
    const said = async (fields: Record<string, string>) => {
      const answer = await wish(supervisor, base, id('none'), fields)
      return [answer.status, answer.one('.govuk-error-summary').textContent!.replace(/\s+/g, ' ').trim()]
    }
    expect(await said({})).toEqual([422, expect.stringContaining('Nothing is different')])
    for (const typed of ['31.2.2099', '2099-02-30', '0000-00-00'])
      expect(await said({ licensing: 'yes', licensingUntil: typed })).toEqual([
        422,
        expect.stringContaining(`“${typed}” is not a day`),
      ])
    for (const typed of ['2026-01-31', '31.1.2026', '31/01/2026'])
      expect(await said({ licensing: 'yes', licensingUntil: typed })).toEqual([
        422,
        expect.stringContaining('31 January 2026 has passed'),
      ])
    expect(await said({ reportingUntil: '2099-01-31' })).toEqual([
      422,
      expect.stringContaining('but not the privilege it is for'),
    ])
    const again = await wish(supervisor, base, id('none'), { licensing: 'yes', licensingUntil: '31.2.2099' })
    const until = again.one('#licensingUntil')
    // A browser's date field would drop it.
    expect(['value', 'type'].map((name) => until.getAttribute(name))).toEqual(['31.2.2099', 'text'])
    expect(again.one('#licensing').hasAttribute('checked')).toBe(true)
  })

  test('a stale preview is a 409 with a way on, and does nothing', async () => {
    const preview = await wish(supervisor, base, id('none'), { licensing: 'yes' })
    await setHeld(t, { customerId, personId: id('none') }, ['reporting'])
    const answer = await supervisor.submit(preview, {})
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('Somebody has changed privileges of these people')
    expect(answer.text).toContain('Reporting: yes → becomes no')
    expect(await held('none')).toEqual(['reporting'])
    await supervisor.submitAndFollow(answer, {})
    expect(await held('none')).toEqual(['licensing'])
  })

  test('confirmed twice, and by a second form, it is one request', async () => {
    const preview = await wish(supervisor, base, id('none'), { licensing: 'yes' })
    const [one, two] = [await supervisor.submit(preview, {}), await supervisor.submit(preview, {})]
    const again = await supervisor.open(preview.url)
    expect([two.location, again.url]).toEqual([one.location, one.location])
  })
})

describe('the last supervisor', () => {
  test('can be neither taken the role, nor removed, nor leave; each time the reason is said', async () => {
    const form = await wish(supervisor, base, id('supervisor'), { reporting: 'yes' })
    expect([form.status, form.text.includes('Make somebody else a supervisor first')]).toEqual([422, true])
    const removal = await supervisor.get(`${base}/people/${id('supervisor')}/removal`)
    expect(removal.text).toContain('This person cannot be removed')
    expect(removal.all('main form').length).toBe(0)
    const leaving = await supervisor.get(`${base}/departure`)
    expect(leaving.text).toContain('You are its only supervisor who can sign in')
    const tokens = {
      _csrf: form.one('input[name=_csrf]').getAttribute('value')!,
      seen: 'supervisor:',
    }
    for (const path of [`${base}/people/${id('supervisor')}/removal`, `${base}/departure`]) {
      const answer = await supervisor.post(path, { ...tokens, _key: crypto.randomUUID() })
      expect([path, answer.status]).toEqual([path, 422])
      expect(answer.text).toContain('Make somebody else a supervisor first')
    }
    expect(await held('supervisor')).toEqual(['supervisor'])
  })

  test('a supervisor without a usable account does not count, neither for R5', async () => {
    const other = await makePerson(t.db.owner.db, { confirmedAt: null })
    await associate(t.db.owner.db, customerId, other.id, 'supervisor')
    const form = await wish(supervisor, base, id('supervisor'), {})
    expect(form.text).toContain('Make somebody else a supervisor first')
    expect((await supervisor.get(`${base}/people`)).text).toContain(
      'Your company has one supervisor who can sign in',
    )
    await setHeld(t, { customerId, personId: other.id }, [])
  })

  test('with another one who can sign in the role can be given up; being made one asks for a fresh sign-in', async () => {
    const preview = await wish(supervisor, base, id('both'), {
      supervisor: 'yes',
      licensing: 'yes',
      reporting: 'yes',
    })
    expect(preview.url).toMatch(/\/changes\/[\w-]+\/supervisor$/)
    await supervisor.submitAndFollow(preview, {})
    expect(await held('both')).toContain('supervisor')
    await t.db.owner.db.execute(sql`update sessions set authenticated_at = now() - interval '1 hour'`)
    const stale = await wish(supervisor, base, id('none'), { supervisor: 'yes' })
    expect(stale.url).toMatch(/^\/sign-in\/again/)
    await t.db.owner.db.execute(sql`update sessions set authenticated_at = now()`)
    const down = await wish(supervisor, base, id('supervisor'), { reporting: 'yes' })
    await supervisor.submitAndFollow(down, {})
    expect(await held('supervisor')).toEqual(['reporting'])
  })

  test('two supervisors who take the role from each other at once: one of them stays', async () => {
    await setHeld(t, { customerId, personId: id('both') }, ['supervisor'])
    const other = await t.signIn('both@demo.example')
    for (let round = 0; round < 5; round++) {
      await setHeld(t, { customerId, personId: id('both') }, ['supervisor'])
      await setHeld(t, { customerId, personId: id('supervisor') }, ['supervisor'])
      const [one, two] = [
        await supervisor.get(`${base}/people/${id('both')}/removal`),
        await other.get(`${base}/people/${id('supervisor')}`),
      ]
      const wished = await other.submit(two, { supervisor: '', reporting: 'yes' }, two.url)
      const preview = await other.open(wished.location)
      const answers = await Promise.all([supervisor.submit(one, {}), other.submit(preview, {})])
      const left = [...(await held('both')), ...(await held('supervisor'))].filter(
        (one) => one === 'supervisor',
      )
      expect([answers.map(({ status }) => status).sort()[0], left]).toEqual([303, ['supervisor']])
      if (!(await isMember(t, { customerId, personId: id('both') }))) {
        await associate(t.db.owner.db, customerId, id('both'), 'supervisor')
      }
    }
  })

  test('a change for many that would leave none is refused for each supervisor, and done for the rest', async () => {
    await setHeld(t, { customerId, personId: id('both') }, ['supervisor', 'licensing'])
    await setHeld(t, { customerId, personId: id('none') }, [])
    const form = await supervisor.get(
      `${base}/people/change?person=${id('both')}&person=${id('supervisor')}&person=${id('licensing')}`,
    )
    const answer = await supervisor.submit(form, { supervisor: 'take', licensing: 'take' })
    const preview = await supervisor.open(answer.location)
    expect(preview.text).toContain('2 rows cannot be done')
    const changed = await supervisor.submitAndFollow(preview, {})
    expect(changed.text).toContain('Luc Moreau')
    expect(await held('both')).toEqual(['licensing', 'supervisor'])
    expect(await held('licensing')).toEqual([])
    await setHeld(t, { customerId, personId: id('licensing') }, ['licensing'])
  })
})

describe('removing someone from the company', () => {
  test('says first what they had and what becomes of their drafts; then they are of it no longer', async () => {
    const person = await makePerson(t.db.owner.db, { name: 'Zoé Last' })
    await associate(t.db.owner.db, customerId, person.id, 'licensing')
    await associate(t.db.owner.db, t.cast.customers['100990']!, person.id)
    await t.db.owner.db.execute(sql`
      insert into plans (customer_id, id, tool, created_by) values (${customerId}, gen_random_uuid(), 'configure', ${person.id})`)
    const page = await supervisor.get(`${base}/people/${person.id}/removal`)
    expect(page.text).toMatch(/Licensing.*Their draft of a plan stays with the company/)
    const done = await supervisor.submitAndFollow(page, {})
    expect(done.text).toContain('removed from the company')
    expect(await isMember(t, { customerId, personId: person.id })).toBe(false)
    const [row] = await t.db.owner.db.select().from(people).where(eq(people.id, person.id))
    expect(row!.primaryCustomerId).toBe(t.cast.customers['100990'])
    expect(await mailsTo(person.id)).toContain('privileges-removed')
    const drafts = await t.db.owner.db.execute(sql`select id from plans where created_by = ${person.id}`)
    expect(drafts.length).toBe(1)
  })

  test('what they hold has changed since the page was looked at: 409', async () => {
    const page = await supervisor.get(`${base}/people/${id('none')}/removal`)
    await setHeld(t, { customerId, personId: id('none') }, ['reporting'])
    expect((await supervisor.submit(page, {})).status).toBe(409)
    expect(await isMember(t, { customerId, personId: id('none') })).toBe(true)
  })
})

describe('the list', () => {
  test('filters by name, privilege and last sign-in, and pages by key', async () => {
    const names = async (query: string) =>
      (await supervisor.get(`${base}/people?${query}`))
        .all('tbody th label')
        .map((one) => one.firstChild!.textContent!.trim())
    expect(await names('q=moreau')).toEqual(['Luc Moreau'])
    expect(await names('q=%25')).toEqual([])
    expect(await names('privilege=supervisor')).toEqual(['Sylvie Perrin'])
    expect(await names('privilege=none')).toContain('Nora Petit')
    expect(await names('signedIn=never')).not.toContain('Sylvie Perrin')
    expect(await names('signedIn=30')).not.toContain('Sylvie Perrin')
    await t.db.owner.db.execute(sql`
      update people set last_signed_in_at = now() - interval '100 days' where id = ${id('reporting')}`)
    expect(await names('signedIn=90')).toContain('Rose Lambert')
    for (let i = 0; i < 60; i++) {
      const person = await makePerson(t.db.owner.db, { name: 'Same Name' })
      await associate(t.db.owner.db, customerId, person.id)
    }
    const first = await supervisor.get(`${base}/people?q=same`)
    const second = await supervisor.get(first.link('Next page'))
    const ids = [...first.all('input[name=person]'), ...second.all('input[name=person]')].map((i) =>
      i.getAttribute('value'),
    )
    expect([first.all('tbody tr').length, new Set(ids).size]).toEqual([50, 60])
    expect(first.text).toContain('60 people of')
  })

  test('everyone who fits the filter can be changed at once', async () => {
    const list = await supervisor.get(`${base}/people?q=same`)
    const form = await supervisor.get(list.link('Change all 60 who fit'))
    const answer = await supervisor.submit(form, { reporting: 'give', reportingUntil: '2099-12-31' })
    const preview = await supervisor.open(answer.location)
    expect(preview.text).toContain('60 people would be changed')
    const before = await t.db.owner.db.select().from(requests)
    await supervisor.submitAndFollow(preview, {})
    expect((await t.db.owner.db.select().from(requests)).length).toBe(before.length + 1)
    expect((await supervisor.get(`${base}/people?q=same&privilege=reporting`)).text).toContain('60 people of')
  })

  test('prints: a table of people and privileges', async () => {
    const page = await supervisor.get(`${base}/people/print`)
    expect(page.all('thead tr:not(.g-print-head) th').map((th) => th.textContent)).toEqual([
      'Person',
      'Supervisor',
      'Licensing',
      'Reporting',
      'Last sign-in',
    ])
    expect(page.text).toContain('Rose Lambert')
  })

  test('is for supervisors only', async () => {
    const both = await t.signIn('licensing@demo.example')
    for (const path of [
      'people',
      'people/print',
      'people/people.csv',
      'people/file',
      `people/${id('none')}`,
    ]) {
      expect([path, (await both.get(`${base}/${path}`)).status]).toEqual([path, 403])
    }
    expect((await supervisor.get(`${base}/people/${id('stranger')}`)).status).toBe(404)
    expect((await supervisor.get(`${base}/people/nobody`)).status).toBe(404)
  })
})
