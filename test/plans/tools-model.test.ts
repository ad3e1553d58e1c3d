import { eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFaults } from '../../src/entitlements/faults.ts'
import { Conflict, Invalid } from '../../src/errors.ts'
import { emptyHostForm } from '../../src/hosts/host-form.ts'
import { readFilter } from '../../src/licenses/filter.ts'
import { diffPacks } from '../../src/packs/diff.ts'
import { checkPlan } from '../../src/plans/check-plan.ts'
import { approveForDesk } from '../../src/plans/decide-plan.ts'
import { endTemporaryLicenses } from '../../src/plans/end-temporary.ts'
import { previewPlan } from '../../src/plans/preview-plan.ts'
import { findPlan } from '../../src/plans/queries.ts'
import { planSuccessor } from '../../src/plans/replacement.ts'
import { draftTemporary } from '../../src/plans/temporary.ts'
import { beginUndo } from '../../src/plans/undone.ts'
import { type ReportLine, sumLines } from '../../src/reports/lines.ts'
import { streamLines } from '../../src/reports/stream.ts'
import { hosts } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { loadFiles, orderLine } from '../helpers/files.ts'
import {
  addTerm,
  dayFromNow,
  makeCustomer,
  makeEntitlement,
  makeHost,
  makePerson,
  makeProduct,
  makePublisher,
} from '../helpers/makers.ts'
import { type Line, planner, testCutter, testPublisher } from '../helpers/plans.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  await makePublisher(db.owner.db)
})
afterAll(() => db.drop())

const hostCount = 3
const place = fc.integer({ min: -1, max: hostCount - 1 })
const lines = fc.array(
  fc.record({
    owned: fc.nat(2),
    from: place,
    to: place,
    quantity: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 4 },
)
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('lines' as const), lines }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace' as const), host: fc.nat(hostCount - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), which: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('temporary' as const),
      host: fc.nat(hostCount - 1),
      quantity: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('giveBack' as const),
      which: fc.nat(3),
      most: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('renewal' as const), owned: fc.nat(2), quantity: fc.nat(7) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('load' as const), owned: fc.nat(2), quantity: fc.nat(7) }),
  },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

type Moved = { what: string; from: string | null; to: string | null; quantity: number }

/** What a person would keep on paper: how much is owned of what, and how much of it sits where. */
class Paper {
  readonly entitled = new Map<string, number>()
  readonly placed = new Map<string, number>()
  readonly alive = new Set<string>()
  /** Temporary licenses that are not over. */
  readonly lent = new Map<string, number>()
  /** Those of which some was returned before their last day, as they were lent: undoing that lets it go on. */
  readonly returned = new Map<string, number>()
  readonly done: { id: string; moved: Moved[]; former?: string; successor?: string }[] = []
  readonly undone = new Set<string>()

  on(what: string, host: string): number {
    return this.placed.get(`${what} ${host}`) ?? 0
  }

  total(what: string): number {
    return [...this.placed].reduce((sum, [key, n]) => (key.startsWith(`${what} `) ? sum + n : sum), 0)
  }

  /** Whether all of it can be done: no host gives more than it has, the pool gives no more than is left. */
  allows(moved: readonly Moved[], revived?: string): boolean {
    const leaving = new Map<string, number>()
    const taken = new Map<string, number>()
    for (const { what, from, to, quantity } of moved) {
      if (to !== null && !this.alive.has(to) && to !== revived) return false
      if (to !== null && (this.entitled.get(what) ?? 0) === 0) {
        // A term that gives nothing today: it can be taken off a host, not put on one.
        if ((from === null && !this.returned.has(what)) || this.entitled.get(what) === 0) return false
      }
      if (from !== null) leaving.set(`${what} ${from}`, (leaving.get(`${what} ${from}`) ?? 0) + quantity)
      const net = (from === null ? quantity : 0) - (to === null ? quantity : 0)
      taken.set(what, (taken.get(what) ?? 0) + net)
    }
    for (const [key, quantity] of leaving) if (quantity > (this.placed.get(key) ?? 0)) return false
    return [...taken].every(
      ([what, net]) =>
        net <= 0 || net <= (this.entitled.get(what) ?? this.returned.get(what) ?? 0) - this.total(what),
    )
  }

