import type { App } from '../app.ts'
import { requires } from '../web/guard.ts'
import { privilegeList } from './list.ts'
import { listHolders } from './queries.ts'

/** R4: what a supervisor sees: everyone of the company and what they hold. */
export function peopleRoutes(app: App): void {
  app.get('/c/:customer/people', { config: requires('supervisor') }, async (request, reply) => {
    const { customer } = request
    const holders = await app.database.readCustomer(customer.id, (tx) =>
      listHolders(tx, customer.id, app.today()),
    )
    const supervisors = holders.filter(({ privileges }) =>
      privileges.some((h) => h.privilege === 'supervisor'),
    )
    return reply.page('privileges/people', {
      title: request.t('privileges.title'),
      holders,
      supervisorCount: supervisors.length,
      privilegeList,
    })
  })
}
