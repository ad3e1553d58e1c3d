import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../src/app.ts'
import { type AccessRule, registerGuard } from '../src/web/guard.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { castEmails } from './helpers/cast.ts'
import { makeHost } from './helpers/makers.ts'
import { planner } from './helpers/plans.ts'
import { snapshot } from './helpers/snapshot.ts'
import type { Answer, Visitor } from './helpers/visitor.ts'
import { placeLicenses } from './helpers/work.ts'

type Route = { method: string; url: string; access: AccessRule }
type Things = Record<string, string>

let t: TestApp
const things: Record<string, Things> = {}
const browsers: Record<string, Visitor> = {}

beforeAll(async () => {
  t = await testApp()
  for (const number of ['100234', '100555']) things[number] = await makeThings(number)
  for (const email of Object.keys(t.cast.people)) browsers[email] = await t.signIn(email)
  // Pages count a company's licenses once a day when they are first opened: that is not a change by these requests.
  await browsers['stranger@demo.example']!.get('/c/100555')
  await browsers['several@demo.example']!.get('/c/100234')
  await browsers['several@demo.example']!.get('/c/100871')
  await browsers['several@demo.example']!.get('/c/100990')
})
afterAll(() => t.close())

/** One of each thing that an address can name, of one company. */
async function makeThings(number: string): Promise<Things> {
  const customerId = t.cast.customers[number]!
  const email = number === '100234' ? 'both@demo.example' : 'stranger@demo.example'
  const personId = t.cast.people[email]!
  const done = await placeLicenses(t.db, customerId, personId)
  const { draft } = planner(t.db.database, customerId, personId)
  const plan = await draft([{ entitlementId: done.entitlement.id, to: done.host.id }])
  const receiver = await makeHost(t.db.owner.db, customerId)
  return {
    plan,
    ...(await draftsOfTools(draft)),
    receiver: receiver.id,
    product: done.product.id,
    host: done.host.id,
    number: String(done.number),
    partNumber: done.product.partNumber,
    entitlement: done.entitlement.id,
    line: plan,
    issue: '1',
  }
}

/** A draft of each tool, by `plan <tool>`. */
async function draftsOfTools(draft: ReturnType<typeof planner>['draft']): Promise<Things> {
  const drafts: Things = {}
  for (const tool of ['move', 'return', 'replace', 'temporary'] as const)
    drafts[`plan ${tool}`] = await draft([], tool)
  return drafts
}

/** The tool whose page an address below a plan is; none where any plan has it. */
function toolOf(url: string): string | undefined {
  if (url.includes('/:plan/product')) return 'temporary'
  if (!url.includes('/:plan/from')) return undefined
  if (url.endsWith('/pool')) return 'return'
  return /\/(reason|successor)$/.test(url) ? 'replace' : 'move'
}

const routes = (): Route[] => t.app.routeTable.filter(({ method }) => method !== 'HEAD')
const ofCustomer = () => routes().filter(({ url }) => url.startsWith('/c/:customer'))

function addressOf(route: Route, customer: string, from: Things): string {
  const plan = from[`plan ${toolOf(route.url)}`] ?? from['plan']
  const named: Things = { ...from, ...(plan && { plan }) }
  return route.url.replace(/:(\w+)/g, (_, name: string) =>
    name === 'customer' ? customer : (named[name] ?? (route.url.includes('/learn/') ? 'configure' : 'x')),
  )
}

const proofs = new Map<Visitor, string>()

/** What the forms of a person's session carry; the same for each form. */
async function proofOf(browser: Visitor): Promise<string> {
  const known = proofs.get(browser)
  if (known) return known
  const proof = (await browser.open('/account')).one('input[name=_csrf]').getAttribute('value')!
  proofs.set(browser, proof)
  return proof
}

async function ask(browser: Visitor, route: Route, address: string): Promise<Answer> {
  if (route.method !== 'POST') return browser.get(address)
  return browser.post(address, {
    _csrf: await proofOf(browser),
    _key: crypto.randomUUID(),
    ...Object.fromEntries(Object.entries(things['100555']!)),
  })
}

describe('a route that does not say who may use it', () => {
  test('does not boot', async () => {
    const app = Fastify() as unknown as App
    registerGuard(app)
    expect(() => app.get('/forgotten', () => 'x')).toThrow(/does not state who may use it/)
    expect(() => app.get('/c/:customer/x', { config: { access: { kind: 'open' } } }, () => 'x')).toThrow(
      /does not fit/,
    )
  })

  test('is none of ours: every page’s route is in the table', () => {
    expect(routes().length).toBeGreaterThan(30)
    expect(routes().every(({ access }) => access.kind)).toBe(true)
  })
})

