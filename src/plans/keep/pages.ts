import type { FastifyReply, FastifyRequest } from 'fastify'
import { personOptions } from '../../web/choose-person.ts'
import { type Problem, text } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { idsOf, onlyDrafts, planPath, showClosed } from '../open-draft.ts'
import { keepHref, readFilter, whoseList } from './filter.ts'
import { handPlan } from './hand-plan.ts'
import { type KeptPlan, listColleagues, listKept } from './queries.ts'

/** The company's plans that are not done yet: drafts to take up, and what waits for a decision. */
export async function showPlans(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, person, server } = request
  const filter = readFilter(request.query)
  const after = text((request.query as Record<string, unknown>)['after']) || undefined
  const { rows, next } = await server.database.readCustomer(customer.id, (tx) =>
    listKept(tx, customer.id, filter, { personId: person!.id, after }),
  )
  return reply.page('plans/keep/list', {
    title: t('keep.title'),
    plans: rows.map((row) => planView(request, row)),
    filter,
    whose: whoseList.map((value) => ({ value, text: t(`keep.whose.${value}`) })),
    isFiltered: filter.text !== '' || filter.whose !== 'all',
    all: `${customer.base}/plans`,
    next: next ? keepHref(customer.base, filter, next) : null,
    first: after ? keepHref(customer.base, filter) : null,
  })
}

function planView(request: FastifyRequest, plan: KeptPlan) {
  const { customer, format, person, t } = request
  const changedAt = format.time(new Date(plan.updatedAt))
  const who = (id: string, name: string) => (id === person!.id ? t('keep.you') : name)
  return {
    ...plan,
    title: plan.name || t('plans.drafts.unnamed', { when: changedAt }),
    href: plan.requestNumber ? `${customer.base}/requests/${plan.requestNumber}` : planPath(request, plan.id),
    author: who(plan.createdBy, plan.author),
    receiver: plan.handedTo && who(plan.handedTo, plan.receiver ?? ''),
    changedAt,
  }
}

/** To whom a draft may be handed. */
export async function showHanding(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  if (!request.plan) await onlyDrafts(request, reply)
  const { customer, plan, person, t, server } = request
  if (plan.status !== 'draft') return showClosed(request, reply)
  const colleagues = await server.database.readCustomer(customer.id, (tx) =>
    listColleagues(tx, customer.id, person!.id),
  )
  return reply.page('plans/keep/handing', {
    title: t('keep.hand.title'),
    plan: planPath(request, plan.id),
    planName: plan.name,
    isAnyone: colleagues.length > 0,
    colleagues: personOptions(colleagues, t('keep.hand.option'), t),
    problems,
    values: { to: text(values['to']) },
  })
}

export async function postHanding(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person } = request
  const { plan: planId } = idsOf(request)
  const to = text((request.body as Record<string, unknown>)['to'])
  return actOnce(request, reply, async (tx) => {
    const { name } = await handPlan(tx, { customerId: customer.id, planId, by: person!, to })
    request.flash('keep.hand.done', { name })
    return `${customer.base}/plans`
  })
}
