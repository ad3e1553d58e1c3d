import type { FastifyReply, FastifyRequest } from 'fastify'
import { planHost } from '../hosts/plan-host.ts'
import { prefilled } from '../hosts/prefilled.ts'
import type { Problem } from '../web/forms.ts'
import { readForm } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { createPlan } from './drafts.ts'
import { HostFields, ofMachines } from './new-host-page.ts'
import { planPath } from './open-draft.ts'

/**
 * A plan that begins with a new host, of which its ID is known already: from a license file, or from what a command
 * printed. The fields stand in the address; nothing is kept before the form is sent.
 */
export function showHostFirst(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  typed: Record<string, unknown> = {},
) {
  const { customer, t } = request
  const query = request.query as Record<string, unknown>
  const kind = (typed['kind'] ?? query['kind']) === 'triad' ? 'triad' : 'single'
  const values = { ...prefilled(query), ...typed }
  return reply.page('plans/new-host', {
    title: t(kind === 'triad' ? 'plans.newHost.titleTriad' : 'plans.newHost.title'),
    problems: kind === 'triad' ? ofMachines(problems, t) : problems,
    values,
    kind,
    kinds: [],
    isCounted: kind === 'triad',
    lead: t('plans.hostFirst.lead'),
    toolSteps: ['host', 'entitlement', 'quantity', 'check'],
    hasPort: true,
    clinic: `${customer.base}/hosts/clinic`,
    action: `${customer.base}/configure/new-host`,
    back: `${customer.base}/configure`,
    submitText: t('plans.continue'),
    check: `${customer.base}/plans/host-id-check`,
  })
}

/** Begins a plan with the host in it; what to place there is the next question. */
export function beginWithHost(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person, server } = request
  const values = readForm(request.body, HostFields)
  return actOnce(request, reply, async (tx) => {
    const customerId = customer.id
    const planId = await createPlan(tx, { customerId, tool: 'configure', personId: person!.id })
    const needsServerNames = values.kind === 'triad'
    await planHost(tx, { customerId, planId, values, publisher: server.publisher(), needsServerNames })
    request.flash('plans.hostFirst.added', { host: values.label })
    return `${planPath(request, planId)}/entitlement`
  })
}
