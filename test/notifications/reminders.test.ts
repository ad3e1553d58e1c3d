import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { renderMail } from '../../src/mail/render.ts'
import { saveChoices, saveCompanyChoices } from '../../src/notifications/choices.ts'
import { type Digest, remindAll } from '../../src/notifications/remind.ts'
import { topicDefaults } from '../../src/notifications/topics.ts'
import {
  associations,
  contracts,
  customers,
  dailyJobs,
  expiryReminders,
  mails,
  people,
  privileges,
} from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import {
  addTerm,
  associate,
  dayFromNow,
  makeCustomer,
  makeEntitlement,
  makePerson,
  makeProduct,
  makePublisher,
  reviseTerm,
} from '../helpers/makers.ts'

let db: TestDatabase
let app: App
let customerId: string
let personId: string
let product: Awaited<ReturnType<typeof makeProduct>>

beforeAll(async () => {
  db = await testDatabase()
  await makePublisher(db.owner.db)
  product = await makeProduct(db.owner.db)
  app = { database: db.database, today: () => dayFromNow() } as unknown as App
})
afterAll(() => db.drop())

beforeEach(async () => {
  await db.owner.db.delete(mails)
  await db.owner.db.delete(dailyJobs)
  await db.owner.db.execute(sql`delete from terms`)
  await db.owner.db.delete(contracts).catch(() => {})
  customerId = (await makeCustomer(db.owner.db, { name: 'Kühn & Søn' })).id
  personId = await member('reporting')
})

async function member(...held: ('supervisor' | 'licensing' | 'reporting')[]): Promise<string> {
  const { id } = await makePerson(db.owner.db)
  await associate(db.owner.db, customerId, id, ...held)
  return id
}

/** A license that ends in so many days; its contract has no end. */
const license = (endsIn: number, more = {}) =>
  makeEntitlement(db.owner.db, customerId, product.id, {
    startsOn: dayFromNow(-400),
    endsOn: dayFromNow(endsIn),
    contract: { endsOn: null },
    ...more,
  })
/** Runs the job as on a day from now. */
const runOn = (days: number) => remindAll({ ...app, today: () => dayFromNow(days) } as App)
const sent = async (to = personId) => {
  const rows = await db.owner.db.select().from(mails).where(eq(mails.personId, to)).orderBy(mails.id)
  return rows.map(({ params }) => params as unknown as Digest)
}
const daysOf = async (to = personId) => (await sent(to)).map(({ ends }) => ends.map(({ endsOn }) => endsOn))

test('one is reminded at each of one’s lead days, once each, and not between', async () => {
  await license(91)
  for (const day of [0, 1, 1, 2, 60, 61, 62, 83, 84, 85, 90, 91, 92]) await runOn(day)
  expect((await sent()).map(({ today }) => today)).toEqual([1, 61, 84].map(dayFromNow))
})

test('what came due while the process was down is made up, once; what ended meanwhile is said to have ended', async () => {
  await license(40)
  await license(12)
  await runOn(0)
  expect(await daysOf()).toEqual([[dayFromNow(12), dayFromNow(40)]])
  // Down until the day 15: for the first both 7 days and the end are past, the second has come within 30.
  await runOn(15)
  await runOn(16)
  const [, second, ...more] = await sent()
  expect(more).toEqual([])
  expect(second!.ends.map(({ endsOn }) => endsOn)).toEqual([dayFromNow(12), dayFromNow(40)])
  const mail = await rendered(1)
  expect(mail.text).toMatch(/\(ended\)/)
})

test('a run that dies in the middle and is done again tells each once', async () => {
  await license(7)
  await runOn(0)
  await db.owner.db.delete(dailyJobs)
  await Promise.all([runOn(0), runOn(0), runOn(0)])
  expect(await sent()).toHaveLength(1)
})

test('the mail and the note of it are stored together or not at all', async () => {
  await license(7)
  await db.owner.db.execute(
    sql`alter table mails add constraint broken check (template <> 'expiry-reminder')`,
  )
  await expect(runOn(0)).rejects.toThrow()
  expect(
    await db.owner.db.select().from(expiryReminders).where(eq(expiryReminders.customerId, customerId)),
  ).toEqual([])
  await db.owner.db.execute(sql`alter table mails drop constraint broken`)
  await runOn(0)
  expect(await sent()).toHaveLength(1)
})

