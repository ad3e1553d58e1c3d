import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson, digestOfParticulars, hashOfLink } from '../../src/activity/chain.ts'
import { recordActivities, recordActivity } from '../../src/activity/record.ts'
import { verifyActivity } from '../../src/activity/verify.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { makeCustomer } from '../helpers/makers.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

const entry = (n: number, more = {}) => ({
  personId: null,
  verb: 'plan.submitted' as const,
  objectKind: 'plan',
  objectId: `plan ${n}`,
  details: { lines: n, tool: 'configure', words: ['é', '"', '\n'] },
  ...more,
})

/** A company with that many entries, every third with particulars. */
async function company(entries: number): Promise<string> {
  const { id } = await makeCustomer(db.owner.db)
  for (let n = 1; n <= entries; n++) {
    const more = n % 3 === 0 ? { particulars: { email: `person-${n}@example.com` } } : {}
    await db.database.forCustomer(id, (tx) => recordActivity(tx, { customerId: id, ...entry(n, more) }))
  }
  return id
}

const verify = (id: string) => db.database.readCustomer(id, (tx) => verifyActivity(tx, id))
const tamper = (statement: ReturnType<typeof sql>) => db.owner.db.execute(statement)

describe('the chain of a company’s activity', () => {
  test('is whole as it was written, one at a time or many at once', async () => {
    const id = await company(4)
    await db.database.forCustomer(id, (tx) => recordActivities(tx, id, [entry(5), entry(6), entry(7)]))
    const checked = await verify(id)
    expect(checked).toMatchObject({ entries: 7, seq: 7, unchained: 0, erased: 0, faults: [] })
    expect(checked.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('stays one line with many at once, and an act that fails leaves no gap', async () => {
    const id = await company(0)
    const acts = Array.from({ length: 16 }, (_, n) =>
      db.database.forCustomer(id, async (tx) => {
        await recordActivity(tx, { customerId: id, ...entry(n) })
        if (n % 4 === 0) throw new Error('undone')
      }),
    )
    await Promise.allSettled(acts)
    expect(await verify(id)).toMatchObject({ entries: 12, seq: 12, faults: [] })
  })

  test('two companies’ chains have nothing to do with one another', async () => {
    const [one, other] = [await company(2), await company(3)]
    expect(await verify(one)).toMatchObject({ entries: 2, faults: [] })
    expect(await verify(other)).toMatchObject({ entries: 3, faults: [] })
  })

  test.each([
    ['verb', sql`verb = 'plan.discarded'`],
    ['time', sql`at = at - interval '1 ms'`],
    ['person', sql`person_id = gen_random_uuid()`],
    ['object', sql`object_id = 'another'`],
    ['details', sql`details = jsonb_set(details, '{lines}', '99')`],
    ['hash', sql`hash = repeat('0', 64)`],
    ['hash that is none', sql`hash = null`],
    ['time by less than the counter keeps', sql`at = at + interval '400 microseconds'`],
    ['time that is none', sql`at = 'infinity'`],
    ['time before all calendars', sql`at = '0044-03-15 00:00+00 BC'`],
  ])('a changed %s is found at its entry', async (_, change) => {
    const id = await company(5)
    await tamper(sql`update activity set ${change} where customer_id = ${id} and seq = 3`)
    const { faults } = await verify(id)
    expect(faults[0]).toEqual({ seq: 3, kind: 'changed' })
  })

  test('an entry that was taken out is found, in the middle and at the end', async () => {
    const id = await company(5)
    await tamper(sql`delete from activity where customer_id = ${id} and seq = 2`)
    expect((await verify(id)).faults).toEqual([{ seq: 2, to: 2, kind: 'gap' }])
    await tamper(sql`delete from activity where customer_id = ${id} and seq = 5`)
    expect((await verify(id)).faults).toEqual([
      { seq: 2, to: 2, kind: 'gap' },
      { seq: 5, kind: 'end' },
    ])
  })

  test('a number far beyond is one gap, found at once', async () => {
    const id = await company(3)
    await tamper(sql`update activity set seq = 9000000000000000 where customer_id = ${id} and seq = 3`)
    expect((await verify(id)).faults[0]).toEqual({ seq: 3, to: 8999999999999999, kind: 'gap' })
  })

  // As whoever owns the database can write it: a row like another, with the hash of that one.
  const forge = (id: string, seq: ReturnType<typeof sql>, at = sql`at`) =>
    tamper(sql`insert into activity (customer_id, id, at, verb, object_kind, object_id, details, seq, hash)
      select customer_id, gen_random_uuid(), ${at}, 'plan.discarded', object_kind, object_id, details, ${seq}, hash
      from activity where customer_id = ${id} and activity.seq = 2`)

  test.each([
    ['zero', 0],
    ['less than zero', -7],
  ])('an entry put in with the number %s is found', async (_, seq) => {
    const id = await company(3)
    await forge(id, sql`${seq}::bigint`)
    expect((await verify(id)).faults).toEqual([{ seq, kind: 'added' }])
  })

  test('of two entries with one number one is found, though it bears the hash of the other', async () => {
    const id = await company(3)
    await tamper(sql`alter table activity drop constraint activity_in_order`)
    try {
      await forge(id, sql`activity.seq`)
      const { faults } = await verify(id)
      expect(faults.map(({ seq }) => seq)).toContain(2)
    } finally {
      await tamper(sql`delete from activity where customer_id = ${id} and verb = 'plan.discarded'`)
      await tamper(sql`alter table activity add constraint activity_in_order unique (customer_id, seq)`)
    }
  })

  test('an entry without a number is from before the chain, unless it is younger', async () => {
    const id = await company(3)
    await forge(id, sql`null::bigint`, sql`at - interval '1 day'`)
    expect(await verify(id)).toMatchObject({ unchained: 1, faults: [] })
    await forge(id, sql`null::bigint`, sql`at + interval '1 hour'`)
    expect(await verify(id)).toMatchObject({ unchained: 2, faults: [{ seq: 0, kind: 'beside', count: 1 }] })
  })

  test('two entries that changed places are found', async () => {
    const id = await company(4)
    await tamper(sql`update activity set seq = -seq where customer_id = ${id} and seq in (2, 4)`)
    await tamper(sql`update activity set seq = 6 + seq where customer_id = ${id} and seq < 0`)
    expect((await verify(id)).faults.length).toBeGreaterThan(0)
  })

  test('names can be erased and the chain holds; changed they are found', async () => {
    const id = await company(6)
    await db.database.forCustomer(id, (tx) =>
      tx.execute(sql`delete from activity_particulars n using activity a where n.customer_id = ${id}
        and a.customer_id = n.customer_id and a.id = n.activity_id and a.seq = 3`),
    )
    expect(await verify(id)).toMatchObject({ entries: 6, erased: 1, faults: [] })
    await tamper(sql`update activity_particulars set facts = '{"email":"other@example.com"}'
      where customer_id = ${id}`)
    expect((await verify(id)).faults).toEqual([{ seq: 6, kind: 'particulars' }])
  })

  test('the application’s role can change and delete nothing of it', async () => {
    const id = await company(1)
    for (const act of [sql`update activity set verb = 'x.y'`, sql`delete from activity`])
      await expect(db.database.forCustomer(id, (tx) => tx.execute(act))).rejects.toThrow()
  })
})

describe('the form that is hashed', () => {
  test('sorts keys, keeps arrays in order, and has no blanks', () => {
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: 'é"\n' } })).toBe(
      '{"a":{"c":"é\\"\\n","d":null},"b":[2,1]}',
    )
  })

  test('is the one of the vector in docs/activity.md', () => {
    const link = {
      customerId: '01900000-0000-7000-8000-000000000001',
      seq: 1,
      id: '01900000-0000-7000-8000-000000000002',
      at: new Date('2026-11-24T08:00:00.123Z'),
      personId: '01900000-0000-7000-8000-000000000003',
      verb: 'privilege.granted' as const,
      objectKind: 'person',
      objectId: '01900000-0000-7000-8000-000000000004',
      requestId: null,
      details: { until: null, privilege: 'reporting' },
      particularsDigest: digestOfParticulars('00ff', { network: '192.0.2.1' }),
    }
    expect([link.particularsDigest, hashOfLink(link, '')]).toEqual([
      'eec7a7fa2eec3a26361cb924e9212ba6f9940464a3e3a483d464798d23e0eb68',
      '3f1ca869785bfe87caf91106174962e605fd96d13308979a5485872197c16305',
    ])
  })
})
