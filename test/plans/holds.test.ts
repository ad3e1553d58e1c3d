import { and, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db.ts'
import { emptyHostForm } from '../../src/hosts/host-form.ts'
import { approveAsColleague, approveForDesk } from '../../src/plans/decide-plan.ts'
import { endTemporaryLicenses } from '../../src/plans/end-temporary.ts'
import { planSuccessor } from '../../src/plans/replacement.ts'
import { draftTemporary } from '../../src/plans/temporary.ts'
import { beginUndo, undoStateOf } from '../../src/plans/undone.ts'
import { customers, entitlements, hosts, mails, placements, requests } from '../../src/schema.ts'
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
import { planner, testCutter, testPublisher } from '../helpers/plans.ts'

let db: TestDatabase
let database: Database
beforeAll(async () => {
  db = await testDatabase()
  await makePublisher(db.owner.db)
  database = db.database
})
afterAll(() => db.drop())

async function company(quantity = 10) {
  const owner = db.owner.db
  const customer = await makeCustomer(owner)
  const [person, colleague] = [await makePerson(owner), await makePerson(owner)]
  await associate(owner, customer.id, person.id, 'licensing')
  await associate(owner, customer.id, colleague.id, 'licensing')
  const product = await makeProduct(owner)
  const entitlement = await makeEntitlement(owner, customer.id, product.id, { quantity })
  const host = await makeHost(owner, customer.id, { label: 'A', ids: ['02AA30000001'], servers: ['a'] })
  const plans = planner(database, customer.id, person.id)
  const as = (by: string) => ({
    customerId: customer.id,
    today: dayFromNow(),
    publisher: testPublisher,
    cut: testCutter,
    by,
  })
  return { owner, customer, person, colleague, product, entitlementId: entitlement.id, host, plans, as }
}

async function requestOf(customerId: string, id: string) {
  const [row] = await db.owner.db
    .select()
    .from(requests)
    .where(and(eq(requests.customerId, customerId), eq(requests.id, id)))
  return row!
}

async function placed(customerId: string): Promise<[string, number][]> {
  const rows = await db.owner.db.execute<{ label: string; quantity: number }>(sql`
    select h.label, sum(l.quantity)::integer as quantity from placements l
    join hosts h on h.customer_id = l.customer_id and h.id = l.host_id
    where l.customer_id = ${customerId} group by h.label order by h.label`)
  return rows.map(({ label, quantity }) => [label, quantity])
}

const typed = (values: Record<string, string>) => ({ ...emptyHostForm, label: 'A', ...values })

test('a plan that a colleague has to approve is filed, changes nothing, and is done by the approval', async () => {
  const { owner, customer, person, colleague, entitlementId, host, plans, as } = await company()
  await owner.update(customers).set({ requiresApproval: true }).where(eq(customers.id, customer.id))
  const planId = await plans.draft([{ entitlementId, to: host.id, quantity: 4 }])
  const { requestId, status } = await plans.submit(planId)
  expect(status).toBe('in-review')
  expect((await plans.submit(planId)).requestId).toBe(requestId)
  expect(await placed(customer.id)).toEqual([])
  const told = await owner.select().from(mails).where(eq(mails.customerId, customer.id))
  expect(told.map(({ template, personId }) => [template, personId])).toEqual([
    ['request-held', person.id],
    ['approval-asked', colleague.id],
  ])
  await expect(
    database.forCustomer(customer.id, (tx) => approveAsColleague(tx, { ...as(person.id), requestId })),
  ).rejects.toThrow()
  const approve = () =>
    database.forCustomer(customer.id, (tx) => approveAsColleague(tx, { ...as(colleague.id), requestId }))
  expect(await approve()).toBe('completed')
  await expect(approve()).rejects.toThrow()
  expect(await placed(customer.id)).toEqual([['A', 4]])
  expect(await requestOf(customer.id, requestId)).toMatchObject({ status: 'completed', colleagueSince: null })
})

test('a held plan reserves nothing: what is gone at its approval is said, and it stays in review', async () => {
  const { owner, customer, colleague, entitlementId, host, plans, as } = await company(4)
  await owner.update(customers).set({ requiresApproval: true }).where(eq(customers.id, customer.id))
  const { requestId } = await plans.place([{ entitlementId, to: host.id, quantity: 3 }])
  await owner.update(customers).set({ requiresApproval: false }).where(eq(customers.id, customer.id))
  await plans.place([{ entitlementId, to: host.id, quantity: 2 }])
  await expect(
    database.forCustomer(customer.id, (tx) => approveAsColleague(tx, { ...as(colleague.id), requestId })),
  ).rejects.toMatchObject({ problems: [{ key: 'plans.cannotSubmit' }] })
  expect((await requestOf(customer.id, requestId)).status).toBe('in-review')
  expect(await placed(customer.id)).toEqual([['A', 2]])
})

test('who left the company is not written to about what they had asked for', async () => {
  const { owner, customer, person, colleague, entitlementId, host, plans, as } = await company()
  await owner.update(customers).set({ requiresApproval: true }).where(eq(customers.id, customer.id))
  const { requestId } = await plans.place([{ entitlementId, to: host.id, quantity: 3 }])
  await owner.execute(sql`delete from privileges where person_id = ${person.id}`)
  await owner.execute(sql`delete from associations where person_id = ${person.id}`)
  await owner.delete(mails).where(eq(mails.customerId, customer.id))
  await database.forCustomer(customer.id, (tx) => approveAsColleague(tx, { ...as(colleague.id), requestId }))
  const told = await owner.select().from(mails).where(eq(mails.customerId, customer.id))
  expect(told.filter(({ personId }) => personId === person.id)).toEqual([])
})

test('two who approve at once do it once', async () => {
  const { owner, customer, colleague, entitlementId, host, plans, as } = await company()
  const third = await makePerson(owner)
  await owner.update(customers).set({ requiresApproval: true }).where(eq(customers.id, customer.id))
  const { requestId } = await plans.place([{ entitlementId, to: host.id, quantity: 3 }])
  const results = await Promise.allSettled(
    [colleague.id, third.id].map((by) =>
      database.forCustomer(customer.id, (tx) => approveAsColleague(tx, { ...as(by), requestId })),
    ),
  )
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await placed(customer.id)).toEqual([['A', 3]])
})