  apply(moved: readonly Moved[]): void {
    for (const { what, from, to, quantity } of moved) {
      if (from !== null) this.placed.set(`${what} ${from}`, this.on(what, from) - quantity)
      if (to !== null) this.placed.set(`${what} ${to}`, this.on(what, to) + quantity)
    }
  }

  everythingOn(host: string): Map<string, number> {
    const found = new Map<string, number>()
    for (const [key, quantity] of this.placed) {
      const [what, where] = key.split(' ') as [string, string]
      if (where === host && quantity > 0) found.set(what, quantity)
    }
    return found
  }
}

async function world() {
  const owner = db.owner.db
  const customer = await makeCustomer(owner)
  const [person, staff] = [await makePerson(owner), await makePerson(owner, { isStaff: true })]
  const product = await makeProduct(owner)
  const other = await makeProduct(owner)
  const own = async ({ id, partNumber }: typeof product, quantity: number) => ({
    ...(await makeEntitlement(owner, customer.id, id, { quantity })),
    partNumber,
  })
  const owned = [await own(product, 5), await own(product, 3), await own(other, 6)]
  const paper = new Paper()
  for (const [index, one] of owned.entries()) paper.entitled.set(one.id, [5, 3, 6][index]!)
  const slots: string[] = []
  for (let n = 0; n < hostCount; n++) {
    const { id } = await makeHost(owner, customer.id, { servers: [`h${n}`] })
    slots.push(id)
    paper.alive.add(id)
  }
  const options = {
    customerId: customer.id,
    today: dayFromNow(),
    publisher: testPublisher,
    cut: testCutter,
    by: staff.id,
  }
  const plans = planner(db.database, customer.id, person.id)
  return { customer, person, product, owned, paper, slots, plans, options, made: 0 }
}

type World = Awaited<ReturnType<typeof world>>

/** Submits a plan; what a person has to decide is approved at once. Undefined where it is refused. */
async function submit({ plans, options }: World, planId: string): Promise<string | undefined> {
  try {
    const { requestId, status } = await plans.submit(planId)
    if (status === 'completed') return requestId
    await db.database.forCustomer(options.customerId, (tx) => approveForDesk(tx, { ...options, requestId }))
    return requestId
  } catch (reason) {
    if (reason instanceof Invalid || reason instanceof Conflict) return undefined
    throw reason
  }
}

/** The same of somebody who is alone: what was previewed is what is cut. */
async function submitAsSeen(all: World, planId: string): Promise<string | undefined> {
  const { customerId } = all.options
  const seen = await db.database.readCustomer(customerId, async (tx) => {
    const { tool } = await findPlan(tx, customerId, planId)
    const checked = await checkPlan(tx, { ...all.options, planId, isAhead: tool === 'replace' })
    return previewPlan(tx, checked, all.options)
  })
  const id = await submit(all, planId)
  if (!id) return undefined
  const cut = await db.owner.db.execute<{ id: string; issue: number; text: string }>(sql`
    select host_id as id, issue, text from packs where customer_id = ${customerId} and request_id = ${id}`)
  const lines = (texts: string[]) => texts.map((text) => text.replace(/ SN=T[?\d]+/, ' SN=T'))
  expect(cut.map((one) => [one.id, one.issue, lines(plainLines(one.text))]).sort()).toEqual(
    seen
      .map(({ host, nextIssue, difference }) => [
        host.id,
        nextIssue,
        lines(difference.filter(({ sign }) => sign !== '-').map(({ text }) => text)),
      ])
      .sort(),
  )
  return id
}

const plainLines = (text: string) => diffPacks(null, text).map((line) => line.text)

async function doLines(all: World, { lines }: Extract<Act, { kind: 'lines' }>) {
  const { owned, slots, paper, plans } = all
  const at = (index: number) => (index < 0 ? null : slots[index]!)
  // The same ends twice set a quantity, they do not add to it.
  const unique = new Map<string, Moved>()
  for (const { owned: o, from, to, quantity } of lines) {
    if (from === to) continue
    unique.set(`${o} ${from} ${to}`, { what: owned[o]!.id, from: at(from), to: at(to), quantity })
  }
  const moved = [...unique.values()]
  if (moved.length === 0) return
  const planLines: Line[] = moved.map(({ what, from, to, quantity }) => ({
    entitlementId: what,
    ...(from && { from }),
    ...(to && { to }),
    quantity,
  }))
  const expected = paper.allows(moved)
  const planId = await plans.draft(planLines, 'move')
  const { isDoable } = await plans.check(planId)
  expect(isDoable).toBe(expected)
  const id = await submitAsSeen(all, planId)
  expect(id !== undefined).toBe(expected)
  if (id) {
    paper.apply(moved)
    paper.done.push({ id, moved })
  }
}

