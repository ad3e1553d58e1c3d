import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app.ts'
import { numberOf } from '../../requests/account/routes.ts'
import { reachRequest } from '../../requests/fetch-pack.ts'
import { formatRequestNumber } from '../../requests/number.ts'
import { showRequest } from '../../requests/routes.ts'
import { requires } from '../../web/guard.ts'
import { actOnce } from '../../web/once.ts'
import { onlyDrafts, planPath } from '../open-draft.ts'
import { doAgain } from './do-again.ts'
import { postHanding, showHanding, showPlans } from './pages.ts'

/** Plans to keep: drafts listed, taken up, handed to a colleague; a settled plan begun again. */
export function keepRoutes(app: App): void {
  const licensing = requires('licensing')
  app.get('/c/:customer/plans', { config: licensing }, showPlans)
  const handing = '/c/:customer/plans/:plan/handing'
  app.get(handing, { config: licensing, preHandler: onlyDrafts }, (request, reply) =>
    showHanding(request, reply),
  )
  app.post(handing, { config: { ...licensing, redisplay: showHanding }, preHandler: onlyDrafts }, postHanding)
  app.post('/c/:customer/requests/:number/again', { config: { ...licensing, redisplay: showRequest } }, again)
}

function again(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person, format } = request
  return actOnce(request, reply, async (tx) => {
    const found = await reachRequest(tx, customer.id, numberOf(request), {
      personId: person!.id,
      holds: customer.holds,
    })
    const of = { customerId: customer.id, requestId: found.id, personId: person!.id }
    const { planId, kept, left, hosts } = await doAgain(tx, of)
    request.flash('keep.again.done', {
      number: formatRequestNumber(found.number),
      kept,
      left,
      hosts: format.list(hosts.slice(0, 3)),
      more: Math.max(0, hosts.length - 3),
    })
    return planPath(request, planId)
  })
}
