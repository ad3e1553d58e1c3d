import { addTerm, dayFromNow, makeEntitlement, makeHost, makeProduct } from './makers.ts'
import type { PageState } from './pages.ts'
import { planner } from './plans.ts'
import type { Stage } from './stage.ts'

const base = '/c/100234'

/** A product of which more is placed than is owned, with a host that has it, and a draft that would place more. */
type Made = Record<'partNumber' | 'entitlement' | 'host' | 'plan' | 'draft' | 'back', string>

const made = new WeakMap<Stage, Promise<Made>>()

function madeOn(stage: Stage): Promise<Made> {
  const all = made.get(stage) ?? make(stage)
  made.set(stage, all)
  return all
}

/** Of nine licenses six are placed when a term of four begins. */
async function make({ t, scene }: Stage): Promise<Made> {
  const owner = t.db.owner.db
  const customerId = t.cast.customers['100234']!
  const plans = planner(t.db.database, customerId, t.cast.people['both@demo.example']!)
  const product = await makeProduct(owner, { name: 'Orbit Planner', partNumber: 'ORB-2000-F' })
  const sold = await makeEntitlement(owner, customerId, product.id, { quantity: 9 })
  const host = await makeHost(owner, customerId, { label: 'ANG-CAD-01', city: 'Angers' })
  await plans.place([
    { entitlementId: sold.id, to: host.id, quantity: 4 },
    { entitlementId: sold.id, to: scene.hosts['NAN-LIC-01']!, quantity: 2 },
  ])
  await addTerm(owner, customerId, sold, { quantity: 4, startsOn: dayFromNow() })
  const plan = await plans.draft([{ entitlementId: sold.id, to: host.id, quantity: 1 }])
  return {
    partNumber: product.partNumber,
    entitlement: sold.id,
    host: host.id,
    plan: `${base}/plans/${plan}`,
    draft: `${base}/plans/${await plans.draft([])}`,
    back: `${base}/plans/${await plans.draft([], 'return')}`,
  }
}

function page(name: string, who: string, address: (all: Made) => string): PageState {
  return {
    name: `${name}, over-placed`,
    status: 200,
    open: async (stage) => (await stage.as(who)).open(address(await madeOn(stage))),
  }
}

/** Wherever it stands that more is placed than is owned. */
export const overPlacedPages: PageState[] = [
  page('overview', 'both', () => base),
  page('license summary', 'both', () => `${base}/licenses?text=Orbit`),
  page('license summary, only what is', 'both', () => `${base}/licenses?show=over-placed`),
  page('product', 'both', ({ partNumber }) => `${base}/licenses/${partNumber}`),
  page('host', 'both', ({ host }) => `${base}/hosts/${host}`),
  page('detailed report', 'both', () => `${base}/report?text=Orbit`),
  page('which license', 'both', ({ draft }) => `${draft}/entitlement?show=all&text=Orbit`),
  page('check, cannot be done', 'both', ({ plan }) => plan),
  {
    name: 'how many, over-placed',
    status: 422,
    open: async (stage) => {
      const { draft, entitlement, host } = await madeOn(stage)
      const both = await stage.as('both')
      const form = await both.open(`${draft}/entitlement/${entitlement}/host/${host}`)
      return both.submit(form, { quantity: '1' })
    },
  },
  page('return: how many', 'both', ({ back, host }) => `${back}/from/${host}/pool`),
  page('desk: customer', 'desk', () => '/desk/customers/100234'),
]