async function doReplace(all: World, { host }: Extract<Act, { kind: 'replace' }>) {
  const { slots, paper, plans, customer } = all
  const former = slots[host]!
  const [row] = await db.owner.db.select().from(hosts).where(eq(hosts.id, former))
  const planId = await plans.draft([], 'replace')
  const digits = String(++all.made).padStart(4, '0')
  const successor = await db.database.forCustomer(customer.id, (tx) =>
    planSuccessor(tx, {
      customerId: customer.id,
      planId,
      former,
      reason: 'lost',
      declaration: 'lost',
      values: { ...emptyHostForm, label: row!.label, id1: `02AABBCC${digits}`, server1: `s${digits}` },
      publisher: testPublisher,
      needsServerNames: true,
    }),
  )
  const moved = [...paper.everythingOn(former)].map(([what, quantity]) => ({
    what,
    from: former,
    to: (paper.entitled.get(what) ?? 0) > 0 || paper.lent.has(what) ? successor : null,
    quantity,
  }))
  const id = await submitAsSeen(all, planId)
  expect(id !== undefined).toBe(moved.length > 0)
  if (!id) return
  paper.apply(moved)
  paper.alive.delete(former)
  paper.alive.add(successor)
  slots[host] = successor
  paper.done.push({ id, moved, former, successor })
}

async function doUndo(all: World, { which }: Extract<Act, { kind: 'undo' }>) {
  const { paper, customer, person, slots } = all
  const done = paper.done[which % Math.max(1, paper.done.length)]
  if (!done) return
  const begun = await db.database
    .forCustomer(customer.id, (tx) =>
      beginUndo(tx, {
        customerId: customer.id,
        requestId: done.id,
        personId: person.id,
        undoHours: 24,
      }),
    )
    .catch((reason) => (reason instanceof Conflict ? undefined : Promise.reject(reason)))
  if (paper.undone.has(done.id)) {
    expect(begun).toBeUndefined()
    return
  }
  const moved = done.moved.map(({ what, from, to, quantity }) => ({ what, from: to, to: from, quantity }))
  const { former, successor } = done
  const ends = successor !== undefined
  const leaves =
    ends &&
    [...paper.everythingOn(successor)].some(([what, quantity]) => {
      const back = moved.find((one) => one.what === what && one.from === successor)
      return quantity !== back?.quantity
    })
  const isOver = moved.some(
    ({ what, from, to }) =>
      to !== null &&
      paper.entitled.get(what) === undefined &&
      !paper.lent.has(what) &&
      !(from === null && paper.returned.has(what)),
  )
  const expected = paper.allows(moved, former) && !leaves && !isOver && (!ends || paper.alive.has(successor))
  const id = await submitAsSeen(all, begun!)
  expect(id !== undefined).toBe(expected)
  if (!id) return
  paper.apply(moved)
  paper.undone.add(done.id)
  for (const { what, to } of moved) {
    if (to === null) paper.lent.delete(what)
    const quantity = paper.returned.get(what)
    if (to === null || quantity === undefined) continue
    paper.lent.set(what, quantity)
  }
  if (former && successor) {
    paper.alive.delete(successor)
    paper.alive.add(former)
    slots[slots.indexOf(successor)] = former
  }
}

async function doTemporary(all: World, { host, quantity }: Extract<Act, { kind: 'temporary' }>) {
  const { paper, plans, product, slots, customer, owned } = all
  const planId = await plans.draft([], 'temporary')
  const what = await db.database.forCustomer(customer.id, (tx) =>
    draftTemporary(tx, { customerId: customer.id, planId, productId: product.id, quantity }),
  )
  const to = slots[host]!
  await plans.add(planId, [{ entitlementId: what, to, quantity }])
  const ownedOf = paper.entitled.get(owned[0]!.id)! + paper.entitled.get(owned[1]!.id)!
  const id = await submitAsSeen(all, planId)
  expect(id !== undefined).toBe(quantity <= ownedOf)
  if (!id) return
  paper.lent.set(what, quantity)
  const moved = [{ what, from: null, to, quantity }]
  paper.apply(moved)
  paper.done.push({ id, moved })
}

