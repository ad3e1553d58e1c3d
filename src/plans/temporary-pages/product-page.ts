import type { FastifyReply, FastifyRequest } from 'fastify'
import { text } from '../../web/forms.ts'
import { sayProblem } from '../../web/say-problem.ts'
import { loadTemporaryUse, type TemporaryUse } from '../load-use.ts'
import { planPath } from '../open-draft.ts'
import { aboutTemporary } from '../rules/temporary.ts'
import { listSoFar } from '../so-far.ts'
import { lastDay } from '../temporary.ts'
import { toolFrame } from '../tool-frame.ts'
import { type Lent, listLent } from './queries.ts'

/** First question of Temporary license: of which product. Says what is owned, and how the limits stand. */
export async function chooseProduct(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, t, format, server } = request
  const given = request.query as Record<string, unknown>
  const filter = { text: text(given['text']).slice(0, 100), after: text(given['after']) || undefined }
  const today = server.today()
  const { found, use, soFar } = await server.database.readCustomer(customer.id, async (tx) => {
    const [found, soFar] = await Promise.all([
      listLent(tx, customer.id, filter),
      listSoFar(tx, customer.id, plan.id),
    ])
    const ids = found.rows.map(({ productId }) => productId)
    return { found, use: await loadTemporaryUse(tx, customer.id, ids, today), soFar }
  })
  const { temporaryOpen, temporaryPerYear, temporaryDays } = server.publisher()
  const path = `${planPath(request, plan.id)}/product`
  const at = (after: string | undefined) => {
    const query = new URLSearchParams({ ...(filter.text && { text: filter.text }), ...(after && { after }) })
    return query.size ? `${path}?${query}` : path
  }
  return reply.page('plans/temporary/product', {
    ...toolFrame(request),
    title: t('plans.temporary.product.title'),
    lead: t('plans.temporary.product.lead', {
      days: temporaryDays,
      endsOn: format.date(lastDay(today, temporaryDays)),
    }),
    products: found.rows.map((product) => ({
      ...product,
      ...useOf(product, use),
      ...sayLimits(request, product, use.get(product.productId)),
      href: `${path}/${product.productId}/host`,
    })),
    limits: { open: temporaryOpen, inYear: temporaryPerYear },
    filter,
    path,
    next: found.next ? at(found.next) : null,
    first: filter.after ? at(undefined) : null,
    soFar,
  })
}

function useOf({ productId }: Lent, use: ReadonlyMap<string, TemporaryUse>): TemporaryUse {
  return use.get(productId) ?? { owned: 0, open: 0, inYear: 0 }
}

/** Why a product cannot be lent, and why the desk decides; the checker says the same. */
export function sayLimits(
  request: FastifyRequest,
  { productName }: Lent,
  use: TemporaryUse | undefined,
): { reason: string | undefined; holds: string[] } {
  const found = aboutTemporary(productName, 1, use, request.server.publisher())
  const refusal = found.find(({ waitsFor }) => !waitsFor)
  return {
    reason: refusal && sayProblem(request, refusal),
    holds: found.filter(({ waitsFor }) => waitsFor).map((one) => sayProblem(request, one)),
  }
}
