import type { App } from '../../app.ts'
import { requires } from '../../web/guard.ts'
import { chooseGiving } from '../leaving/giving-page.ts'
import { setQuantities, showLeaving } from '../leaving/page.ts'
import { startOf } from '../start-page.ts'
import { draftsOf } from '../tool-frame.ts'
import { addReceiver, showNewReceiver } from './new-host-page.ts'
import { chooseReceiving } from './receiving-page.ts'

/** Move licenses: from which host, to which, how much; as many pairs of hosts as one likes in a plan. */
export function moveRoutes(app: App): void {
  const config = requires('licensing')
  const preHandler = draftsOf('move')
  const from = '/c/:customer/plans/:plan/from'

  app.get('/c/:customer/move', { config }, startOf('move'))
  // The first question of every tool that takes something off a host.
  app.get(from, { config, preHandler: draftsOf('move', 'return', 'replace') }, chooseGiving)
  app.get(`${from}/:host/to`, { config, preHandler }, chooseReceiving)

  const newHost = `${from}/:host/new-host`
  app.get(newHost, { config, preHandler }, (request, reply) => showNewReceiver(request, reply))
  app.post(newHost, { config: { ...config, redisplay: showNewReceiver }, preHandler }, addReceiver)

  const quantities = `${from}/:host/to/:receiver`
  app.get(quantities, { config, preHandler }, (request, reply) => showLeaving(request, reply))
  app.post(quantities, { config: { ...config, redisplay: showLeaving }, preHandler }, setQuantities)
}
