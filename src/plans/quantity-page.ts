import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { findChoice } from '../entitlements/queries.ts'
import type { Problem } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { setLine } from './drafts.ts'
import { idsOf, planPath } from './open-draft.ts'
import { quantityOf, refuseAmounts } from './quantity.ts'
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

const amounts = ['notEnough', 'notEnoughSeat', 'overPlaced', 'nodeLockedOnce', 'nodeLockedTriad']

export async function setQuantity(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan } = request
  return actOnce(request, reply, async (tx) => {
    const { choice, target } = await findEnds(tx, request)
    const quantity = choice.licenseType === 'node-locked' ? 1 : quantityOf(request.body)
    const ids = { customerId: customer.id, planId: plan.id }
    const ends = { entitlementId: choice.id, fromHostId: null, toHostId: target.id }
    const lineId = await setLine(tx, { ...ids, ...ends, quantity })
    await refuseAmounts(tx, request, amounts, (line) => (line.id === lineId ? 'quantity' : undefined))
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
