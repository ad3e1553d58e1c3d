import { sql } from 'drizzle-orm'
import { planHost } from '../../src/hosts/plan-host.ts'
import { createPlan, setLine } from '../../src/plans/drafts.ts'
import type { Locale } from '../../src/web/i18n.ts'
import { type TestApp, testApp } from './app.ts'
import { planner, testPublisher } from './plans.ts'
import { makeScene, type Scene } from './scene.ts'
import type { Answer, Visitor } from './visitor.ts'

/** What the pages are of: people with their browsers, and one of each thing that an address can name. */
export type Stage = {
  t: TestApp
  scene: Scene
  locale: Locale
  /** The browser of that person of the cast; of nobody for ''. */
  as(email: string): Promise<Visitor>
  /** Addresses of a draft with lines that can be done, one with every reason, an empty and a submitted one. */
  plans: { doable: string; refused: string; empty: string; submitted: string }
  /** Address of a host that stands in the plan with reasons only. */
  plannedHost: string
  /** Numbers of requests: a configuration, packs retrieved, a report. */
  requests: { configure: number; retrieve: number; report: number }
}

const lemaire = '100234'
const base = `/c/${lemaire}`

/** A counter in use, read in that language. Close with `t.close()`. */
export async function makeStage(locale: Locale): Promise<Stage> {
  const t = await testApp()
  const scene = await makeScene(t)
  const visitors = new Map<string, Visitor>()
  const as = async (email: string) => {
    const known = visitors.get(email)
    if (known) return known
    const visitor = t.visitor()
    visitor.headers = { 'accept-language': locale }
    if (email) await visitor.signIn(`${email}@demo.example`, t.cast.password)
    visitors.set(email, visitor)
    return visitor
  }
  const both = await as('both')
  await t.db.owner.db.execute(sql`update publisher set support_text = 'Monday to Friday, 9:00 to 17:00'`)
  return { t, scene, locale, as, ...(await makeThings(t, scene, both)) }
}

async function makeThings(t: TestApp, { entitlements, hosts }: Scene, both: Visitor) {
  const customerId = t.cast.customers[lemaire]!
  const personId = t.cast.people['both@demo.example']!
  const plans = planner(t.db.database, customerId, personId)
  const [lyo, nantes] = [hosts['LYO-CAD-07']!, hosts['NAN-LIC-01']!]
  const done = await plans.place([
    { entitlementId: entitlements['FRM-0900-N']!, to: lyo },
    { entitlementId: entitlements['FRM-1000-F']!, to: nantes, quantity: 1 },
  ])
  const submitted = await t.db.owner.db.execute<{ id: string }>(
    sql`select id from plans where status = 'submitted' order by id desc limit 1`,
  )
  const doable = await plans.draft([
    { entitlementId: entitlements['FRM-1000-F']!, to: lyo, quantity: 2 },
    { entitlementId: entitlements['FRM-1210-E']!, to: lyo, quantity: 1 },
  ])
  const refused = await t.db.database.forCustomer(customerId, async (tx) => {
    const planId = await createPlan(tx, { customerId, tool: 'configure', personId })
    const values = { ...emptyHost, label: 'MET-CAD-31', id1: '00-1A-2B-3C-4D-31' }
    const host = await planHost(tx, {
      customerId,
      planId,
      values,
      publisher: testPublisher,
      needsServerNames: false,
    })
    const ids = { customerId, planId, fromHostId: null }
    const add = (part: string, toHostId: string, quantity: number) =>
      setLine(tx, { ...ids, entitlementId: entitlements[part]!, toHostId, quantity })
    await add('FRM-1000-F', host, 40)
    await add('FRM-0900-N', nantes, 2)
    await add('FRM-1210-E', host, 1)
    await add('RLY-4100-F', lyo, 1)
    return { plan: planId, host }
  })
  const path = (id: string) => `${base}/plans/${id}`
  return {
    plans: {
      doable: path(doable),
      refused: path(refused.plan),
      empty: path(await plans.draft([])),
      submitted: path(submitted[0]!.id),
    },
    plannedHost: `${path(refused.plan)}/hosts/${refused.host}`,
    requests: {
      configure: done.requestNumber,
      retrieve: await numberOf(both, `${base}/packs`, { host: [lyo, nantes] }),
      report: await numberOf(both, `${base}/report`, {}),
    },
  }
}

const emptyHost = {
  label: '',
  kind: 'single',
  id1: '',
  id2: '',
  id3: '',
  server1: '',
  server2: '',
  server3: '',
  port: '',
  addressLine1: '1 rue du Port',
  postalCode: '57000',
  city: 'Metz',
  country: 'FR',
}

async function numberOf(visitor: Visitor, path: string, fields: Record<string, string | string[]>) {
  const { location } = await visitor.submit(await visitor.get(path), fields, path)
  return Number(location.split('/').at(-1))
}

export type PageState = { name: string; status: number; open(stage: Stage): Promise<Answer> }

const page = (name: string, email: string, path: string | ((stage: Stage) => string), status = 200) => ({
  name,
  status,
  open: async (stage: Stage) => {
    const visitor = await stage.as(email)
    return visitor.open(typeof path === 'string' ? path : path(stage))
  },
})

/** A form of the page at `path`, sent with these fields. */
const sent = (
  name: string,
  email: string,
  path: string | ((stage: Stage) => string),
  fields: Record<string, string | string[]>,
  { status = 422, action }: { status?: number; action?: (stage: Stage) => string } = {},
) => ({
  name,
  status,
  open: async (stage: Stage) => {
    const visitor = await stage.as(email)
    const address = typeof path === 'string' ? path : path(stage)
    return visitor.submitAndFollow(await visitor.open(address), fields, action?.(stage))
  },
})

const entitlement = (part: string) => (stage: Stage) =>
  `${stage.plans.doable}/entitlement/${stage.scene.entitlements[part]}`
const hostOf = (part: string, host: string) => (stage: Stage) =>
  `${entitlement(part)(stage)}/host/${stage.scene.hosts[host]}`
const newHost = (part: string, kind = '') => (stage: Stage) => `${entitlement(part)(stage)}/new-host${kind}`
const request = (kind: keyof Stage['requests'], tail = '') => (stage: Stage) =>
  `${base}/requests/${stage.requests[kind]}${tail}`
const emptyCompany = '/c/100555'

/** Every page of the counter in every state that looks different. */
export const pageStates: PageState[] = [
  page('sign in', '', '/sign-in'),
  sent('sign in, nothing typed', '', '/sign-in', {}, { action: () => '/sign-in' }),
  sent('sign in, wrong', '', '/sign-in', { email: 'x@demo.example', password: 'wrong' }, { action: () => '/sign-in' }),
  { name: 'sign in, too many tries', status: 429, open: tooManyTries },
  { name: 'signed out', status: 200, open: signOut },
  page('password link, dead', '', '/password/none', 404),
  page('overview, nobody’s', 'plain', '/'),
  page('overview, the desk’s', 'desk', '/'),
  page('overview, both', 'both', base),
  page('overview, supervisor', 'supervisor', base),
  page('overview, no privilege', 'none', base),
  page('overview, open company', 'open', '/c/100871'),
  page('overview, empty company', 'stranger', emptyCompany),
  page('account', 'several', '/account'),
  page('switch customer', 'several', '/switch'),
  page('switch customer, none found', 'several', '/switch?find=nowhere'),
  page('notices R11 and R12', 'several', async2),
]

async function async2(): Promise<string> {
  return ''
}