async function doGiveBack(all: World, { which, most }: Extract<Act, { kind: 'giveBack' }>) {
  const { paper, plans } = all
  const what = [...paper.lent.keys()][which % Math.max(1, paper.lent.size)]
  const [key] = [...paper.placed].find(([one, n]) => what && one.startsWith(`${what} `) && n > 0) ?? []
  if (!what || !key) return
  const [from, held] = [key.split(' ')[1]!, paper.placed.get(key)!]
  const quantity = Math.min(most, held)
  const id = await submitAsSeen(all, await plans.draft([{ entitlementId: what, from, quantity }], 'return'))
  const moved = [{ what, from, to: null, quantity }]
  paper.apply(moved)
  paper.returned.set(what, paper.lent.get(what)!)
  if (quantity === held) paper.lent.delete(what)
  paper.done.push({ id: id!, moved })
  // What was returned is over: it goes on no other host.
  const to = all.slots.find((slot) => slot !== from)!
  expect(await plans.reasons([{ entitlementId: what, to }])).not.toEqual([[]])
}

async function doEnd({ paper, options }: World) {
  await db.database.forCustomer(options.customerId, (tx) =>
    endTemporaryLicenses(tx, { ...options, today: dayFromNow(14) }),
  )
  for (const what of paper.lent.keys()) {
    for (const [key] of paper.placed) if (key.startsWith(`${what} `)) paper.placed.set(key, 0)
  }
  paper.lent.clear()
}

/** The publisher's files come again: what was sold stays, and one entitlement is renewed, to more or to less. */
async function doLoad(all: World, { owned, quantity }: Extract<Act, { kind: 'load' }>) {
  const number = `${all.customer.customerNumber}-L${++all.made}`
  const { said } = await load(all, number, owned, quantity + 1)
  expect(said).toEqual(['orders.csv:2 added'])
  expect((await load(all, number, owned, quantity + 1)).said).toEqual(['orders.csv:2 unchanged'])
  all.paper.entitled.set(all.owned[owned]!.id, quantity + 1)
}

function load({ customer, owned }: World, number: string, which: number, quantity: number) {
  const { partNumber, salesOrderNumber } = owned[which]!
  const renewal = orderLine({
    ...{
      customer_number: customer.customerNumber,
      sales_order_number: number,
      part_number: partNumber,
      quantity,
    },
    ...{ order_date: dayFromNow(), starts_on: dayFromNow(), renews_order: salesOrderNumber, renews_line: 1 },
  })
  return loadFiles(db.owner, { 'orders.csv': [renewal] })
}

async function perform(all: World, one: Act): Promise<void> {
  if (one.kind === 'lines') return doLines(all, one)
  if (one.kind === 'replace') return doReplace(all, one)
  if (one.kind === 'undo') return doUndo(all, one)
  if (one.kind === 'temporary') return doTemporary(all, one)
  if (one.kind === 'end') return doEnd(all)
  if (one.kind === 'giveBack') return doGiveBack(all, one)
  if (one.kind === 'load') return doLoad(all, one)
  const entitlement = all.owned[one.owned]!
  const term = { quantity: one.quantity + 1, startsOn: dayFromNow(0), endsOn: null }
  await addTerm(db.owner.db, all.customer.id, entitlement, term)
  all.paper.entitled.set(entitlement.id, one.quantity + 1)
}

async function placements(customerId: string): Promise<Record<string, number>> {
  const rows = await db.owner.db.execute<{ key: string; quantity: number }>(sql`
    select entitlement_id || ' ' || host_id as key, quantity from placements where customer_id = ${customerId}`)
  return Object.fromEntries(rows.map(({ key, quantity }) => [key, quantity]))
}