test('one message a day for a person and company lists all that is due', async () => {
  for (const days of [7, 30, 90]) await license(days)
  await makeEntitlement(db.owner.db, customerId, product.id, {
    contract: { number: 'SC-END', endsOn: dayFromNow(30) },
  })
  await runOn(0)
  const [digest, ...more] = await sent()
  expect(more).toEqual([])
  expect(digest).toMatchObject({ licenses: 3, contracts: 1 })
  const { subject, text, html } = await rendered(0)
  expect(subject).toContain('4 end dates come near')
  expect(text).toContain('service contract SC-END')
  expect(text).toContain(`https://licenses.example.com/c/`)
  expect(html).toContain('Kühn &amp; Søn')
})

async function rendered(nth: number) {
  const rows = await db.owner.db.select().from(mails).where(eq(mails.personId, personId)).orderBy(mails.id)
  const { params, language } = rows[nth]!
  return renderMail(
    {
      language,
      template: 'expiry-reminder',
      params,
      personName: 'Ada',
      customerNumber: '100234',
      customerName: 'Kühn & Søn',
    },
    { publisher: 'Halden', baseUrl: 'https://licenses.example.com' },
  )
}

test('of very many the message names the first and says how many more', async () => {
  for (let i = 0; i < 45; i++) await license(7)
  await runOn(0)
  expect((await sent())[0]).toMatchObject({ licenses: 45, ends: { length: 40 } })
  expect((await rendered(0)).text).toContain('and 5 more')
})

describe('renewed terms', () => {
  test('are not reminded', async () => {
    const renewed = await license(7)
    await addTerm(db.owner.db, customerId, renewed, { startsOn: dayFromNow(8), endsOn: dayFromNow(300) })
    const perpetual = await license(7)
    await addTerm(db.owner.db, customerId, perpetual, { startsOn: dayFromNow(0), endsOn: null })
    await runOn(0)
    expect(await sent()).toEqual([])
  })

  test('are, where a day lies between, or the renewal was taken back', async () => {
    const gap = await license(7)
    await addTerm(db.owner.db, customerId, gap, { startsOn: dayFromNow(9), endsOn: dayFromNow(300) })
    const back = await license(30)
    const { orderId } = await addTerm(db.owner.db, customerId, back, {
      startsOn: dayFromNow(1),
      endsOn: dayFromNow(300),
    })
    await reviseTerm(db.owner.db, customerId, {
      ...{ entitlementId: back.id, orderId, revision: 2, quantity: 0 },
      ...{ startsOn: dayFromNow(1), endsOn: dayFromNow(300) },
    })
    await runOn(0)
    expect(await daysOf()).toEqual([[dayFromNow(7), dayFromNow(30)]])
  })

  test('a corrected end is reminded anew', async () => {
    const { id, orderId } = await license(7)
    await runOn(0)
    await reviseTerm(db.owner.db, customerId, {
      ...{ entitlementId: id, orderId, revision: 2, quantity: 10 },
      ...{ startsOn: dayFromNow(-400), endsOn: dayFromNow(20) },
    })
    await runOn(0)
    expect(await daysOf()).toEqual([[dayFromNow(7)], [dayFromNow(20)]])
  })
})

