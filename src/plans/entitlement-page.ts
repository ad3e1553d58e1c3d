import type { FastifyReply, FastifyRequest } from 'fastify'
import { listChoices } from '../entitlements/queries.ts'
import { listFamilies } from '../licenses/queries.ts'
import { text } from '../web/forms.ts'
import { planPath } from './open-draft.ts'
import { listSoFar } from './so-far.ts'
import { sayProblem, sayUntil, whyNotNow } from './words.ts'

/** First question: which license. What cannot be placed now is shown on demand, with its reason. */
export async function chooseEntitlement(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, t } = request
  const filter = readFilter(request.query)
  const today = request.server.today()
  const [found, families, soFar] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      listChoices(tx, customer.id, filter, today),
      listFamilies(tx, customer.id),
      listSoFar(tx, customer.id, plan.id),
    ]),
  )
  const path = `${planPath(request, plan.id)}/entitlement`
  return reply.page('plans/entitlement', {
    title: t('plans.entitlement.title'),
    choices: found.rows.map((choice) => {
      const reason = whyNotNow(choice, today)
      return {
        ...choice,
        available: Math.max(0, choice.entitled - choice.placed),
        until: sayUntil(request, choice),
        reason: reason && sayProblem(request, reason),
        href: reason ? null : `${path}/${choice.id}/host`,
      }
    }),
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

type Filter = { text: string; family: string; all: boolean; after: string | undefined }

function readFilter(query: unknown): Filter {
  const given = (query ?? {}) as Record<string, unknown>
  return {
    text: text(given['text']).slice(0, 100),
    family: text(given['family']).slice(0, 200),
    all: given['show'] === 'all',
    after: text(given['after']) || undefined,
  }
}

function withFilter(path: string, { text, family, all, after }: Filter): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ text, family, show: all ? 'all' : '', after })) {
    if (value) query.set(name, value)
  }
  return query.size ? `${path}?${query}` : path
}
