import { sql } from 'drizzle-orm'
import { emptyHostForm } from '../../src/hosts/host-form.ts'
import { planHost } from '../../src/hosts/plan-host.ts'
import { builtInCutter } from '../../src/packs/cutters/built-in.ts'
import { activeKey } from '../../src/packs/keys.ts'
import { createPlan, setLine } from '../../src/plans/drafts.ts'
import type { Locale } from '../../src/web/i18n.ts'
import { type TestApp, testApp } from './app.ts'
import { planner, testPublisher } from './plans.ts'
import { makeScene, type Scene } from './scene.ts'
import type { Visitor } from './visitor.ts'

/** What the pages are of: people with their browsers, and one of each thing that an address can name. */
export type Stage = {
  t: TestApp
  scene: Scene
  locale: Locale
  /** The browser of that person of the cast (the part of the address before @); of nobody for ''. */
  as(name: string): Promise<Visitor>
  /** Another browser of that person, which nobody else uses. */
  anew(name: string): Promise<Visitor>
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
  const anew = async (name: string) => {
    const visitor = t.visitor()
    visitor.headers = { 'accept-language': locale }
    if (name) await visitor.signIn(`${name}@demo.example`, t.cast.password)
    return visitor
  }
  const as = async (name: string) => {
    const visitor = visitors.get(name) ?? (await anew(name))
    visitors.set(name, visitor)
    return visitor
  }
  const both = await as('both')
  await t.db.owner.db.execute(
    sql`update publisher set is_demonstration = true, support_text = 'Monday to Friday, 9:00 to 17:00'`,
  )
  await t.app.refreshPublisher()
  return { t, scene, locale, as, anew, ...(await makeThings(t, scene, both)) }
}

async function makeThings(t: TestApp, { entitlements, hosts }: Scene, both: Visitor) {
  const customerId = t.cast.customers[lemaire]!
  const personId = t.cast.people['both@demo.example']!
  const cut = builtInCutter(activeKey(t.app.packKeys))
  const plans = planner(t.db.database, customerId, personId, cut)
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
  ...emptyHostForm,
  ...{ addressLine1: '1 rue du Port', postalCode: '57000', city: 'Metz', country: 'FR' },
}

async function numberOf(visitor: Visitor, path: string, fields: Record<string, string | string[]>) {
  const { location } = await visitor.submit(await visitor.get(path), fields)
  return Number(location.split('/').at(-1))
}
