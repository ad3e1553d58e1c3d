import { draftTemporary } from '../../src/plans/temporary.ts'
import { dayFromNow, makeEntitlement, makeHost, makeProduct, reviseTerm } from './makers.ts'
import type { PageState } from './pages.ts'
import { planner } from './plans.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

const base = '/c/100234'

/** Addresses of drafts of each tool, and IDs, for the pages of the tools. */
type Made = {
  /** Below the first: from a host on which one of everything sits. */
  configure: string
  move: string
  back: string
  replace: string
  temporary: string
  from: string
  to: string
  empty: string
  /** All on it has expired. */
  stuck: string
  /** Out of service, and one that was replaced. */
  retired: string
  replaced: string
  /** Part number of what has. */
  expired: string
  floating: string
  product: string
  locked: string
}

const made = new WeakMap<Stage, Promise<Made>>()

function madeOn(stage: Stage): Promise<Made> {
  const all = made.get(stage) ?? make(stage)
  made.set(stage, all)
  return all
}

/** A host with one of each thing that can or cannot leave it: floating, node-locked, expired, temporary. */
async function make({ t, scene }: Stage): Promise<Made> {
  const owner = t.db.owner.db
  const customerId = t.cast.customers['100234']!
  const plans = planner(t.db.database, customerId, t.cast.people['both@demo.example']!)
  const own = async (name: string, values: Parameters<typeof makeProduct>[1] = {}) => {
    const product = await makeProduct(owner, { name, ...values })
    return { product, ...(await makeEntitlement(owner, customerId, product.id, { quantity: 3 })) }
  }
  const [floating, locked, gone] = [
    await own('Calc Server'),
    await own('Calc Viewer', { licenseType: 'node-locked' }),
    await own('Calc Archive'),
  ]
  const from = await makeHost(owner, customerId, { label: 'REN-CAD-01', city: 'Rennes' })
  const empty = await makeHost(owner, customerId, { label: 'REN-CAD-02', city: 'Rennes' })
  const stuck = await makeHost(owner, customerId, { label: 'REN-CAD-03', city: 'Rennes' })
  const retired = await makeHost(owner, customerId, {
    label: 'REN-CAD-04',
    city: 'Rennes',
    status: 'retired',
  })
  const replaced = await makeHost(owner, customerId, {
    label: 'REN-CAD-05',
    city: 'Rennes',
    status: 'retired',
  })
  await makeHost(owner, customerId, { label: 'REN-CAD-05', city: 'Rennes', replacesHostId: replaced.id })
  await plans.place([
    { entitlementId: gone.id, to: stuck.id },
    { entitlementId: floating.id, to: from.id, quantity: 2 },
    { entitlementId: locked.id, to: from.id },
    { entitlementId: gone.id, to: from.id },
  ])
  for (let n = 0; n < 2; n++) {
    const planId = await plans.draft([], 'temporary')
    const id = await t.db.database.forCustomer(customerId, (tx) =>
      draftTemporary(tx, { customerId, planId, productId: floating.product.id, quantity: 1 }),
    )
    await plans.add(planId, [{ entitlementId: id, to: from.id }])
    await plans.submit(planId)
  }
  const ended = { revision: 2, startsOn: dayFromNow(-30), endsOn: dayFromNow(-9), quantity: 3 }
  await reviseTerm(owner, customerId, { ...ended, entitlementId: gone.id, orderId: gone.orderId })
  const draft = async (tool: 'configure' | 'move' | 'return' | 'replace' | 'temporary') =>
    `${base}/plans/${await plans.draft([], tool)}`
  return {
    configure: await draft('configure'),
    move: await draft('move'),
    back: await draft('return'),
    replace: await draft('replace'),
    temporary: await draft('temporary'),
    from: from.id,
    to: scene.hosts['NAN-LIC-01']!,
    empty: empty.id,
    stuck: stuck.id,
    retired: retired.id,
    replaced: replaced.id,
    expired: gone.product.partNumber,
    floating: floating.id,
    product: floating.product.id,
    locked: locked.product.id,
  }
}

type Address = string | ((all: Made, stage: Stage) => string)
type Fields = Record<string, string>

const addressOf = async (stage: Stage, address: Address) => {
  const all = await madeOn(stage)
  return typeof address === 'string' ? address : address(all, stage)
}

function page(name: string, address: Address, who = 'both', status = 200): PageState {
  return { name, status, open: async (stage) => (await stage.as(who)).open(await addressOf(stage, address)) }
}

function sent(
  name: string,
  address: Address,
  fields: Fields | ((all: Made) => Fields),
  status = 422,
): PageState {
  const open = async (stage: Stage): Promise<Answer> => {
    const both = await stage.as('both')
    const given = typeof fields === 'function' ? fields(await madeOn(stage)) : fields
    return both.submitAndFollow(await both.open(await addressOf(stage, address)), given)
  }
  return { name, status, open }
}

