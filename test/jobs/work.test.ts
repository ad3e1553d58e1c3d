import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { App } from '../../src/app.ts'
import { newId } from '../../src/ids.ts'
import { makeBoss } from '../../src/jobs/boss.ts'
import { nextMidnight, scheduleNext } from '../../src/jobs/schedule.ts'
import { startJobs } from '../../src/jobs/start.ts'
import { workOff } from '../../src/jobs/work.ts'
import { queueMail } from '../../src/mail/outbox.ts'
import { discardPlan } from '../../src/plans/drafts.ts'
import { customers, formKeys, hosts, mails, throttles } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import {
  associate,
  dayFromNow,
  makeCustomer,
  makeEntitlement,
  makeHost,
  makePerson,
  makeProduct,
  makePublisher,
} from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'

let db: TestDatabase
let app: App
let home: string
let customerId: string
let personId: string
const logged: unknown[] = []

beforeAll(async () => {
  db = await testDatabase()
  const publisher = await makePublisher(db.owner.db)
  home = await mkdtemp(join(tmpdir(), 'guichet-jobs-'))
  app = appOn(db.database, publisher)
  customerId = (await makeCustomer(db.owner.db)).id
  personId = (await makePerson(db.owner.db)).id
  await associate(db.owner.db, customerId, personId)
  const product = await makeProduct(db.owner.db)
  await makeEntitlement(db.owner.db, customerId, product.id)
})
afterAll(() => db.drop())

function appOn(database: App['database'], publisher: ReturnType<App['publisher']>): App {
  const note = (what: unknown) => logged.push(what)
  return {
    config: { home, baseUrl: 'http://127.0.0.1:3000', mail: {}, secret: 'x'.repeat(32) },
    database,
    publisher: () => publisher,
    today: () => dayFromNow(),
    log: { warn: note, error: note },
  } as unknown as App
}

const waiting = async (queue: string) =>
  db.owner.db.execute<{ data: Record<string, unknown>; start_after: string }>(sql`
    select data, start_after from pgboss.job where name = ${queue} and state < 'active'`)
const sendOne = () =>
  db.database.forCustomer(customerId, (tx) =>
    queueMail(tx, {
      customerId,
      personId,
      template: 'request-completed',
      params: { number: 100000009, kind: 'configure' },
    }),
  )

