import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { asc, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordPublisherActivity } from '../../src/activity/publisher.ts'
import { recordActivity } from '../../src/activity/record.ts'
import { verifyPublisherActivity } from '../../src/activity/verify.ts'
import { publisherActivity, publisherActivityParticulars } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'

const slow = { timeout: 120_000 }
const user = userInfo().username

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const entries = () => t.db.owner.db.select().from(publisherActivity).orderBy(asc(publisherActivity.seq))
const particulars = () =>
  t.db.owner.db.select().from(publisherActivityParticulars).orderBy(asc(publisherActivityParticulars.seq))
const verify = () => t.db.database.transaction(verifyPublisherActivity)

async function run(...args: string[]): Promise<string> {
  const { code, out, err } = await runGuichet(t.db, args)
  expect(code, err).toBe(0)
  return out
}

describe('what commands do to the counter itself', () => {
  test('is recorded: a setting, a key, staff, an issuer added, changed and removed', slow, async () => {
    const issuer = 'https://login.halden.example'
    const secret = join(mkdtempSync(join(tmpdir(), 'guichet-secret-')), 'secret')
    writeFileSync(secret, 'a client secret')
    const add = ['issuer', 'add', issuer, '--name', 'Halden', '--client-id', 'guichet', '--domains']
    await run('publisher', 'moves_per_year', '10')
    await run('publisher', 'moves_per_year', '10')
    await run('publisher', 'support_text', 'Ask Zoé')
    const kid = (await run('keys', 'create')).trim()
    await run('staff', 'add', 'new-staff@example.com')
    await run(...add, 'halden.example', '--client-secret-file', secret)
    await run(...add, 'halden.example,other.example', '--staff')
    await run('issuer', 'remove', issuer)
    const rows = await entries()
    expect(rows.map(({ verb, objectId, details }) => [verb, objectId, details])).toMatchObject([
      ['setting.changed', 'moves_per_year', { from: '6', to: '10' }],
      ['setting.changed', 'support_text', {}],
      ['key.created', kid, {}],
      ['staff.added', expect.stringMatching(/^[0-9a-f-]{36}$/), {}],
      ['issuer.added', issuer, { name: 'Halden', domains: ['halden.example'], hasSecret: true }],
      ['issuer.changed', issuer, { isStaffIssuer: true, domains: ['halden.example', 'other.example'] }],
      ['issuer.removed', issuer, { name: 'Halden', linked: 0 }],
    ])
    expect(rows.every(({ personId }) => personId === null)).toBe(true)
    const facts = (await particulars()).map((one) => one.facts)
    expect(facts.map(({ operator }) => operator)).toEqual(rows.map(() => user))
    expect(facts[1]).toMatchObject({ from: '', to: 'Ask Zoé' })
    expect(JSON.stringify(rows)).not.toMatch(/a client secret|Zoé|new-staff@/)
    expect(await verify()).toMatchObject({ entries: 7, seq: 7, faults: [] })
  })

  test('a command that is refused records nothing', slow, async () => {
    const before = (await entries()).length
    for (const args of [
      ['publisher', 'moves_per_year', 'many'],
      ['issuer', 'remove', 'https://nobody.example'],
      ['staff', 'reset-second-factor', 'nobody@example.com'],
    ]) {
      expect((await runGuichet(t.db, args)).code).not.toBe(0)
    }
    expect(await entries()).toHaveLength(before)
  })

  test('is read at the desk among all others, filtered and as CSV; by no company and no other person', async () => {
    const desk = await t.signIn('desk@demo.example')
    const page = await desk.get('/desk/activity')
    const row = (text: string) =>
      page.all('tbody tr').find((one) => one.textContent!.includes(text))!.textContent!
    expect(row('Setting changed')).toContain(`guichet command (${user})`)
    expect(page.text).toContain('moves_per_year, from 6 to 10')
    expect(page.text).toContain('https://login.halden.example, halden.example, other.example')
    expect(row('support_text')).toContain('from – to Ask Zoé')
    expect(row('Person let in as staff')).toContain('new-staff@example.com')
    const keys = await desk.get('/desk/activity?about=key')
    expect(keys.all('tbody tr')).toHaveLength(1)
    expect((await desk.get(`/desk/activity?about=key&q=${user}`)).all('tbody tr')).toHaveLength(1)
    expect((await desk.get('/desk/activity?about=key&customer=100234')).all('tbody tr')).toHaveLength(0)
    expect((await desk.get('/desk/activity.csv?about=setting')).body).toContain('from 6 to 10')
    for (const [email, path] of [
      ['supervisor@demo.example', '/c/100234/activity'],
      ['supervisor@demo.example', '/account/activity'],
      ['desk@demo.example', '/account/activity'],
    ] as const) {
      const theirs = await (email === 'desk@demo.example' ? desk : await t.signIn(email)).get(path)
      expect(theirs.status).toBe(200)
      expect(theirs.text).not.toMatch(/Setting changed|Signing key|guichet command/)
      expect(theirs.all('option[value=key]')).toEqual([])
    }
  })

  test('pages by key through both records as one', async () => {
    const customerId = t.cast.customers['100234']!
    for (let n = 0; n < 60; n++) {
      const note = { personId: null, objectKind: 'note', objectId: `note ${n}` }
      await t.db.database.transaction((tx) =>
        recordPublisherActivity(tx, { verb: 'setting.changed', ...note }),
      )
      await t.db.database.forCustomer(customerId, (tx) =>
        recordActivity(tx, { customerId, verb: 'host.note-added', ...note }),
      )
    }
    const desk = await t.signIn('desk@demo.example')
    const seen: string[] = []
    for (let next: string | null = '/desk/activity'; next; ) {
      const page = await desk.get(next)
      seen.push(...page.all('tbody time').map((time) => time.getAttribute('datetime')!))
      next = page.all('a[rel=next]')[0]?.getAttribute('href') ?? null
    }
    const [all] = await t.db.owner.db.execute<{ n: number }>(sql`
      select ((select count(*) from activity) + (select count(*) from publisher_activity))::int as n`)
    expect(seen).toHaveLength(all!.n)
    expect(seen).toEqual([...seen].sort().reverse())
  })
})

