import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { readersOf } from '../notifications/readers.ts'
import { requires } from '../web/guard.ts'
import { type CompanyRule, setCompanyRule } from './company-rule.ts'

const place = '/c/:customer/people/approval'
const rule: CompanyRule = {
  column: 'requiresApproval',
  path: '/people/approval',
  whenSet: { verb: 'plan.approval-required', flash: 'privileges.approval.nowRequired' },
  whenEnded: { verb: 'plan.approval-optional', flash: 'privileges.approval.noLonger' },
}

/** Supervisors may want a second holder of Licensing to approve what the licensing tools are to do. */
export function approvalRoutes(app: App): void {
  app.get(place, { config: requires('supervisor') }, show)
  app.post(place, { config: { ...requires('supervisor'), fresh: true } }, (request, reply) =>
    setCompanyRule(request, reply, rule),
  )
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
