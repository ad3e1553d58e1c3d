import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../db.ts'
import type { Problem } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { loadTemporaryUse } from '../load-use.ts'
import { idsOf, planPath } from '../open-draft.ts'
import { quantityOf, refuseAmounts } from '../quantity.ts'
import { listSoFar } from '../so-far.ts'
import { findTarget } from '../targets.ts'
import { lastDay } from '../temporary.ts'
import { toolFrame } from '../tool-frame.ts'
import { lend } from './lend.ts'
import { sayLimits } from './product-page.ts'
import { findLent, lentSoFar } from './queries.ts'

/** Third question: how many. A node-locked license is always one. */
export async function showBorrowed(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, plan, t, server } = request
  const today = server.today()
  const { product, target, here, use, soFar } = await server.database.readCustomer(
    customer.id,
    async (tx) => {
      const { product, target } = await findEnds(tx, request)
      const { productId } = product
      const [here, use, soFar] = await Promise.all([
        lentSoFar(tx, { customerId: customer.id, planId: plan.id, productId, hostId: target.id }),
        loadTemporaryUse(tx, customer.id, [productId], today),
        listSoFar(tx, customer.id, plan.id),
      ])
      return { product, target, here, use: use.get(productId), soFar }
    },
  )
  const { temporaryOpen, temporaryPerYear, temporaryDays } = server.publisher()
  const from = `${planPath(request, plan.id)}/product`
  const back = `${from}/${product.productId}/host`
  return reply.page('plans/temporary/quantity', {
    ...toolFrame(request, [
      { step: 'product', href: from },
      { step: 'host', href: back },
    ]),
    title: t('plans.quantity.title', { product: product.productName, host: target.label }),
    problems,
    values: { quantity: here || '', ...values },
    product,
    target,
    isOne: product.licenseType === 'node-locked',
    use: use ?? { owned: 0, open: 0, inYear: 0 },
    limits: { open: temporaryOpen, inYear: temporaryPerYear, days: temporaryDays },
    endsOn: lastDay(today, temporaryDays),
    ...sayLimits(request, product, use),
    action: `${back}/${target.id}`,
    back,
    soFar,
  })
}

const amounts = ['temporaryNotOwned', 'temporaryTooMany', 'nodeLockedOnce', 'nodeLockedTriad']

export async function setBorrowed(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan } = request
  return actOnce(request, reply, async (tx) => {
    const { product, target } = await findEnds(tx, request)
    const quantity = product.licenseType === 'node-locked' ? 1 : quantityOf(request.body)
    const ids = { customerId: customer.id, planId: plan.id }
    const lineId = await lend(tx, { ...ids, productId: product.productId, hostId: target.id, quantity })
    await refuseAmounts(tx, request, amounts, (line) => (line.id === lineId ? 'quantity' : undefined))
    return planPath(request, plan.id)
  })
}

async function findEnds(tx: Db, request: FastifyRequest) {
  const { customer, plan } = request
  const { product: productId, host } = idsOf(request)
  const product = await findLent(tx, customer.id, productId)
  const target = await findTarget(tx, { customerId: customer.id, planId: plan.id, product }, host)
  return { product, target }
}
