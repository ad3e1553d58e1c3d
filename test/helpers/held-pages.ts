import { eq } from 'drizzle-orm'
import { customers } from '../../src/schema.ts'
import { replaceLost } from './decision-pages.ts'
import { makeEntitlement, makeHost, makeProduct } from './makers.ts'
import type { PageState } from './pages.ts'
import { planner } from './plans.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

const base = '/c/100234'

/** Numbers of replacements that wait: as they were filed, passed on, changed meanwhile, and to be done no more. */
type Held = { fresh: number; passed: number; changed: number; emptied: number; ofColleague: number }

const made = new WeakMap<Stage, Promise<Held>>()

function heldOn(stage: Stage): Promise<Held> {
  const all = made.get(stage) ?? make(stage)
  made.set(stage, all)
  return all
}

async function make(stage: Stage): Promise<Held> {
  const { t } = stage
  const owner = t.db.owner.db
  const customerId = t.cast.customers['100234']!
  const plans = planner(t.db.database, customerId, t.cast.people['licensing@demo.example']!)
  const product = await makeProduct(owner, { name: 'Orbit Solver' })
  const { id: entitlementId } = await makeEntitlement(owner, customerId, product.id, { quantity: 30 })
  let count = 0
  const lost = async ({ ofColleague = false } = {}) => {
    const label = `BRE-CAD-0${++count}`
    const host = await makeHost(owner, customerId, { label, city: 'Brest' })
    await plans.place([{ entitlementId, to: host.id, quantity: 2 }])
    const planId = await replaceLost(stage, host, plans, `02AA6700000${count}`)
    await wantApproval(stage, ofColleague)
    const { requestNumber: number } = await plans.submit(planId)
    await wantApproval(stage, false)
    return { host, number }
  }
  const [fresh, passed, changed, emptied] = [await lost(), await lost(), await lost(), await lost()]
  const ofColleague = await lost({ ofColleague: true })
  await wantApproval(stage, true)
  const desk = await stage.as('desk')
  const at = `/desk/requests/${passed.number}`
  await desk.submitAndFollow(await desk.open(at), {}, `${at}/approval`)
  await wantApproval(stage, false)
  const luc = await stage.as('licensing')
  const rename = await luc.open(`${base}/addresses/hosts/${changed.host.id}`)
  await luc.submitAndFollow(rename, { label: 'BREST-CAD-03' })
  await plans.place([{ entitlementId, to: changed.host.id, quantity: 1 }])
  for (const { host } of [emptied, ofColleague])
    await plans.place([{ entitlementId, from: host.id, quantity: 2 }], 'return')
  return {
    fresh: fresh.number,
    passed: passed.number,
    changed: changed.number,
    emptied: emptied.number,
    ofColleague: ofColleague.number,
  }
}

async function wantApproval({ t }: Stage, isWanted: boolean): Promise<void> {
  const customerId = t.cast.customers['100234']!
  await t.db.owner.db
    .update(customers)
    .set({ requiresApproval: isWanted })
    .where(eq(customers.id, customerId))
}

function page(name: string, who: string, address: (all: Held) => string): PageState {
  return {
    name,
    status: 200,
    open: async (stage) => (await stage.as(who)).open(address(await heldOn(stage))),
  }
}

const atDesk = (key: keyof Held) => (all: Held) => `/desk/requests/${all[key]}`
const request = (key: keyof Held) => (all: Held) => `${base}/requests/${all[key]}`

/** The company has come to want a second person's approval after the plan was filed. */
async function toPassOn(stage: Stage): Promise<Answer> {
  const { fresh } = await heldOn(stage)
  await wantApproval(stage, true)
  const answer = await (await stage.as('desk')).open(`/desk/requests/${fresh}`)
  await wantApproval(stage, false)
  return answer
}

/** Approved from a page that showed something else. */
async function unseen(stage: Stage): Promise<Answer> {
  const address = atDesk('changed')(await heldOn(stage))
  const desk = await stage.as('desk')
  return desk.submit(await desk.open(address), { seen: 'other' }, `${address}/approval`)
}

/** Replacements that wait, and what has become of them meanwhile. */
export const heldPages: PageState[] = [
  { name: 'desk: plan to pass on', status: 200, open: toPassOn },
  page('desk: plan that was passed on', 'desk', atDesk('passed')),
  page('request that was passed on, own', 'licensing', request('passed')),
  page('request that was passed on, to approve', 'both', request('passed')),
  page('desk: plan whose host has changed', 'desk', atDesk('changed')),
  { name: 'desk: plan whose host has changed, unseen', status: 422, open: unseen },
  page('request whose host has changed, own', 'licensing', request('changed')),
  page('desk: plan that cannot be done any more', 'desk', atDesk('emptied')),
  page('request that cannot be done any more, own', 'licensing', request('emptied')),
  page('request that cannot be done any more, to decline', 'both', request('ofColleague')),
  page('request that cannot be done any more, for Reporting', 'reporting', request('ofColleague')),
]
