import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal } from '../../src/errors.ts'
import { type Privilege, privilegeList } from '../../src/privileges/list.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { makePublisher } from '../helpers/makers.ts'
import {
  type CompanyName,
  type Holding,
  PeopleModel,
  type Until,
  type Wish,
} from '../helpers/people-model.ts'
import { PeopleWorld } from '../helpers/people-world.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  await makePublisher(db.owner.db, { openUntilSupervised: true })
})
afterAll(() => db.drop())

/** One of the five people; or, from 5 on, one of those to whom the act can be done at that moment. */
const who = fc.nat(19)
const company = fc.constantFrom<CompanyName>('supervised', 'open')
const privilege = fc.constantFrom(...privilegeList)
/** Days from then; -1 is over already. */
const days = fc.option(fc.integer({ min: -1, max: 6 }), { freq: 2 })
const wish = fc.record({
  who,
  holds: fc.dictionary(privilege, fc.oneof(fc.constant('none' as const), days), { minKeys: 1, maxKeys: 2 }),
  leaves: fc.nat(4).map((n) => n === 0),
})
const licenses = fc.subarray<Privilege>(['licensing', 'reporting'])
const row = fc.record({ company, who, privileges: fc.subarray([...privilegeList]) })

const fields = {
  change: { company, by: who, wishes: fc.array(wish, { minLength: 1, maxLength: 3 }) },
  leave: { company, who },
  deletion: { who },
  registration: { who },
  invitation: { company, by: who, who, holds: fc.dictionary(privilege, days) },
  acceptance: { company, who },
  naming: { company, who },
  asking: { company, who },
  approval: { company, by: fc.option(who), who, privileges: licenses },
  newcomer: { company, who, isOurs: fc.boolean() },
  load: { rows: fc.array(row, { minLength: 1, maxLength: 3 }) },
  passing: { days: fc.integer({ min: 1, max: 4 }) },
}
type Kind = keyof typeof fields
type Fields<K extends Kind> = {
  [F in keyof (typeof fields)[K]]: (typeof fields)[K][F] extends fc.Arbitrary<infer T> ? T : never
}
type Act = { [K in Kind]: { kind: K } & Fields<K> }[Kind]

const weights: Partial<Record<Kind, number>> = { change: 6, invitation: 3, acceptance: 3, load: 1, naming: 1 }
const act = fc.oneof(
  ...(Object.keys(fields) as Kind[]).map((kind) => ({
    weight: weights[kind] ?? 2,
    arbitrary: fc.record({ kind: fc.constant(kind), ...(fields[kind] as object) }) as fc.Arbitrary<unknown>,
  })),
) as fc.Arbitrary<Act>

/** A supervisor who can sign in, one of two companies, a supervisor who cannot sign in, a contact and a newcomer. */
async function begin() {
  const [world, model] = [new PeopleWorld(db), new PeopleModel()]
  await world.build()
  const people: [boolean, Partial<Record<CompanyName, Privilege[]>>][] = [
    [true, { supervised: ['supervisor'] }],
    [true, { supervised: ['licensing'], open: [] }],
    [false, { supervised: ['supervisor', 'reporting'] }],
    [true, { open: [] }],
    [true, { open: [] }],
  ]
  for (const [isUsable, of] of people) {
    await world.add(isUsable, of)
    const index = model.people.push({ isUsable, isGone: false }) - 1
    const awaits = index === 4
    if (awaits) await world.makeNewcomer('open', index)
    for (const [name, held] of Object.entries(of)) {
      const holding = Object.fromEntries(held.map((one) => [one, null])) as Holding
      model.companies[name as CompanyName].members.set(index, { awaits, held: holding })
    }
  }
  return { world, model }
}

type Both = Awaited<ReturnType<typeof begin>>
type Meaning = { isDone: boolean; deed: () => Promise<unknown> }

const pick = (n: number, fitting: Iterable<number>) => {
  const list = [...fitting]
  return n < 5 ? n : (list[n % (list.length || 1)] ?? n % 5)
}
const onDays = <T>(held: Record<string, T>, day: (one: T, name: string) => unknown) =>
  Object.fromEntries(Object.entries(held).map(([name, one]) => [name, day(one, name)]))

