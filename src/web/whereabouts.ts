import { AsyncLocalStorage } from 'node:async_hooks'
import type { App } from '../app.ts'
import { networkOf } from './network.ts'

const storage = new AsyncLocalStorage<string>()

/** Remembers from where a request comes for as long as it is worked on, for the record of what it does. */
export function registerWhereabouts(app: App): void {
  // Not before: reading the body leaves the request's own context.
  app.addHook('preValidation', (request, _reply, done) => storage.run(networkOf(request.ip), done))
}

/** The network of the request that is being answered; undefined in jobs and commands. */
export function currentNetwork(): string | undefined {
  return storage.getStore()
}
