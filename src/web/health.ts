import type { App } from '../app.ts'

/** For whoever watches over the process: `/healthz` it lives, `/readyz` it can serve (the database answers). */
export function healthRoutes(app: App): void {
  app.get('/healthz', { logLevel: 'warn' }, async (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', { logLevel: 'warn' }, async (request, reply) => {
    reply.type('text/plain').header('cache-control', 'no-store')
    try {
      await app.database.ping()
      return reply.send('ready\n')
    } catch (error) {
      request.log.warn({ err: error }, 'database not reachable')
      return reply.code(503).send('database not reachable\n')
    }
  })
}
