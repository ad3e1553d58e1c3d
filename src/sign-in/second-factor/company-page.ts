import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app.ts'
import { type CompanyRule, setCompanyRule } from '../../privileges/company-rule.ts'
import { requires } from '../../web/guard.ts'

const place = '/c/:customer/people/second-factor'
const rule: CompanyRule = {
  column: 'requiresSecondFactor',
  path: '/people/second-factor',
  whenSet: { verb: 'person.second-factor-required', flash: 'second-factor.company.nowRequired' },
  whenEnded: { verb: 'person.second-factor-optional', flash: 'second-factor.company.noLonger' },
}

/** Supervisors may require a second factor of everyone in their company. */
export function companyFactorRoutes(app: App): void {
  app.get(place, { config: requires('supervisor') }, show)

  app.post(place, { config: { ...requires('supervisor'), fresh: true } }, (request, reply) =>
    setCompanyRule(request, reply, rule),
  )
}

async function show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { customer, server, t } = request
  const [row] = await server.database.readCustomer(customer.id, (tx) =>
    tx.execute<{ isRequired: boolean; people: number; have: number }>(sql`
      select c.requires_second_factor as "isRequired", count(a.person_id)::int as people,
             count(f.person_id)::int as have
      from customers c
      left join associations a on a.customer_id = c.id
      left join second_factors f on f.person_id = a.person_id and f.confirmed_at is not null
      where c.id = ${customer.id} group by c.id`),
  )
  return reply.page('privileges/second-factor', { title: t('second-factor.company.title'), ...row })
}