test.each([
  ['UTC', '2026-11-24T10:00:00Z', '2026-11-25T00:00:00Z'],
  ['Europe/Paris', '2026-11-24T22:59:59Z', '2026-11-24T23:00:00Z'],
  ['Europe/Paris', '2026-11-24T23:00:00Z', '2026-11-25T23:00:00Z'],
  // The days on which the clock is set back and forward: 25 and 23 hours.
  ['Europe/Paris', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  ['Europe/Paris', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  ['Asia/Kathmandu', '2026-11-24T18:14:59Z', '2026-11-24T18:15:00Z'],
])('the day of %s that has %s ends at %s', (zone, now, end) => {
  expect(nextMidnight(zone, new Date(now))).toEqual(new Date(end))
})

test('the turn of the day waits once, however often it is asked for', async () => {
  const now = new Date('2026-11-24T10:00:00Z')
  await scheduleNext(app, 'count-customers', now)
  await scheduleNext(app, 'count-customers', now)
  const jobs = await waiting('count-customers')
  expect(jobs.map((job) => new Date(job.start_after).toISOString())).toEqual(['2026-11-25T00:00:00.000Z'])
})

test('at the turn of the day every company is counted', async () => {
  await db.owner.db
    .update(customers)
    .set({ countedOn: dayFromNow(-1) })
    .where(eq(customers.id, customerId))
  await workOff(app, 'count-customers', {})
  const [row] = await db.owner.db.select().from(customers).where(eq(customers.id, customerId))
  expect(row!.countedOn).toBe(dayFromNow())
})

test('housekeeping removes what has served its time, and nothing else', async () => {
  const { draft } = planner(db.database, customerId, personId)
  const kept = await draft([])
  const dropped = await draft([])
  const planned = { status: 'planned' as const }
  const keptHost = await makeHost(db.owner.db, customerId, { ...planned, planId: kept })
  const host = await makeHost(db.owner.db, customerId)
  await db.database.forCustomer(customerId, (tx) => discardPlan(tx, { customerId, planId: dropped }))
  const left = await makeHost(db.owner.db, customerId, { ...planned, planId: dropped })
  const [oldKey, newKey] = [newId(), newId()]
  const key = { personId, bodyDigest: 'x', location: '/' }
  await db.owner.db.insert(formKeys).values([
    { ...key, key: oldKey, createdAt: new Date(Date.now() - 8 * 86_400_000) },
    { ...key, key: newKey },
  ])
  await db.owner.db.insert(throttles).values([
    { key: 'old', tries: 1, windowStartsAt: new Date(Date.now() - 3 * 86_400_000) },
    { key: 'new', tries: 1, windowStartsAt: new Date() },
  ])
  await workOff(app, 'housekeeping', {})
  const hostIds = (await db.owner.db.select().from(hosts)).map(({ id }) => id)
  expect(hostIds).toEqual(expect.arrayContaining([keptHost.id, host.id]))
  expect(hostIds).not.toContain(left.id)
  expect((await db.owner.db.select().from(formKeys)).map((row) => row.key)).toEqual([newKey])
  expect((await db.owner.db.select().from(throttles)).map((row) => row.key)).toEqual(['new'])
})

test('a mail whose job gave up is queued again, one that waits or was sent is not', async () => {
  const ids = [(await sendOne())!, (await sendOne())!, (await sendOne())!]
  const [forgotten, , sent] = ids
  const hourAgo = new Date(Date.now() - 2 * 3_600_000)
  await db.owner.db.update(mails).set({ createdAt: hourAgo })
  await db.owner.db.update(mails).set({ sentAt: new Date() }).where(eq(mails.id, sent!))
  await db.owner.db.execute(sql`
    update pgboss.job set state = 'failed' where data->>'mailId' in (${forgotten!}, ${sent!})`)
  await workOff(app, 'housekeeping', {})
  const again = (await waiting('send-mail')).map(({ data }) => data['mailId'])
  expect(again.sort()).toEqual(ids.slice(0, 2).sort())
})

test('started jobs send what is queued, and stop', async () => {
  const id = await sendOne()
  const jobs = await startJobs(app)
  await vi.waitFor(async () => expect(await readdir(join(home, 'mail'))).toContain(`${id}.eml`), 15_000)
  await jobs.stop()
})

test('a failing job is logged, stays queued, and the others go on', async () => {
  await db.owner.db.execute(sql`delete from pgboss.job where name = 'send-mail'`)
  const lost = await sendOne()
  await db.owner.db.update(mails).set({ template: 'unknown' }).where(eq(mails.id, lost!))
  const id = await sendOne()
  const jobs = await startJobs(app)
  await vi.waitFor(async () => expect(await readdir(join(home, 'mail'))).toContain(`${id}.eml`), 15_000)
  await jobs.stop()
  expect((await waiting('send-mail')).map(({ data }) => data['mailId'])).toEqual([lost])
  expect(logged).toContainEqual(expect.objectContaining({ queue: 'send-mail' }))
})

test('the upkeep of the queues works with the rights of the application', async () => {
  const boss = makeBoss(db.database.sql)
  const errors: unknown[] = []
  boss.on('error', (error) => errors.push(error))
  await boss.start()
  await boss.supervise()
  await boss.stop({ close: false })
  expect(errors).toEqual([])
})

test('what a killed process was at is taken up within minutes, not at its latest end', async () => {
  await db.owner.db.execute(sql`delete from pgboss.job where name = 'temporary-licenses'`)
  await scheduleNext(app, 'temporary-licenses')
  await db.owner.db.execute(sql`
    update pgboss.job set state = 'active', started_on = now() - interval '5 minutes',
      heartbeat_on = now() - interval '3 minutes'
    where name = 'temporary-licenses'`)
  // It is looked for once a minute.
  await db.owner.db.execute(sql`
    update pgboss.queue set monitor_claim_on = null, monitor_on = now() - interval '2 minutes'`)
  const boss = makeBoss(db.database.sql)
  await boss.start()
  await boss.supervise('temporary-licenses')
  await boss.stop({ close: false })
  const [job] = await db.owner.db.execute(sql`select state from pgboss.job where name = 'temporary-licenses'`)
  expect(job).toEqual({ state: 'retry' })
})

test('without a database, jobs start later and stopping does not wait for it', async () => {
  const gone = db.connect({ url: 'postgres://nobody@127.0.0.1:1/none' })
  const jobs = await startJobs(appOn(gone, app.publisher()))
  await vi.waitFor(() => expect(JSON.stringify(logged)).toContain('ECONNREFUSED'), 15_000)
  await jobs.stop()
})
