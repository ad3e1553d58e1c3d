import type { App } from '../../app.ts'
import { requires } from '../../web/guard.ts'
import { startOf } from '../start-page.ts'
import { draftsOf } from '../tool-frame.ts'
import { setReason, showReason } from './reason-page.ts'
import { setSuccessor, showSuccessor } from './successor-page.ts'

/** Replace hardware: which host, why, and what comes in its place; everything on it goes along. */
export function replaceRoutes(app: App): void {
  const config = requires('licensing')
  const preHandler = draftsOf('replace')
  const host = '/c/:customer/plans/:plan/from/:host'

  app.get('/c/:customer/replace', { config }, startOf('replace'))
  app.get(`${host}/reason`, { config, preHandler }, (request, reply) => showReason(request, reply))
  app.post(`${host}/reason`, { config: { ...config, redisplay: showReason }, preHandler }, setReason)
  app.get(`${host}/successor`, { config, preHandler }, (request, reply) => showSuccessor(request, reply))
  app.post(`${host}/successor`, { config: { ...config, redisplay: showSuccessor }, preHandler }, setSuccessor)
}