describe('every route refuses a stranger', () => {
  test('who is not signed in: to the sign-in page, and nothing changes', async () => {
    const before = await snapshot(t.db.owner)
    for (const route of routes().filter(({ access }) => access.kind !== 'open')) {
      const address = addressOf(route, '100234', things['100234']!)
      const answer =
        route.method === 'POST' ? await t.visitor().post(address, {}) : await t.visitor().get(address)
      expect([route.method, address, answer.status]).toEqual([route.method, address, 303])
      expect(answer.location).toMatch(/^\/sign-in/)
    }
    expect(await snapshot(t.db.owner)).toEqual(before)
  })
})

describe('quality 10: every route × every person × another customer', () => {
  const outsiders = castEmails.filter((email) => email !== 'stranger@demo.example')
  test.each(outsiders)(
    '%s: an address of a company one is not of is 404, and nothing changes',
    async (email) => {
      const before = await snapshot(t.db.owner)
      for (const route of ofCustomer()) {
        const address = addressOf(route, '100555', things['100555']!)
        const answer = await ask(browsers[email]!, route, address)
        expect([route.method, address, answer.status]).toEqual([route.method, address, 404])
      }
      expect(await snapshot(t.db.owner)).toEqual(before)
    },
  )

  test.each(['both@demo.example', 'several@demo.example'])(
    '%s: another company’s things under one’s own address are 404 or refused in words, and nothing changes',
    async (email) => {
      const before = await snapshot(t.db.owner)
      const named = ofCustomer().filter(({ url }) =>
        /:(plan|host|number|line|partNumber)/.test(url.replace(':customer', '')),
      )
      expect(named.length).toBeGreaterThan(5)
      for (const route of named) {
        const address = addressOf(route, '100234', things['100555']!)
        const answer = await ask(browsers[email]!, route, address)
        // Neither of the two is a supervisor: what takes one says so, whatever the address names.
        const { access } = route
        const isRefused = access.kind === 'privileged' && access.anyOf.every((one) => one === 'supervisor')
        expect([email, route.method, address, answer.status]).toEqual([
          email,
          route.method,
          address,
          isRefused ? 403 : 404,
        ])
        expect(answer.body).not.toContain('Atelier Blanc')
      }
      expect(await snapshot(t.db.owner)).toEqual(before)
    },
  )
})

describe('R3, R4, R6, R7: every route × every privilege', () => {
  const held: Record<string, string[]> = {
    'supervisor@demo.example': ['supervisor'],
    'licensing@demo.example': ['licensing'],
    'reporting@demo.example': ['reporting'],
    'both@demo.example': ['licensing', 'reporting'],
    'none@demo.example': [],
  }

  test.each(Object.entries(held))(
    '%s: a tool opens for who holds what it takes, and for nobody else',
    async (email, privileges) => {
      for (const route of ofCustomer().filter(({ method }) => method === 'GET')) {
        const address = addressOf(route, '100234', things['100234']!)
        const answer = await browsers[email]!.get(address)
        const mayOpen =
          route.access.kind !== 'privileged' || route.access.anyOf.some((p) => privileges.includes(p))
        if (mayOpen) {
          expect([email, address, answer.status === 403 && !address.includes('/requests/')]).toEqual([
            email,
            address,
            false,
          ])
        } else {
          expect([email, address, answer.status]).toEqual([email, address, 403])
        }
      }
    },
  )

  test('R10: the refusal names the privilege, the supervisor and a way to ask', async () => {
    for (const [email, address, privilege] of [
      ['none@demo.example', '/c/100234/configure', 'Licensing'],
      ['none@demo.example', '/c/100234/packs', 'Reporting'],
      ['licensing@demo.example', '/c/100234/report', 'Reporting'],
      ['reporting@demo.example', '/c/100234/configure', 'Licensing'],
      ['none@demo.example', '/c/100234/licenses', 'Licensing or Reporting'],
    ] as const) {
      const page = await browsers[email]!.get(address)
      expect(page.status).toBe(403)
      expect(page.text).toContain(`the privilege ${privilege}`)
      expect(page.text).toContain('Sylvie Perrin')
      expect(page.all('main a[href^="mailto:supervisor"]').length).toBe(1)
    }
  })

  test('R10: where a company has no supervisor, the refusal says how to get one', async () => {
    const page = await browsers['several@demo.example']!.get('/c/100990/report')
    expect(page.status).toBe(403)
    expect(page.text).toContain('Your company has no supervisor yet')
    expect(page.all('main a[href="/support"]').length).toBeGreaterThan(0)
  })

  test('R9: in a company that never had a supervisor every confirmed contact may use every license tool', async () => {
    for (const tool of ['licenses', 'configure', 'packs', 'report', 'hosts', 'requests']) {
      expect([tool, (await browsers['open@demo.example']!.get(`/c/100871/${tool}`)).status]).toEqual([
        tool,
        200,
      ])
    }
    expect((await browsers['open@demo.example']!.get('/c/100871/people')).status).toBe(403)
  })
})
