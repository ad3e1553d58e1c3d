import { eq } from 'drizzle-orm'
import { columns } from '../../src/plans/bulk/columns.ts'
import { plans as planTable } from '../../src/schema.ts'
import { makeEntitlement, makeHost, makeProduct } from './makers.ts'
import type { PageState } from './pages.ts'
import { planner } from './plans.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

const base = '/c/100234'

/** Address of a bulk plan with everything that its page can say, of one whose host others changed, of one of many lines, and of a handed draft. */
type Made = { plan: string; changed: string; many: string; handed: string; settled: string }

const made = new WeakMap<Stage, Promise<Made>>()

function madeOn(stage: Stage): Promise<Made> {
  const all = made.get(stage) ?? make(stage)
  made.set(stage, all)
  return all
}

async function make(stage: Stage): Promise<Made> {
  const { t } = stage
  const owner = t.db.owner.db
  const customerId = t.cast.customers['100234']!
  const person = (name: string) => t.cast.people[`${name}@demo.example`]!
  const plans = planner(t.db.database, customerId, person('both'))
  const product = await makeProduct(owner, { name: 'Bulk Server' })
  const owned = await makeEntitlement(owner, customerId, product.id, { quantity: 300 })
  const hosts = []
  for (let n = 0; n < 24; n++)
    hosts.push(await makeHost(owner, customerId, { label: `BULK-${String(n).padStart(2, '0')}` }))
  const [one, two] = hosts
  const { requestNumber } = await plans.place([
    { entitlementId: owned.id, to: one!.id, quantity: 4 },
    { entitlementId: owned.id, to: two!.id, quantity: 2 },
  ])
  const row = (host: string, was: string, wanted: string) =>
    columns
      .map(
        (name) =>
          ({ host, order: owned.salesOrderNumber, line: '1', placed_now: was, new_quantity: wanted })[
            name as string
          ] ?? '',
      )
      .join(',')
  const text = [
    columns.join(','),
    row('BULK-00', '5', '3'),
    row('BULK-01', '2', '400'),
    row('NO-SUCH-HOST-WITH-A-RATHER-LONG-NAME-THAT-NOBODY-WOULD-TYPE', '1', 'four'),
  ].join('\n')
  const both = await stage.as('both')
  const begun = await both.submit(await both.get(`${base}/bulk`), { text }, `${base}/bulk`)
  const other = [columns.join(','), row('BULK-02', '0', '3')].join('\n')
  const changed = await both.submit(await both.get(`${base}/bulk`), { text: other }, `${base}/bulk`)
  await plans.place([{ entitlementId: owned.id, to: hosts[2]!.id, quantity: 1 }])
  const many = await plans.draft(hosts.map(({ id }) => ({ entitlementId: owned.id, to: id })))
  const handed = await plans.draft([{ entitlementId: owned.id, to: one!.id }])
  await owner
    .update(planTable)
    .set({
      name: 'Move of the drawing office',
      handedTo: person('both'),
      details: { handedBy: person('licensing') },
    })
    .where(eq(planTable.id, handed))
  return {
    plan: begun.location,
    changed: changed.location,
    many: `${base}/plans/${many}`,
    handed: `${base}/plans/${handed}`,
    settled: `${base}/requests/${requestNumber}`,
  }
}

function page(name: string, who: string, address: (all: Made) => string): PageState {
  return {
    name,
    status: 200,
    open: async (stage) => (await stage.as(who)).open(address(await madeOn(stage))),
  }
}

function sent(name: string, address: (all: Made) => string, fields: Record<string, string>): PageState {
  const open = async (stage: Stage): Promise<Answer> => {
    const at = address(await madeOn(stage))
    const visitor = await stage.as('both')
    return visitor.submitAndFollow(await visitor.open(at), fields, at)
  }
  return { name, status: 422, open }
}

/** Bulk plans, and plans to keep. */
export const bulkPages: PageState[] = [
  page('bulk plan, start', 'both', () => `${base}/bulk`),
  sent('bulk plan, nothing chosen', () => `${base}/bulk`, {}),
  sent('bulk plan, another file', () => `${base}/bulk`, { text: 'a;b\n1;2' }),
  page('bulk plan, checked', 'both', ({ plan }) => plan),
  page('bulk plan, changed meanwhile by others', 'both', ({ changed }) => changed),
  page('bulk plan, another file into it', 'both', ({ plan }) => `${plan}/file`),
  sent('bulk plan, another file into it, wrong', ({ plan }) => `${plan}/file`, { text: 'x' }),
  page('plan of many hosts, second part', 'both', ({ many }) => `${many}?hosts=2`),
  page('plans to keep', 'both', () => `${base}/plans`),
  page('plans to keep, none fits', 'both', () => `${base}/plans?text=nowhere&whose=mine`),
  page('hand a plan over', 'both', ({ handed }) => `${handed}/handing`),
  sent('hand a plan over, to nobody', ({ handed }) => `${handed}/handing`, { to: '' }),
  page('overview with a handed plan', 'both', () => base),
  page('request to do again', 'both', ({ settled }) => settled),
]