/** What the model says of an act, and the deed. */
const meanings: { [K in Kind]: (both: Both, act: Fields<K>) => Meaning } = {
  change({ world, model }, { company, by: n, wishes: asked }) {
    const by = pick(n, model.supervisors(company))
    const members = [...model.companies[company].members.keys()]
    const on = (day: Until | 'none') => (typeof day === 'number' ? model.day + day : day)
    const wishes = asked.map((one) => ({
      ...one,
      who: pick(one.who, members),
      holds: onDays(one.holds, on) as Wish['holds'],
    }))
    const each = [...new Map(wishes.map((one) => [one.who, one])).values()]
    return { isDone: model.change(company, by, each), deed: () => world.change(company, by, each) }
  },
  leave({ world, model }, { company, who: n }) {
    const one = pick(n, model.companies[company].members.keys())
    const isOf = model.companies[company].members.has(one)
    return skipUnless(isOf, () => ({
      isDone: model.leave(company, one),
      deed: () => world.leave(company, one),
    }))
  },
  deletion({ world, model }, { who: n }) {
    const one = n % 5
    return { isDone: model.deleteAccount(one), deed: () => world.deleteAccount(one) }
  },
  registration({ world, model }, { who: n }) {
    const gone = model.people.flatMap(({ isGone }, index) => (isGone ? [index] : []))
    const one = pick(n, gone)
    return skipUnless(model.register(one), () => ({ isDone: true, deed: () => world.register(one) }))
  },
  invitation({ world, model }, { company, by: b, who: n, holds: asked }) {
    const by = pick(b, model.supervisors(company))
    const others = [0, 1, 2, 3, 4].filter((one) => !model.companies[company].members.has(one))
    const one = pick(n, others)
    // Its form offers no day for a supervisor.
    const day = (until: Until, name: string) =>
      name === 'supervisor' || until === null ? null : model.day + until
    const holds = onDays(asked, day) as Holding
    return {
      isDone: model.invite(company, by, one, holds),
      deed: () => world.invite(company, by, one, holds),
    }
  },
  acceptance({ world, model }, { company, who: n }) {
    const one = pick(n, model.companies[company].invitations.keys())
    return { isDone: model.accept(company, one), deed: () => world.accept(company, one) }
  },
  naming({ world, model }, { company, who: n }) {
    const one = pick(n, model.companies[company].members.keys())
    return { isDone: model.nameSupervisor(company, one), deed: () => world.nameSupervisor(company, one) }
  },
  asking({ world, model }, { company, who: n }) {
    const one = n % 5
    return skipUnless(model.askUpgrade(company, one), () => ({
      isDone: true,
      deed: () => world.askUpgrade(company, one),
    }))
  },
  approval({ world, model }, { company, by: b, who: n, privileges }) {
    const by = b === null ? ('desk' as const) : pick(b, model.supervisors(company))
    const one = pick(n, model.companies[company].asking)
    return {
      isDone: model.approve(company, one, by, privileges),
      deed: () => world.approve(company, one, by, privileges),
    }
  },
  newcomer({ world, model }, { company, who: n, isOurs }) {
    const { members } = model.companies[company]
    const one = pick(
      n,
      [...members.keys()].filter((key) => members.get(key)!.awaits),
    )
    return {
      isDone: model.settleNewcomer(company, one, isOurs),
      deed: () => world.settleNewcomer(company, one, isOurs),
    }
  },
  load({ world, model }, { rows: asked }) {
    const all = asked.map((one) => ({ ...one, who: one.who % 5 }))
    const known = all.filter((one) => !model.people[one.who]!.isGone)
    const rows = [...new Map(known.map((one) => [`${one.company} ${one.who}`, one])).values()]
    return skipUnless(rows.length > 0, () => ({ isDone: model.load(rows), deed: () => world.load(rows) }))
  },
  passing({ world, model }, { days: n }) {
    model.day += n
    return { isDone: true, deed: () => world.pass(n) }
  },
}

function skipUnless(isPossible: boolean, meaning: () => Meaning): Meaning {
  return isPossible ? meaning() : { isDone: false, deed: () => Promise.reject(new Refusal(404, 'nothing')) }
}

const isRefused = (error: unknown) => (error instanceof Refusal ? false : Promise.reject(error))

test('R5, R9, model: whatever is done, nobody holds what nobody granted, and a supervisor who can sign in stays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 40, size: 'max' }), async (acts) => {
      const both = await begin()
      const { world, model } = both
      const supervised = () =>
        (['supervised', 'open'] as const).filter((name) => model.supervisors(name).length)
      for (const one of acts) {
        const [had, before] = [supervised(), await world.footprint()]
        const { isDone, deed } = meanings[one.kind](both, one as never)
        const done = await deed().then(() => true, isRefused)
        expect([one, done]).toEqual([one, isDone])
        expect([one, await world.lines()]).toEqual([one, model.lines()])
        if (!done) expect([one, await world.footprint()]).toEqual([one, before])
        expect(supervised()).toEqual(expect.arrayContaining(had))
      }
    }),
    { numRuns: 12, interruptAfterTimeLimit: 8_000 },
  )
}, 60_000)

describe('R5: of two supervisors who go at once, one stays', () => {
  const leaves: Wish = { who: 0, holds: {}, leaves: true }
  const ways: [string, (world: PeopleWorld, who: number) => Promise<unknown>][] = [
    [
      'each removes the other',
      (world, who) => world.change('supervised', who, [{ ...leaves, who: 1 - who }]),
    ],
    [
      'each gives the role up',
      (world, who) =>
        world.change('supervised', who, [{ who, holds: { supervisor: 'none' }, leaves: false }]),
    ],
    ['both leave', (world, who) => world.leave('supervised', who)],
    ['both delete their accounts', (world, who) => world.deleteAccount(who)],
    [
      'one leaves, one deletes the account',
      (world, who) => (who ? world.leave('supervised', who) : world.deleteAccount(who)),
    ],
  ]
  test.each(ways)('%s', async (_, go) => {
    for (let time = 0; time < 4; time++) {
      const world = new PeopleWorld(db)
      await world.build()
      for (const _one of [0, 1]) await world.add(true, { supervised: ['supervisor'], open: ['supervisor'] })
      await world.add(true, { open: ['supervisor'] })
      const went = await Promise.all([0, 1].map((who) => go(world, who).then(() => true, isRefused)))
      expect(went.filter(Boolean)).toHaveLength(1)
      const left = (await world.lines()).filter(
        (line) => line.startsWith('supervised ') && line.includes('supervisor'),
      )
      expect(left).toHaveLength(1)
    }
  })

  test('a role of supervisor has no end, so that nobody is the last by the calendar alone', async () => {
    const world = new PeopleWorld(db)
    await world.build()
    for (const _one of [0, 1]) await world.add(true, { supervised: ['supervisor'] })
    const ends = (until: number) =>
      world.change('supervised', 0, [{ who: 1, holds: { supervisor: until }, leaves: false }])
    await expect(ends(3)).rejects.toThrow(Refusal)
    expect((await world.lines()).filter((line) => line.endsWith(': supervisor'))).toHaveLength(2)
  })
})
