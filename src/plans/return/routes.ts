import type { App } from '../../app.ts'
import { requires } from '../../web/guard.ts'
import { setQuantities, showLeaving } from '../leaving/page.ts'
import { startOf } from '../start-page.ts'
import { draftsOf } from '../tool-frame.ts'

/** Return licenses: off which host, and how much goes back to what is available. */
export function returnRoutes(app: App): void {
  const config = requires('licensing')
  const preHandler = draftsOf('return')
  const quantities = '/c/:customer/plans/:plan/from/:host/pool'

  app.get('/c/:customer/return', { config }, startOf('return'))
  app.get(quantities, { config, preHandler }, (request, reply) => showLeaving(request, reply))
  app.post(quantities, { config: { ...config, redisplay: showLeaving }, preHandler }, setQuantities)
}
