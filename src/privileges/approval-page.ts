import { and, eq, ne, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordActivity } from '../activity/record.ts'
import type { App } from '../app.ts'
import { readersOf } from '../notifications/readers.ts'
import { customers } from '../schema.ts'
import { readForm } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'

const RequirementForm = Type.Object({ required: Type.String({ maxLength: 3 }) })
const place = '/c/:customer/people/approval'

/** Supervisors may want a second holder of Licensing to approve what the licensing tools are to do. */
export function approvalRoutes(app: App): void {
  app.get(place, { config: requires('supervisor') }, show)
  app.post(place, { config: { ...requires('supervisor'), fresh: true } }, set)
}

async function set(request: FastifyRequest, reply: FastifyReply) {
  const isRequired = readForm(request.body, RequirementForm).required === 'yes'
  const { customer, person } = request
  return actOnce(request, reply, async (tx) => {
    const changed = await tx
      .update(customers)
      .set({ requiresApproval: isRequired })
      .where(and(eq(customers.id, customer.id), ne(customers.requiresApproval, isRequired)))
      .returning({ id: customers.id })
    if (changed.length === 1) {
      await recordActivity(tx, {
        customerId: customer.id,
        personId: person!.id,
        verb: isRequired ? 'plan.approval-required' : 'plan.approval-optional',
        objectKind: 'customer',
        objectId: customer.id,
      })
    }
    request.flash(isRequired ? 'privileges.approval.nowRequired' : 'privileges.approval.noLonger')
    return `${customer.base}/people/approval`
  })
}

async function show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { customer, server, t } = request
  const [row] = await server.database.readCustomer(customer.id, (tx) =>
    tx.execute<{ isRequired: boolean; holders: number }>(sql`
      select c.requires_approval as "isRequired",
        (select count(*)::int from (select p.id ${readersOf([customer.id], ['licensing'])}) h) as holders
      from customers c where c.id = ${customer.id}`),
  )
  return reply.page('privileges/approval', { title: t('privileges.approval.title'), ...row })
}
