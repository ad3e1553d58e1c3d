import type { FastifyReply, FastifyRequest } from 'fastify'
import { Invalid } from '../errors.ts'
import { text } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { createPlan } from './drafts.ts'
import { planPath } from './open-draft.ts'
import { listDrafts } from './queries.ts'

/** What the tool does, the company's open drafts, and the button that begins a plan. */
export async function showStart(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const drafts = await request.server.database.readCustomer(customer.id, (tx) =>
    listDrafts(tx, customer.id, 'configure'),
  )
  return reply.page('plans/start', {
    title: t('plans.configure.title'),
    drafts: drafts.map((draft) => ({
      ...draft,
      href: planPath(request, draft.id),
      isOwn: draft.createdBy === request.person!.id,
    })),
  })
}

export async function beginPlan(request: FastifyRequest, reply: FastifyReply) {
  if (text((request.body as Record<string, unknown>)['tool']) !== 'configure')
    throw new Invalid([{ key: 'plans.toolUnknown' }])
  const { customer, person } = request
  return actOnce(request, reply, async (tx) => {
    const planId = await createPlan(tx, { customerId: customer.id, tool: 'configure', personId: person!.id })
    return `${planPath(request, planId)}/entitlement`
  })
}
