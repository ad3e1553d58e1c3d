import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordActivity } from '../../src/activity/record.ts'
import { recordCompleted } from '../../src/requests/completed.ts'
import { parseRequestNumber } from '../../src/requests/number.ts'
import { listRequests } from '../../src/requests/queries.ts'
import { recordEvent, recordRequest } from '../../src/requests/record.ts'
import { activity, mails, requestEvents, requests } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { associate, makeCustomer, makePerson } from '../helpers/makers.ts'

let db: TestDatabase
let customerId: string
let personId: string

beforeAll(async () => {
  db = await testDatabase()
  customerId = (await makeCustomer(db.owner.db)).id
  personId = (await makePerson(db.owner.db)).id
  await associate(db.owner.db, customerId, personId, 'licensing')
})
afterAll(() => db.drop())

const asked = () => ({ customerId, personId, kind: 'configure', status: 'completed' }) as const

test('R2: every request gets the next number, with a check digit, and its first events', async () => {
  const [one, two] = await db.database.forCustomer(customerId, async (tx) => [
    await recordRequest(tx, asked()),
    await recordRequest(tx, { ...asked(), status: 'submitted' }),
  ])
  expect(one!.number).toBe(100000009)
  expect(two!.number).toBe(100000017)
  expect(parseRequestNumber(String(two!.number))).toEqual({ number: 100000017 })
  const kinds = async (id: string) => {
    const events = await db.owner.db.select().from(requestEvents).where(eq(requestEvents.requestId, id))
    return events.map((event) => event.kind)
  }
  expect(await kinds(one!.id)).toEqual(['submitted', 'completed'])
  expect(await kinds(two!.id)).toEqual(['submitted'])
})

test('R2: a number that was rolled back is not given again, and nothing of its request is stored', async () => {
  let lost = 0
  const failing = db.database.forCustomer(customerId, async (tx) => {
    lost = (await recordCompleted(tx, asked())).number
    await recordActivity(tx, {
      customerId,
      personId,
      verb: 'plan.submitted',
      objectKind: 'test',
      objectId: 'undone',
    })
    throw new Error('the act fails')
  })
  await expect(failing).rejects.toThrow('the act fails')
  const later = await db.database.forCustomer(customerId, (tx) => recordRequest(tx, asked()))
  expect(later.number).toBeGreaterThan(lost)
  expect(await db.owner.db.select().from(requests).where(eq(requests.number, lost))).toEqual([])
  expect(await db.owner.db.select().from(mails)).toEqual([])
  expect(await db.owner.db.select().from(activity).where(eq(activity.objectId, 'undone'))).toEqual([])
})

test('R2: forty people at once get forty numbers', async () => {
  const made = await Promise.all(
    Array.from({ length: 40 }, () => db.database.forCustomer(customerId, (tx) => recordRequest(tx, asked()))),
  )
  expect(new Set(made.map(({ number }) => number)).size).toBe(40)
})

test('what happened to a request, and who did what, cannot be changed by the application', async () => {
  const request = await db.database.forCustomer(customerId, (tx) => recordRequest(tx, asked()))
  await db.database.forCustomer(customerId, (tx) =>
    recordEvent(tx, {
      customerId,
      requestId: request.id,
      personId,
      kind: 'answered',
      details: { text: 'x' },
    }),
  )
  const change = db.database.forCustomer(customerId, (tx) =>
    tx.update(requestEvents).set({ kind: 'declined' }).where(eq(requestEvents.requestId, request.id)),
  )
  await expect(change).rejects.toThrow()
  const remove = db.database.forCustomer(customerId, (tx) =>
    tx.delete(activity).where(eq(activity.customerId, customerId)),
  )
  await expect(remove).rejects.toThrow()
})

test('the list goes on exactly where the page before ended', async () => {
  const other = (await makeCustomer(db.owner.db)).id
  const numbers: number[] = []
  for (let n = 0; n < 7; n++) {
    const made = await db.database.forCustomer(other, (tx) =>
      recordRequest(tx, { ...asked(), customerId: other }),
    )
    numbers.unshift(made.number)
  }
  const scope = { personId, holds: { supervisor: false, licensing: true, reporting: false } }
  const seen: number[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await db.database.readCustomer(other, (tx) =>
      listRequests(tx, other, { scope, after, size: 3 }),
    )
    seen.push(...page.rows.map((row) => row.number))
    after = page.next
  }
  expect(seen).toEqual(numbers)
})