describe('only who may see it at that moment', () => {
  test.each([
    [['licensing'], 1],
    [['reporting'], 1],
    [['supervisor'], 0],
    [[], 0],
  ] as const)('%j: %i messages', async (held, count) => {
    const other = await member(...held)
    await license(7)
    await runOn(0)
    expect(await sent(other)).toHaveLength(count)
  })

  test('a privilege until yesterday no more, until today still', async () => {
    const [past, still] = [await member('reporting'), await member('reporting')]
    for (const [id, days] of [
      [past, -1],
      [still, 0],
    ] as const) {
      await db.owner.db
        .update(privileges)
        .set({ until: dayFromNow(days) })
        .where(eq(privileges.personId, id))
    }
    await license(7)
    await runOn(0)
    expect([await sent(past), await sent(still)].map(({ length }) => length)).toEqual([0, 1])
  })

  test('R9: everyone confirmed of a company that never had a supervisor, where the setting says so', async () => {
    await db.owner.db.update(customers).set({ firstSupervisedAt: null }).where(eq(customers.id, customerId))
    const [anyone, unconfirmed, newcomer] = [await member(), await member(), await member()]
    await db.owner.db.update(people).set({ confirmedAt: null }).where(eq(people.id, unconfirmed))
    await db.owner.db
      .update(associations)
      .set({ awaitsConfirmation: true })
      .where(eq(associations.personId, newcomer))
    await license(7)
    await makePublisher(db.owner.db, { openUntilSupervised: false })
    await runOn(0)
    expect(await sent(anyone)).toHaveLength(0)
    await makePublisher(db.owner.db, { openUntilSupervised: true })
    await runOn(0)
    expect(await sent(anyone)).toHaveLength(1)
    expect([...(await sent(unconfirmed)), ...(await sent(newcomer))]).toEqual([])
  })

  test('and nobody of another company', async () => {
    const stranger = await makePerson(db.owner.db)
    const other = await makeCustomer(db.owner.db)
    await associate(db.owner.db, other.id, stranger.id, 'reporting')
    await license(7)
    await runOn(0)
    expect(await sent(stranger.id)).toEqual([])
  })
})

describe('what one chose', () => {
  const all = { ...topicDefaults }

  test('other days', async () => {
    await saveChoices(db.owner.db, personId, { topics: all, leadDays: [365, 20] })
    await license(300)
    for (const day of [0, 1, 279, 280, 281]) await runOn(day)
    expect((await sent()).map(({ today }) => today)).toEqual([0, 280].map(dayFromNow))
  })

  test('neither licenses nor maintenance, or one of them', async () => {
    await license(7, { contract: { number: 'SC-X', endsOn: dayFromNow(7) } })
    await saveChoices(db.owner.db, personId, {
      topics: { ...all, expiry: false, maintenance: false },
      leadDays: [],
    })
    await runOn(0)
    expect(await sent()).toEqual([])
    await saveChoices(db.owner.db, personId, { topics: { ...all, expiry: false }, leadDays: [30] })
    await runOn(0)
    expect(await sent()).toMatchObject([{ licenses: 0, contracts: 1 }])
    const [mail] = await db.owner.db.select().from(mails).where(eq(mails.personId, personId))
    expect(mail!.topics).toEqual(['maintenance'])
  })

  test('for one company goes before', async () => {
    await saveChoices(db.owner.db, personId, { topics: { ...all, expiry: false }, leadDays: [1] })
    await saveCompanyChoices(db.owner.db, customerId, personId, { topics: all, leadDays: [50] })
    await license(45)
    await runOn(0)
    expect(await sent()).toHaveLength(1)
  })
})

test('a company of which more is placed than owned is told once, with the desk, until it is in order again', async () => {
  const licensing = await member('licensing')
  const staff = await makePerson(db.owner.db, { isStaff: true })
  const { id } = await makeEntitlement(db.owner.db, customerId, product.id, { quantity: 5, endsOn: null })
  const set = (over: number) =>
    db.owner.db.execute(sql`
      update license_sums set over_placed = ${over} where customer_id = ${customerId} and product_id = ${product.id}`)
  const told = async () => {
    await db.owner.db.delete(mails)
    await remindAll(app)
    const rows = await db.owner.db.select().from(mails).where(eq(mails.template, 'over-placed'))
    return rows.map((row) => row.personId)
  }
  const toDesk = async () =>
    (
      await db.owner.db.execute(sql`
        select from person_mails where person_id = ${staff.id} and template = 'desk-over-placed'`)
    ).length
  expect(id).toBeDefined()
  expect(await told()).toEqual([])
  await set(1)
  expect(await told()).toEqual([licensing])
  expect(await toDesk()).toBe(1)
  expect(await told()).toEqual([])
  await set(0)
  expect(await told()).toEqual([])
  await set(2)
  expect(await told()).toEqual([licensing])
  expect(await toDesk()).toBe(2)
})