test('a lost machine is replaced once the desk approves: everything goes along, the old host ends', async () => {
  const { owner, customer, person, entitlementId, host, plans, as } = await company()
  await plans.place([{ entitlementId, to: host.id, quantity: 4 }])
  const planId = await plans.draft([], 'replace')
  const successor = await database.forCustomer(customer.id, (tx) =>
    planSuccessor(tx, {
      customerId: customer.id,
      planId,
      former: host.id,
      reason: 'lost',
      declaration: 'Left on a train.',
      values: typed({ id1: '02AA30000002', server1: 'a2' }),
      publisher: testPublisher,
      needsServerNames: true,
    }),
  )
  // More came onto the host after the draft was begun: it goes along.
  await plans.place([{ entitlementId, to: host.id, quantity: 1 }])
  const { requestId, status } = await plans.submit(planId)
  expect(status).toBe('in-review')
  expect((await requestOf(customer.id, requestId)).deskSince).not.toBeNull()
  await database
    .forCustomer(customer.id, (tx) => approveForDesk(tx, { ...as(person.id), requestId }))
    .then(
      () => expect.unreachable(),
      (error) => expect(error.key).toBe('desk.ownRequest'),
    )
  const staff = await makePerson(owner, { isStaff: true })
  await database.forCustomer(customer.id, (tx) => approveForDesk(tx, { ...as(staff.id), requestId }))
  expect(await placed(customer.id)).toEqual([['A', 5]])
  const rows = await owner.select().from(hosts).where(eq(hosts.customerId, customer.id)).orderBy(hosts.status)
  expect(rows.map(({ id, status, replacesHostId }) => [id, status, replacesHostId])).toEqual([
    [successor, 'active', host.id],
    [host.id, 'retired', null],
  ])

  // Undone: the old machine is back with everything on it.
  const undo = await database.forCustomer(customer.id, (tx) =>
    beginUndo(tx, { customerId: customer.id, requestId, personId: person.id, undoHours: 24 }),
  )
  await plans.submit(undo)
  const again = await owner
    .select()
    .from(hosts)
    .where(eq(hosts.customerId, customer.id))
    .orderBy(hosts.status)
  expect(again.map(({ id, status }) => [id, status])).toEqual([
    [host.id, 'active'],
    [successor, 'retired'],
  ])
  expect(await placed(customer.id)).toEqual([['A', 5]])
})

test('one machine of a triad is replaced as a single step, and a single server becomes a triad', async () => {
  const { owner, customer, entitlementId, plans } = await company()
  const ids = ['02AA40000001', '02AA40000002', '02AA40000003']
  const triad = await makeHost(owner, customer.id, { label: 'T', ids, servers: ['t1', 't2', 't3'] })
  await plans.place([{ entitlementId, to: triad.id, quantity: 2 }])
  const replace = async (former: string, values: Record<string, string>) => {
    const planId = await plans.draft([], 'replace')
    const id = await database.forCustomer(customer.id, (tx) =>
      planSuccessor(tx, {
        customerId: customer.id,
        planId,
        former,
        reason: 'failed',
        declaration: '',
        values: typed({ label: 'T', ...values }),
        publisher: testPublisher,
        needsServerNames: true,
      }),
    )
    expect((await plans.submit(planId)).status).toBe('completed')
    return id
  }
  const next = await replace(triad.id, {
    kind: 'triad',
    id1: ids[0]!,
    id2: '02AA40000009',
    id3: ids[2]!,
    server1: 't1',
    server2: 't9',
    server3: 't3',
  })
  expect(await placed(customer.id)).toEqual([['T', 2]])
  await replace(next, { id1: ids[0]!, server1: 't1' })
  expect(await placed(customer.id)).toEqual([['T', 2]])
})

