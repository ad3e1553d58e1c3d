import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Choice, listChoices } from '../entitlements/queries.ts'
import { isId } from '../ids.ts'
import { listFamilies } from '../licenses/queries.ts'
import { text } from '../web/forms.ts'
import { sayProblem } from '../web/say-problem.ts'
import { loadSeats, type Seat } from './load-use.ts'
import { planPath } from './open-draft.ts'
import { listSoFar } from './so-far.ts'
import { findGivenTarget, type Target, whyNotHere } from './targets.ts'
import { sayUntil, whyNotNow } from './words.ts'

/**
 * First question: which license. What cannot be placed now is shown on demand, with its reasons. A plan that began on
 * the page of a host brings it in the address: then the next question is how many.
 */
export async function chooseEntitlement(request: FastifyRequest, reply: FastifyReply) {
  const { plan, t } = request
  const customerId = request.customer.id
  const filter = readFilter(request.query)
  const today = request.server.today()
  const { found, families, soFar, targetOf, seats } = await request.server.database.readCustomer(
    customerId,
    async (tx) => {
      const [found, families, soFar, targetOf] = await Promise.all([
        listChoices(tx, customerId, filter, today),
        listFamilies(tx, customerId),
        listSoFar(tx, customerId, plan.id),
        filter.host ? findGivenTarget(tx, { customerId, planId: plan.id }, filter.host) : undefined,
      ])
      const full = found.rows.filter(({ entitled, placed }) => entitled > 0 && entitled === placed)
      const ids = full.map(({ id }) => id)
      const seats = ids.length > 0 ? await loadSeats(tx, customerId, ids) : new Map<string, Seat>()
      return { found, families, soFar, targetOf, seats }
    },
  )
  // A host that is gone is not carried on: it is the next question then.
  if (!targetOf) filter.host = ''
  const path = `${planPath(request, plan.id)}/entitlement`
  const onHost = targetOf?.({ productId: '', baseProductId: null })
  return reply.page('plans/entitlement', {
    title: t('plans.entitlement.title'),
    choices: found.rows.map((choice) => {
      const target = targetOf?.(choice)
      const reasons = [
        whyNotNow(choice, today, seats.get(choice.id)),
        target && whyNotHere(target, choice),
      ].filter((reason) => reason !== undefined)
      return {
        ...choice,
        available: Math.max(0, choice.entitled - choice.placed),
        until: sayUntil(request, choice),
        reasons: reasons.map((reason) => sayProblem(request, reason)),
        remark:
          target && lacksBase(choice, target)
            ? t('plans.host.lacksBase', { base: choice.baseName, host: target.label })
            : null,
        href: reasons.length > 0 ? null : `${path}/${choice.id}/host${target ? `/${target.id}` : ''}`,
      }
    }),
    onHost: onHost?.label,
    anyHost: withFilter(path, { ...filter, host: '', after: undefined }),
    families: [
      { value: '', text: t('plans.filter.allFamilies') },
      ...families.map((family) => ({ value: family, text: family })),
    ],
    shows: ['available', 'all'].map((value) => ({ value, text: t(`plans.show.${value}`) })),
    filter: { ...filter, show: filter.all ? 'all' : 'available' },
    isFiltered: filter.text !== '' || filter.family !== '',
    path,
    all: withFilter(path, { ...filter, all: true, after: undefined }),
    next: found.next ? withFilter(path, { ...filter, after: found.next }) : null,
    first: filter.after ? withFilter(path, { ...filter, after: undefined }) : null,
    soFar,
    plan: planPath(request, plan.id),
  })
}

function lacksBase({ baseProductId }: Choice, { ofBase }: Target): boolean {
  return baseProductId !== null && ofBase === 0
}

type Filter = { text: string; family: string; all: boolean; host: string; after: string | undefined }

function readFilter(query: unknown): Filter {
  const given = (query ?? {}) as Record<string, unknown>
  return {
    text: text(given['text']).slice(0, 100),
    family: text(given['family']).slice(0, 200),
    all: given['show'] === 'all',
    host: isId(given['host']) ? given['host'] : '',
    after: text(given['after']) || undefined,
  }
}

function withFilter(path: string, { text, family, all, host, after }: Filter): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ text, family, show: all ? 'all' : '', host, after })) {
    if (value) query.set(name, value)
  }
  return query.size ? `${path}?${query}` : path
}
