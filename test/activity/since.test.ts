import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { recordActivities } from '../../src/activity/record.ts'
import { runGuichet } from '../helpers/command.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { makeCustomer } from '../helpers/makers.ts'

const slow = { timeout: 60_000 }
const folder = mkdtempSync(join(tmpdir(), 'guichet-ends-'))
const file = join(folder, 'ends.txt')

let db: TestDatabase
let number: string
let id: string
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(async () => {
  await db.drop()
  rmSync(folder, { recursive: true, force: true })
})
// A company with three entries, of which an earlier check has kept the end, and two that came later.
beforeEach(async () => {
  const customer = await makeCustomer(db.owner.db)
  ;[id, number] = [customer.id, customer.customerNumber]
  await act(3)
  writeFileSync(file, (await verify()).out)
  await act(2)
})

async function act(times: number): Promise<void> {
  const entry = { personId: null, verb: 'plan.submitted' as const, objectKind: 'plan', objectId: 'x' }
  await db.database.forCustomer(id, (tx) => recordActivities(tx, id, Array(times).fill(entry)))
}

const verify = (...more: string[]) => runGuichet(db, ['activity', 'verify', number, ...more])
const tamper = (statement: ReturnType<typeof sql>) => db.owner.db.execute(statement)

async function rewrite(entries: number): Promise<void> {
  await tamper(sql`delete from activity where customer_id = ${id}`)
  await tamper(sql`delete from activity_heads where customer_id = ${id}`)
  if (entries > 0) await act(entries)
}

test('a chain that only grew holds against what an earlier check has printed', slow, async () => {
  const { code, out } = await verify('--since', file)
  expect([code, out]).toEqual([0, expect.stringContaining(`${number}  whole  5 entries`)])
})

test('what a chain alone cannot show is found: made anew, cut off with its head, or gone', slow, async () => {
  await rewrite(5)
  expect((await verify()).code).toBe(0)
  const anew = await verify('--since', file)
  expect([anew.code, anew.out]).toEqual([1, expect.stringContaining('entry 3 is another than at an earlier')])

  await rewrite(2)
  const cut = await verify('--since', file)
  expect([cut.code, cut.out]).toEqual([1, expect.stringContaining('entry 3 was there at an earlier check')])

  await rewrite(0)
  expect((await verify()).out).toBe('No change and no gap was found.\n')
  const gone = await verify('--since', file)
  expect([gone.code, gone.out]).toEqual([1, expect.stringContaining(`${number}  BROKEN  0 entries`)])
})

test('a company that is not there any more is named; one that was not asked for is not', slow, async () => {
  writeFileSync(file, `GONE-1  whole  1 entries  end 1:${'0'.repeat(64)}\n`)
  const all = await runGuichet(db, ['activity', 'verify', '--since', file])
  expect([all.code, all.out]).toEqual([1, expect.stringContaining('GONE-1  is gone')])
  expect((await verify('--since', file)).code).toBe(0)
})

test('a file without such a line, or none at all, checks nothing: that is said', slow, async () => {
  writeFileSync(file, 'No change and no gap was found.\n')
  const empty = await verify('--since', file)
  expect([empty.code, empty.out, empty.err]).toEqual([2, '', expect.stringContaining('holds no line')])
  const none = await verify('--since', join(folder, 'nowhere'))
  expect([none.code, none.out, none.err]).toEqual([2, '', expect.stringContaining('nowhere')])
  const option = await verify('--until', file)
  expect([option.code, option.err]).toEqual([2, expect.stringContaining('[--since FILE]')])
})
