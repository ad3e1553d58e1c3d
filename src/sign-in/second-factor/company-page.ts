import { eq, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordActivity } from '../../activity/record.ts'
import type { App } from '../../app.ts'
import type { Db } from '../../db.ts'
import { customers } from '../../schema.ts'
import { readForm } from '../../web/forms.ts'
import { requires } from '../../web/guard.ts'
import { actOnce } from '../../web/once.ts'

const RequirementForm = Type.Object({ required: Type.String({ maxLength: 3 }) })
const place = '/c/:customer/people/second-factor'

/** Supervisors may require a second factor of everyone in their company. */
export function companyFactorRoutes(app: App): void {
  app.get(place, { config: requires('supervisor') }, show)

  app.post(place, { config: { ...requires('supervisor'), fresh: true } }, async (request, reply) => {
    const isRequired = readForm(request.body, RequirementForm).required === 'yes'
    const { customer, person } = request
    return actOnce(request, reply, async (tx) => {
      if (await setRequirement(tx, customer.id, isRequired)) {
        await recordActivity(tx, {
          customerId: customer.id,
          personId: person!.id,
          verb: isRequired ? 'person.second-factor-required' : 'person.second-factor-optional',
          objectKind: 'customer',
          objectId: customer.id,
        })
      }
      request.flash(isRequired ? 'second-factor.company.nowRequired' : 'second-factor.company.noLonger')
      return `${customer.base}/people/second-factor`
    })
  })
}

/** False where it was so already. */
async function setRequirement(tx: Db, customerId: string, isRequired: boolean): Promise<boolean> {
  const changed = await tx
    .update(customers)
    .set({ requiresSecondFactor: isRequired })
    .where(sql`${eq(customers.id, customerId)} and ${customers.requiresSecondFactor} <> ${isRequired}`)
    .returning({ id: customers.id })
  return changed.length === 1
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
