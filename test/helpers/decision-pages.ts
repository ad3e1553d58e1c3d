import { eq } from 'drizzle-orm'
import { emptyHostForm } from '../../src/hosts/host-form.ts'
import { planSuccessor } from '../../src/plans/replacement.ts'
import { beginUndo } from '../../src/plans/undone.ts'
import { customers } from '../../src/schema.ts'
import { makeEntitlement, makeHost, makeProduct } from './makers.ts'
import type { PageState } from './pages.ts'
import { planner, testPublisher } from './plans.ts'
import type { Stage } from './stage.ts'

const base = '/c/100234'

/** Addresses: a plan that a colleague and one that the desk decides about, before and after it is submitted; an undo. */
type Made = {
  toApprove: string
  approved: string
  lost: string
  lostPlan: string
  undo: string
  undone: string
  placed: string
}

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
  const personId = t.cast.people['licensing@demo.example']!
  const plans = planner(t.db.database, customerId, personId)
  const product = await makeProduct(owner, { name: 'Calc Solver' })
  const { id: entitlementId } = await makeEntitlement(owner, customerId, product.id, { quantity: 9 })
  const host = await makeHost(owner, customerId, { label: 'TOU-CAD-01', city: 'Tours' })
  const requestAt = ({ requestNumber }: { requestNumber: number }) => `${base}/requests/${requestNumber}`
  const placed = await plans.place([{ entitlementId, to: host.id, quantity: 4 }])
  const approval = async (isWanted: boolean) =>
    owner.update(customers).set({ requiresApproval: isWanted }).where(eq(customers.id, customerId))
  await approval(true)
  const toApprove = requestAt(await plans.place([{ entitlementId, to: host.id, quantity: 2 }]))
  await approval(false)
  const lostPlan = await replaceLost(stage, host, plans)
  const lost = requestAt(await plans.submit(await replaceLost(stage, host, plans)))
  const undo = await t.db.database.forCustomer(customerId, (tx) =>
    beginUndo(tx, { customerId, requestId: placed.requestId, personId, undoHours: 24 }),
  )
  const second = await plans.place([{ entitlementId, to: host.id, quantity: 1 }])
  const undoneBy = await plans.submit(
    await t.db.database.forCustomer(customerId, (tx) =>
      beginUndo(tx, { customerId, requestId: second.requestId, personId, undoHours: 24 }),
    ),
  )
  return {
    toApprove,
    approved: requestAt(undoneBy),
    lost,
    lostPlan: `${base}/plans/${lostPlan}`,
    undo: `${base}/plans/${undo}`,
    undone: requestAt(second),
    placed: requestAt(placed),
  }
}

/** A draft that puts hardware with that ID in the place of a lost host; gives its ID. */
export async function replaceLost(
  { t }: Stage,
  host: { id: string; label: string },
  plans: ReturnType<typeof planner>,
  newId = '02AA66000001',
): Promise<string> {
  const customerId = t.cast.customers['100234']!
  const planId = await plans.draft([], 'replace')
  await t.db.database.forCustomer(customerId, (tx) =>
    planSuccessor(tx, {
      customerId,
      planId,
      former: host.id,
      reason: 'lost',
      declaration: 'Left on a train between Tours and Orléans; reported to the railway.',
      values: { ...emptyHostForm, label: host.label, id1: newId, server1: `${host.label.toLowerCase()}b` },
      publisher: testPublisher,
      needsServerNames: true,
    }),
  )
  return planId
}

function page(name: string, who: string, address: (all: Made) => string): PageState {
  return {
    name,
    status: 200,
    open: async (stage) => (await stage.as(who)).open(address(await madeOn(stage))),
  }
}

/** What waits for a decision, and what is undone. */
export const decisionPages: PageState[] = [
  page('plan the desk decides about', 'licensing', ({ lostPlan }) => lostPlan),
  page('request a colleague decides about, own', 'licensing', ({ toApprove }) => toApprove),
  page('request a colleague decides about, to approve', 'both', ({ toApprove }) => toApprove),
  page('request a colleague decides about, for Reporting', 'reporting', ({ toApprove }) => toApprove),
  page('request that somebody else could undo', 'reporting', ({ placed }) => placed),
  page('request the desk decides about', 'licensing', ({ lost }) => lost),
  page('desk: plan to approve', 'desk', ({ lost }) => `/desk/requests/${lost.split('/').at(-1)}`),
  page('undo, before it is done', 'licensing', ({ undo }) => undo),
  page('undo, done', 'licensing', ({ approved }) => approved),
  page('request undone already', 'licensing', ({ undone }) => undone),
  page('approval by a second person', 'supervisor', () => `${base}/people/approval`),
  {
    name: 'plan declined without words',
    status: 422,
    open: async (stage) => {
      const visitor = await stage.as('both')
      const { toApprove } = await madeOn(stage)
      const form = await visitor.open(toApprove)
      return visitor.submitAndFollow(form, { words: '' }, `${toApprove}/refusal`)
    },
  },
]
