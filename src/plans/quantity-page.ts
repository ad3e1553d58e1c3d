import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { findChoice } from '../entitlements/queries.ts'
import { Invalid } from '../errors.ts'
import type { Problem } from '../web/forms.ts'
import { text } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { checkPlan } from './check-plan.ts'
import { setLine } from './drafts.ts'
import { idsOf, planPath } from './open-draft.ts'
import { plannedElsewhere, plannedQuantity } from './queries.ts'
import { listSoFar } from './so-far.ts'
import { findTarget } from './targets.ts'
import { sayUntil } from './words.ts'

/** Third question: how many. A node-locked license is always one. */
export async function showQuantity(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, plan, t } = request
  const [{ choice, target }, here, elsewhere, soFar] = await request.server.database.readCustomer(
    customer.id,
    async (tx) => {
      const found = await findEnds(tx, request)
      const ends = {
        customerId: customer.id,
        planId: plan.id,
        entitlementId: found.choice.id,
        toHostId: found.target.id,
      }
      return Promise.all([
        found,
        plannedQuantity(tx, ends),
        plannedElsewhere(tx, ends),
        listSoFar(tx, customer.id, plan.id),
      ])
    },
  )
  const path = `${planPath(request, plan.id)}/entitlement/${choice.id}`
  return reply.page('plans/quantity', {
    title: t('plans.quantity.title', { product: choice.productName, host: target.label }),
    problems,
    values: { quantity: here || '', ...values },
    choice,
    target,
    isOne: choice.licenseType === 'node-locked',
    until: sayUntil(request, choice),
    available: Math.max(0, choice.entitled - choice.placed - elsewhere),
    elsewhere,
    action: `${path}/host/${target.id}`,
    back: `${path}/host`,
    soFar,
    plan: planPath(request, plan.id),
  })
}

export async function setQuantity(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan } = request
  return actOnce(request, reply, async (tx) => {
    const { choice, target } = await findEnds(tx, request)
    const quantity = choice.licenseType === 'node-locked' ? 1 : readQuantity(request.body)
    const ids = { customerId: customer.id, planId: plan.id }
    const ends = { entitlementId: choice.id, fromHostId: null, toHostId: target.id }
    const lineId = await setLine(tx, { ...ids, ...ends, quantity })
    await refuseWrongAmount(tx, request, lineId)
    return planPath(request, plan.id)
  })
}

async function findEnds(tx: Db, request: FastifyRequest) {
  const { customer, plan } = request
  const { entitlement, host } = idsOf(request)
  const choice = await findChoice(tx, customer.id, entitlement, request.server.today())
  const target = await findTarget(tx, { customerId: customer.id, planId: plan.id, product: choice }, host)
  return { choice, target }
}

/** Digits, with blanks between them as people write them; at most what an integer of the database takes. */
function readQuantity(body: unknown): number {
  const typed = text((body as Record<string, unknown>)['quantity'])
  const digits = typed.replace(/[\s\u00a0\u202f]/g, '')
  const refuse = (key: string) =>
    new Invalid([{ field: 'quantity', key, params: { typed: typed.slice(0, 40) } }])
  if (digits === '') throw refuse('plans.quantity.missing')
  if (!/^[+-]?\d+([.,]\d+)?$/.test(digits)) throw refuse('plans.quantity.notNumber')
  if (!/^\+?\d+$/.test(digits)) throw refuse('plans.quantity.notWhole')
  const quantity = Number(digits)
  if (quantity < 1) throw refuse('plans.quantity.notWhole')
  if (quantity > 2_147_483_647) throw refuse('plans.quantity.tooLarge')
  return quantity
}

const amounts = ['notEnough', 'notEnoughSeat', 'overPlaced', 'nodeLockedOnce', 'nodeLockedTriad']

/** What is wrong with the amount is said beside it; the rest of the checks belongs to the page of the whole plan. */
async function refuseWrongAmount(tx: Db, request: FastifyRequest, lineId: string): Promise<void> {
  const { customer, plan, server } = request
  const options = {
    customerId: customer.id,
    planId: plan.id,
    today: server.today(),
    publisher: server.publisher(),
  }
  const { lines } = await checkPlan(tx, options)
  const problems = lines
    .find(({ id }) => id === lineId)!
    .problems.filter(({ key }) => amounts.includes(key.replace('plans.problem.', '')))
  if (problems.length > 0)
    throw new Invalid(problems.map(({ key, params }) => ({ field: 'quantity', key, params: params ?? {} })))
}