const moving: Address = ({ move, from, empty }) => `${move}/from/${from}/to/${empty}`
const toTriad: Address = ({ move, from, to }) => `${move}/from/${from}/to/${to}`
const returning: Address = ({ back, from }) => `${back}/from/${from}/pool`
const reason: Address = ({ replace, from }) => `${replace}/from/${from}/reason`
const successor: Address = ({ replace, from }) => `${replace}/from/${from}/successor`
const borrowed: Address = ({ temporary, product, to }) => `${temporary}/product/${product}/host/${to}`
const wrongHost = { label: '', id1: '00-1A', server1: 'séné', port: '70000' }

/** Pages of Move licenses, Return licenses, Replace hardware and Temporary license. */
export const planPages: PageState[] = [
  ...['move', 'return', 'replace', 'temporary'].flatMap((tool) => [
    page(`${tool}: start`, `${base}/${tool}`),
    page(`learn: ${tool}`, `/learn/${tool}`, ''),
  ]),
  page('configure: start from a host', ({ from }) => `${base}/configure?from=${from}`),
  page('configure: start from a host that is gone', `${base}/configure?from=${crypto.randomUUID()}`),
  page(
    'configure: which license, on a host',
    ({ configure, to }) => `${configure}/entitlement?host=${to}&show=all`,
  ),
  page('host of which nothing can move', ({ stuck }) => `${base}/hosts/${stuck}`),
  page('product of which none can be placed', ({ expired }) => `${base}/licenses/${expired}`),
  page('move: start from a host', ({ from }) => `${base}/move?from=${from}`),
  page('move: which host gives', ({ move }) => `${move}/from`),
  page('move: which host gives, of a product', ({ move }) => `${move}/from?product=FRM-1000-F`),
  page('move: which host gives, nothing fits', ({ move }) => `${move}/from?text=nowhere`),
  page('move: which host receives', ({ move, from }) => `${move}/from/${from}/to`),
  page('move: a new host', ({ move, from }) => `${move}/from/${from}/new-host`),
  page('move: a new triad', ({ move, from }) => `${move}/from/${from}/new-host?kind=triad`),
  sent('move: a new host, wrong', ({ move, from }) => `${move}/from/${from}/new-host`, wrongHost),
  page('move: how many', moving),
  page('move: how many, to a triad', toTriad),
  page('move: how many, nothing can go', ({ move, stuck, to }) => `${move}/from/${stuck}/to/${to}`),
  sent('move: how many, everything', moving, { fill: 'all' }, 200),
  sent('move: how many, too many', moving, ({ floating }) => ({ [`quantity-${floating}`]: '9' })),
  sent('move: how many, nothing', moving, {}),
  sent('move: the plan', moving, ({ floating }) => ({ [`quantity-${floating}`]: '1' }), 200),
  page('move: an empty host', ({ move, empty, from }) => `${move}/from/${empty}/to/${from}`),
  page('return: which host', ({ back }) => `${back}/from`),
  page('return: how many', returning),
  sent('return: how many, no number', returning, ({ floating }) => ({ [`quantity-${floating}`]: 'two' })),
  page('replace: start from an empty host', ({ empty }) => `${base}/replace?from=${empty}`),
  page('replace: start from a host whose licenses ended', ({ stuck }) => `${base}/replace?from=${stuck}`),
  page('replace: start from a host out of service', ({ retired }) => `${base}/replace?from=${retired}`),
  page('replace: start from a host that was replaced', ({ replaced }) => `${base}/replace?from=${replaced}`),
  page('replace: why, of an empty host', ({ replace, empty }) => `${replace}/from/${empty}/reason`),
  page('replace: which host', ({ replace }) => `${replace}/from`),
  page('replace: why', reason),
  sent('replace: why, nothing chosen', reason, {}),
  sent('replace: why, stolen without a declaration', reason, { cause: 'stolen' }),
  sent('replace: the new hardware', reason, { cause: 'lost', declaration: 'Left on a train.' }, 200),
  sent('replace: the new hardware, wrong', successor, { id1: '00-1A', server1: '' }),
  sent('replace: the plan', successor, { id1: '02AA10000099', server1: 'ren-new' }, 200),
  page('temporary: which product', ({ temporary }) => `${temporary}/product`),
  page('temporary: which product, nothing fits', ({ temporary }) => `${temporary}/product?text=nowhere`),
  page('temporary: which host', ({ temporary, locked }) => `${temporary}/product/${locked}/host`),
  page('temporary: a new host', ({ temporary, locked }) => `${temporary}/product/${locked}/new-host`),
  page('temporary: how many', borrowed),
  page(
    'temporary: how many, node-locked',
    ({ temporary, locked, empty }) => `${temporary}/product/${locked}/host/${empty}`,
  ),
  sent('temporary: how many, more than owned', borrowed, { quantity: '9' }),
  page('403, R10, a tool that moves licenses', `${base}/move`, 'reporting', 403),
]
