import type { App } from '../../app.ts'
import { requires } from '../../web/guard.ts'
import { startOf } from '../start-page.ts'
import { draftsOf } from '../tool-frame.ts'
import { addBorrower, chooseBorrower, showNewBorrower } from './host-page.ts'
import { chooseProduct } from './product-page.ts'
import { setBorrowed, showBorrowed } from './quantity-page.ts'

/** Temporary license: of which product, on which host, how many; it ends by itself. */
export function temporaryRoutes(app: App): void {
  const config = requires('licensing')
  const preHandler = draftsOf('temporary')
  const product = '/c/:customer/plans/:plan/product'

  app.get('/c/:customer/temporary', { config }, startOf('temporary'))
  app.get(product, { config, preHandler }, chooseProduct)
  app.get(`${product}/:product/host`, { config, preHandler }, chooseBorrower)

  const newHost = `${product}/:product/new-host`
  app.get(newHost, { config, preHandler }, (request, reply) => showNewBorrower(request, reply))
  app.post(newHost, { config: { ...config, redisplay: showNewBorrower }, preHandler }, addBorrower)

  const quantity = `${product}/:product/host/:host`
  app.get(quantity, { config, preHandler }, (request, reply) => showBorrowed(request, reply))
  app.post(quantity, { config: { ...config, redisplay: showBorrowed }, preHandler }, setBorrowed)
}
