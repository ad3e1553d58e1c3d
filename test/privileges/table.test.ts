import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { toolsFor } from '../../src/overview/tools.ts'
import { grant } from '../../src/privileges/grant.ts'
import { holdsNothing, type Privilege, privilegeList } from '../../src/privileges/list.ts'
import { hashPassword } from '../../src/sign-in/password.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { associate, makeCustomer, makePerson } from '../helpers/makers.ts'
import { setHeld } from '../helpers/privileges.ts'
import type { Visitor } from '../helpers/visitor.ts'

const password = 'quatre mots sans suite'
const number = 'TABLE-1'
const base = `/c/${number}`
const tools = toolsFor(holdsNothing, base).flatMap((group) => group.tools)
const sets: Privilege[][] = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
  privilegeList.filter((_, i) => bits & (1 << i)),
)

/** What the person holds by the state of their company, whatever stands in `set`. */
const states = {
  'never supervised': { effective: (set: Privilege[]) => [...new Set([...set, ...license])] },
  'never supervised, setting closed': { effective: (set: Privilege[]) => set },
  supervised: { effective: (set: Privilege[]) => set },
  kept: { effective: (set: Privilege[]) => [...new Set([...set, ...license])] },
  limited: { effective: (set: Privilege[]) => set },
  'lost its supervisors': { effective: (set: Privilege[]) => set },
} satisfies Record<string, { effective: (set: Privilege[]) => Privilege[] }>
const license: Privilege[] = ['licensing', 'reporting']

let t: TestApp
let visitor: Visitor
let customerId: string
let personId: string
let chief: string

beforeAll(async () => {
  t = await testApp()
  const { db } = t.db.owner
  const passwordHash = await hashPassword(password)
  personId = (await makePerson(db, { email: 'someone@table.example', passwordHash })).id
  chief = (await makePerson(db, { name: 'Chief of Table', passwordHash })).id
  customerId = (await makeCustomer(db, { customerNumber: number, firstSupervisedAt: null })).id
  await associate(db, customerId, personId)
  await associate(db, customerId, chief)
  visitor = t.visitor()
  await visitor.signIn('someone@table.example', password)
})
afterAll(() => t.close())

beforeEach(async () => {
  await t.db.owner.db.execute(sql`update customers set first_supervised_at = null where id = ${customerId}`)
  await t.db.owner.db.execute(sql`delete from privileges where customer_id = ${customerId}`)
  await setting(true)
})

async function setting(isOpen: boolean) {
  await t.db.owner.db.execute(sql`update publisher set open_until_supervised = ${isOpen}`)
  await t.app.refreshPublisher()
}

const nameChief = () =>
  t.db.owner.transaction((tx) =>
    grant(tx, { customerId, personId: chief, privilege: 'supervisor', grantedBy: null }),
  )

async function bring(state: keyof typeof states, set: Privilege[]) {
  if (state === 'never supervised, setting closed') await setting(false)
  // Somebody of a company whose supervisors were named while it was closed keeps nothing.
  if (state === 'supervised' || state === 'lost its supervisors') await setting(false)
  if (!state.startsWith('never')) await nameChief()
  if (state === 'limited') await setHeld(t, { customerId, personId }, [])
  if (state === 'lost its supervisors') await setHeld(t, { customerId, personId: chief }, [])
  if (state === 'supervised' || state === 'lost its supervisors') await setting(true)
  for (const privilege of set) {
    await t.db.owner.db.execute(sql`
      insert into privileges (customer_id, person_id, privilege) values (${customerId}, ${personId}, ${privilege})
      on conflict do nothing`)
  }
}

describe('every tool × what is held × the state of the company', () => {
  test('the list of tools has each of them', () => {
    expect(tools.length).toBeGreaterThanOrEqual(8)
    expect(new Set(tools.map(({ href }) => href)).size).toBe(tools.length)
  })

  describe.each(Object.entries(states))('%s', (state, { effective }) => {
    test.each(sets.map((set) => [set.join(' and ') || 'nothing', set] as const))(
      'holding %s',
      async (_, set) => {
        await bring(state as keyof typeof states, [...set])
        const holds = effective([...set])
        for (const { href, takes } of tools) {
          const mayOpen = takes.length === 0 || takes.some((privilege) => holds.includes(privilege))
          const answer = await visitor.get(href)
          expect([href, answer.status]).toEqual([href, mayOpen ? 200 : 403])
          if (!mayOpen) refusal(answer.text, takes, state, set)
        }
      },
    )
  })
})

/** R10: which privilege, whom to contact and a way to ask; or how to get a supervisor. */
function refusal(text: string, takes: readonly Privilege[], state: string, set: readonly Privilege[]) {
  const names = takes.map(
    (one) => ({ supervisor: 'Supervisor', licensing: 'Licensing', reporting: 'Reporting' })[one],
  )
  expect(text).toContain(`the privilege ${names.join(' or ')}`)
  if (set.includes('supervisor')) expect(text).toContain('You are a supervisor of')
  else if (state.startsWith('never') || state === 'lost its supervisors') {
    expect(text).toContain('Your company has no supervisor')
    expect(text).toContain('Ask for a supervisor')
  } else {
    expect(text).toContain('Chief of Table')
    expect(text).toContain('Ask for this privilege')
  }
}