/** Counted licenses in the current pack of each host, beside those placed there. */
async function packsAndPlaces(customerId: string) {
  const rows = await db.owner.db.execute<{ text: string; placed: number }>(sql`
    select k.text, coalesce((select sum(l.quantity) from placements l
      where l.customer_id = h.customer_id and l.host_id = h.id), 0)::integer as placed
    from hosts h
    join packs k on k.customer_id = h.customer_id and k.host_id = h.id and k.issue = h.pack_issue
    where h.customer_id = ${customerId}`)
  return rows.map(({ text, placed }) => {
    const counts = text
      .replace(/\\\r?\n\s*/g, ' ')
      .split('\n')
      .filter((line) => line.startsWith('INCREMENT '))
      .map((line) => Number(line.split(/\s+/)[5]))
    return { inPack: counts.reduce((sum, count) => sum + count, 0), placed }
  })
}

/** The detailed report as it is now, with the instant, or as it was at one. */
async function reportAt({ options }: World, instant?: string) {
  const [clock] = await db.owner.db.execute<{ at: string }>(sql`select clock_timestamp()::text as at`)
  const at = instant ?? clock!.at
  const asOf = instant ? { day: options.today, end: sql`${instant}::timestamptz` } : null
  const report = { customerId: options.customerId, filter: readFilter({}), day: options.today, asOf }
  return { at, lines: (await Array.fromAsync(streamLines(db.database, report))).flat() }
}

function sumsNow({ options }: World) {
  const report = { ...options, filter: readFilter({}), day: options.today, asOf: null }
  return db.database.readCustomer(options.customerId, (tx) => sumLines(tx, report))
}

function sumOf(lines: readonly ReportLine[]) {
  const sum = (of: 'placed' | 'available') => lines.reduce((total, line) => total + line[of], 0)
  return { lines: lines.length, placed: sum('placed'), available: sum('available') }
}

async function expectSound({ customer, paper }: World): Promise<void> {
  expect([...(await findFaults(db.owner.db, customer.id))]).toEqual([])
  expect(await placements(customer.id)).toEqual(
    Object.fromEntries([...paper.placed].filter(([, quantity]) => quantity > 0)),
  )
}

test('model: whatever tools are used in whatever order, a plain list on paper comes to the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 14 }), async (acts) => {
      const all = await world()
      const reports: Awaited<ReturnType<typeof reportAt>>[] = []
      for (const one of acts) {
        await perform(all, one)
        await expectSound(all)
        const report = await reportAt(all)
        expect(await sumsNow(all)).toEqual(sumOf(report.lines))
        reports.push(report)
      }
      // Whatever came after: a report of an instant says what it said then.
      for (const report of reports) expect(await reportAt(all, report.at)).toEqual(report)
      for (const { inPack, placed } of await packsAndPlaces(all.customer.id)) expect(inPack).toBe(placed)
    }),
    { numRuns: 10 },
  )
}, 120_000)

test('model: several people at once over the same licenses: nothing is over-placed, nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { minLength: 6, maxLength: 8 }), async (asked) => {
      const all = await world()
      const drafts = await Promise.all(
        asked.map((wanted) =>
          all.plans.draft(
            wanted
              .filter(({ from, to }) => from !== to)
              .map(({ owned, from, to, quantity }) => ({
                entitlementId: all.owned[owned]!.id,
                ...(from >= 0 && { from: all.slots[from]! }),
                ...(to >= 0 && { to: all.slots[to]! }),
                quantity,
              })),
            'move',
          ),
        ),
      )
      await Promise.all([
        ...drafts.map((planId) => submit(all, planId)),
        // In a transaction, as whatever counts a company holds its row until the end.
        db.owner.transaction((tx) =>
          addTerm(tx, all.customer.id, all.owned[0]!, {
            quantity: 2,
            startsOn: dayFromNow(0),
            endsOn: null,
          }),
        ),
        load(all, `${all.customer.customerNumber}-L1`, 1, 1),
      ])
      expect([...(await findFaults(db.owner.db, all.customer.id))]).toEqual([])
      for (const { inPack, placed } of await packsAndPlaces(all.customer.id)) expect(inPack).toBe(placed)
      const over = await db.owner.db.execute(sql`
        select from entitlements where customer_id = ${all.customer.id} and placed > owned`)
      expect(over.length).toBe(0)
    }),
    { numRuns: 4 },
  )
}, 120_000)
