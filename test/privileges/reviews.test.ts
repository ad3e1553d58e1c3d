import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reviewAll } from '../../src/privileges/review-job.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { wish } from '../helpers/privileges.ts'
import type { Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
let t: TestApp
let supervisor: Visitor
let customerId: string
const id = (name: string) => t.cast.people[`${name}@demo.example`]!

beforeAll(async () => {
  t = await testApp()
  customerId = t.cast.customers['100234']!
  supervisor = await t.signIn('supervisor@demo.example')
})
afterAll(() => t.close())

const db = () => t.db.owner.db
const reviews = () =>
  db().execute<{ id: string; number: string; status: string }>(
    sql`select id, number, status from requests where kind = 'yearly-review' and customer_id = ${customerId} order by id`,
  )
const mails = async () =>
  (
    await db().execute<{ reminder: number }>(
      sql`select (params ->> 'reminder')::int as reminder from mails where template = 'review-open' order by id`,
    )
  ).map(({ reminder }) => reminder)

describe('the yearly review', () => {
  test('opens a year after the first supervisor, once, and reminds after 14 and 28 days', async () => {
    await reviewAll(t.app)
    expect(await reviews()).toEqual([])
    await db().execute(sql`
      update customers set first_supervised_at = now() - interval '366 days' where id = ${customerId}`)
    await reviewAll(t.app)
    await reviewAll(t.app)
    expect((await reviews()).length).toBe(1)
    expect(await mails()).toEqual([0])
    for (const [days, said] of [
      [13, [0]],
      [14, [0, 1]],
      [27, [0, 1]],
      [29, [0, 1, 2]],
      [60, [0, 1, 2]],
    ] as const) {
      await db().execute(sql`
        update requests set created_at = now() - make_interval(days => ${days}::int) where kind = 'yearly-review'`)
      await reviewAll(t.app)
      expect([days, await mails()]).toEqual([days, said])
    }
  })

  test('after weeks on which nothing ran, reminds once', async () => {
    await db().execute(sql`
      update requests set details = details || '{"reminded": 0}' where kind = 'yearly-review'`)
    await reviewAll(t.app)
    await reviewAll(t.app)
    expect(await mails()).toEqual([0, 1, 2, 2])
  })

  test('that the counter opened is nobody’s to cancel: the night after would open it again', async () => {
    const [review] = await reviews()
    const place = `${base}/requests/${review!.number}`
    const page = await supervisor.open(place)
    expect(page.all('form[action$="/cancellation"]')).toEqual([])
    expect(page.text).toContain('The yearly review is not cancelled')
    const _csrf = page.one('input[name=_csrf]').getAttribute('value')!
    const answer = await supervisor.post(`${place}/cancellation`, { _csrf, _key: crypto.randomUUID() })
    expect(answer.status).toBe(409)
    expect((await reviews())[0]!.status).toBe('submitted')
  })

  test('is confirmed line by line, saved as one goes, and finished when nobody is left', async () => {
    const [review] = await reviews()
    const path = `${base}/people/reviews/${review!.number}`
    expect((await supervisor.get(`${base}/people`)).link('Go on with it')).toBe(path)
    const page = await supervisor.get(path)
    expect(page.all('tbody tr').length).toBe(6)
    const nobody = await supervisor.submit(page, { person: [] }, path)
    expect([nobody.status, nobody.text.includes('Tick who is to stay')]).toEqual([422, true])
    await supervisor.submit(page, { person: [id('both'), id('licensing'), id('reporting')] }, path)
    const tokens = { _csrf: page.one('input[name=_csrf]').getAttribute('value')!, _key: crypto.randomUUID() }
    expect((await supervisor.post(`${path}/completion`, tokens)).status).toBe(409)
    expect((await supervisor.get(path)).all('tbody tr').length).toBe(3)
    // Found as on the list of people; what is kept there leads back to the same filter.
    const found = await supervisor.get(`${path}?privilege=none&q=petit`)
    expect(found.all('tbody tr').map((row) => row.textContent)).toEqual([
      expect.stringContaining('Nora Petit'),
    ])
    expect(found.text).toMatch(/To be confirmed \(3\).*Confirmed \(3\).*1 person to be confirmed/)
    const ticked = await supervisor.submit(found, { person: [] }, path)
    expect([ticked.status, ticked.all('tbody tr').length]).toEqual([422, 1])
    expect((await supervisor.get(`${path}?q=nobody-is-called-so`)).text).toContain('Show everyone')
    const shown = await supervisor.get(`${path}?q=carr&show=decided`)
    expect(shown.all('tbody tr').map((row) => row.textContent)).toEqual([
      expect.stringContaining('Bruno Carré'),
    ])
    // Whoever is changed or removed has been looked at.
    await supervisor.submit(await wish(supervisor, base, id('none'), { reporting: 'yes' }), {})
    await supervisor.submit(await supervisor.get(`${base}/people/${id('several')}/removal`), {})
    const last = await supervisor.get(path)
    expect(last.all('tbody tr').length).toBe(1)
    const done = await supervisor.submitAndFollow(last, { person: id('supervisor') }, path)
    expect(done.text).toContain('Everyone is confirmed')
    const finished = await supervisor.submitAndFollow(done, {}, `${path}/completion`)
    expect(finished.text).toMatch(/Completed.*Everyone is confirmed: 6 in all/)
    const decided = await supervisor.get(`${path}?show=decided`)
    expect(decided.text).toMatch(/changed[\s\S]*by Sylvie Perrin/)
    await reviewAll(t.app)
    expect((await reviews()).length).toBe(1)
  })

  test('a supervisor begins it before its time; one that is open is gone on with', async () => {
    const page = await supervisor.get(`${base}/people`)
    const first = await supervisor.submit(page, {}, `${base}/people/reviews`)
    const again = await supervisor.submit(page, { _key: crypto.randomUUID() }, `${base}/people/reviews`)
    expect([first.status, again.location]).toEqual([303, first.location])
    expect((await reviews()).length).toBe(2)
    expect((await (await t.signIn('both@demo.example')).get(first.location)).status).toBe(403)
    const place = first.location.replace('/people/reviews/', '/requests/')
    await supervisor.submit(await supervisor.open(place), {}, `${place}/cancellation`)
    expect((await reviews()).at(-1)!.status).toBe('cancelled')
  })
})