describe('the publisher’s chain', () => {
  test('stays one line with many at once, and an act that fails leaves no gap', async () => {
    const before = (await verify()).entries
    const acts = Array.from({ length: 12 }, (_, n) =>
      t.db.database.transaction(async (tx) => {
        const entry = { personId: null, objectKind: 'setting', objectId: `setting ${n}` }
        await recordPublisherActivity(tx, { verb: 'setting.changed', ...entry })
        if (n % 4 === 0) throw new Error('undone')
      }),
    )
    await Promise.allSettled(acts)
    expect(await verify()).toMatchObject({ entries: before + 9, seq: before + 9, faults: [] })
  })

  test('the application’s role can add to it, and change or remove nothing', async () => {
    for (const statement of [
      sql`update publisher_activity set verb = 'x'`,
      sql`delete from publisher_activity`,
      sql`truncate publisher_activity`,
    ]) {
      await expect(t.db.database.db.execute(statement)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('permission denied') },
      })
    }
  })

  test('names that were erased leave it whole; changed names are found', async () => {
    const { erased } = await verify()
    await t.db.owner.db.execute(sql`delete from publisher_activity_particulars where seq = 1`)
    expect(await verify()).toMatchObject({ erased: erased + 1, faults: [] })
    await t.db.owner.db.execute(
      sql`update publisher_activity_particulars set facts = '{"operator":"nobody"}' where seq = 2`,
    )
    expect((await verify()).faults).toEqual([{ seq: 2, kind: 'particulars' }])
    await t.db.owner.db.execute(sql`delete from publisher_activity_particulars where seq = 2`)
  })

  test('guichet activity verify reads it too, and says what was changed or taken off', slow, async () => {
    const whole = await runGuichet(t.db, ['activity', 'verify'])
    expect(whole.code, whole.out).toBe(0)
    expect(whole.out).toMatch(
      /^publisher {2}whole {2}\d+ entries \(2 with names erased\) {2}end \d+:[0-9a-f]{64}$/m,
    )
    expect((await runGuichet(t.db, ['activity', 'verify', '100234'])).out).not.toContain('publisher')
    await t.db.owner.db.execute(sql`update publisher_activity set object_id = 'undo_hours' where seq = 1`)
    await t.db.owner.db.execute(sql`delete from publisher_activity_particulars where seq = 4`)
    await t.db.owner.db.execute(sql`delete from publisher_activity where seq = 4`)
    const broken = await runGuichet(t.db, ['activity', 'verify'])
    expect(broken.code).toBe(1)
    expect(broken.out).toContain('publisher  entry 1 is not what was recorded')
    expect(broken.out).toContain('publisher  entry 4 is missing')
  })
})