test('undo: once, within its time, and the moves come back unless a pack was fetched', async () => {
  const { customer, person, entitlementId, host, plans } = await company(1)
  const { requestId } = await plans.place([{ entitlementId, to: host.id, quantity: 1 }])
  const state = (now?: Date) =>
    database.readCustomer(customer.id, (tx) =>
      undoStateOf(tx, { customerId: customer.id, requestId }, 24, now),
    )
  expect(await state()).toMatchObject({ anyFetched: false })
  expect(await state(new Date(Date.now() + 25 * 3_600_000))).toMatchObject({
    reason: { key: 'plans.undo.tooLate' },
  })
  const begin = () =>
    database.forCustomer(customer.id, (tx) =>
      beginUndo(tx, { customerId: customer.id, requestId, personId: person.id, undoHours: 24 }),
    )
  const planId = await begin()
  expect(await begin()).toBe(planId)
  const undone = await plans.submit(planId)
  expect(await placed(customer.id)).toEqual([])
  expect(await requestOf(customer.id, undone.requestId)).toMatchObject({
    kind: 'undo',
    undoesId: requestId,
    givesMovesBack: true,
  })
  await expect(begin()).rejects.toMatchObject({ key: 'plans.undo.already' })
  // Six moves are free again: what was undone counts for none.
  const check = await plans.check(await plans.draft([{ entitlementId, to: host.id, quantity: 1 }]))
  expect(check.moved.get(entitlementId) ?? 0).toBe(0)
})

test('an undo that waits for a colleague gives no moves back before it is approved', async () => {
  const { owner, customer, person, colleague, entitlementId, host, plans, as } = await company(1)
  const other = await makeHost(owner, customer.id, { label: 'B' })
  await plans.place([{ entitlementId, to: host.id }])
  const { requestId } = await plans.place([{ entitlementId, from: host.id, to: other.id }], 'move')
  const moved = async () => {
    const back = await plans.draft([{ entitlementId, from: other.id }], 'return')
    return (await plans.check(back)).moved.get(entitlementId) ?? 0
  }
  expect(await moved()).toBe(1)
  await owner.update(customers).set({ requiresApproval: true }).where(eq(customers.id, customer.id))
  const planId = await database.forCustomer(customer.id, (tx) =>
    beginUndo(tx, { customerId: customer.id, requestId, personId: person.id, undoHours: 24 }),
  )
  const held = await plans.submit(planId)
  expect([held.status, await moved()]).toEqual(['in-review', 1])
  await database.forCustomer(customer.id, (tx) =>
    approveAsColleague(tx, { ...as(colleague.id), requestId: held.requestId }),
  )
  expect([await placed(customer.id), await moved()]).toEqual([[['A', 1]], 0])
})

test('a temporary license stands outside the owned totals, cannot be moved, and ends by itself', async () => {
  const { owner, customer, product, host, plans, as, person } = await company(2)
  const borrow = async (quantity: number) => {
    const planId = await plans.draft([], 'temporary')
    const id = await database.forCustomer(customer.id, (tx) =>
      draftTemporary(tx, { customerId: customer.id, planId, productId: product.id, quantity }),
    )
    await plans.add(planId, [{ entitlementId: id, to: host.id, quantity }])
    return { planId, id }
  }
  const tooMany = await borrow(3)
  expect((await plans.check(tooMany.planId)).lines[0]!.problems[0]).toMatchObject({
    key: 'plans.problem.temporaryTooMany',
  })
  const { planId, id } = await borrow(2)
  const { status } = await plans.submit(planId)
  expect(status).toBe('completed')
  const other = await makeHost(owner, customer.id, { label: 'B' })
  expect(await plans.reasons([{ entitlementId: id, from: host.id, to: other.id }], 'move')).toEqual([
    ['temporaryStays'],
  ])
  const [lent] = await owner.select().from(entitlements).where(eq(entitlements.id, id))
  expect(lent).toMatchObject({ owned: 2, placed: 2, startsOn: dayFromNow(), endsOn: dayFromNow(13) })
  // The second is open too; the third waits for the desk.
  await plans.submit((await borrow(1)).planId)
  expect((await plans.submit((await borrow(1)).planId)).status).toBe('in-review')

  // Two alike on one host stay two for a license server: each line has a serial of its own.
  const packs = await owner.execute<{ text: string }>(sql`
    select text from packs where customer_id = ${customer.id} order by issue desc limit 1`)
  const serials = packs[0]!.text.replace(/\\\r?\n\s*/g, ' ').match(/SN=\S+/g)!
  expect(serials).toHaveLength(2)
  expect(new Set(serials).size).toBe(2)
  for (const serial of serials) expect(serial).toMatch(/^SN=T\d{9}-1$/)

  const end = (today: string) =>
    database.forCustomer(customer.id, (tx) => endTemporaryLicenses(tx, { ...as(person.id), today }))
  expect(await end(dayFromNow(13))).toBe(0)
  // The counter was down for a week.
  expect(await end(dayFromNow(20))).toBe(2)
  expect(await end(dayFromNow(20))).toBe(0)
  expect(await owner.select().from(placements).where(eq(placements.customerId, customer.id))).toEqual([])
  const [over] = await owner.select().from(entitlements).where(eq(entitlements.id, id))
  expect(over).toMatchObject({ owned: 0, placed: 0 })
})
