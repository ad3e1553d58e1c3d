import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import { isId } from '../ids.ts'
import { type Problem, text } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { createPlan } from './drafts.ts'
import { planPath } from './open-draft.ts'
import { findActiveLabel, listDrafts } from './queries.ts'
import { findFormer, sayAllEnded, sayWhyNotReplace, whyNotReplace } from './replace/former.ts'

/** What a tool's pages were opened with, from the page of a host or of a product; '' where it was not. */
type Carried = { from: string; product: string }

/** The tools whose plans grow page by page: how many steps their start explains, and where their first question is. */
const tools = {
  configure: {
    steps: 4,
    first: ({ from, product }) =>
      `/entitlement${query({ host: from, ...(product && { text: product, show: 'all' }) })}`,
  },
  move: {
    steps: 4,
    first: ({ from, product }) => (from ? `/from/${from}/to` : `/from${query({ product })}`),
  },
  replace: { steps: 4, first: ({ from }) => (from ? `/from/${from}/reason` : '/from') },
  return: {
    steps: 3,
    first: ({ from, product }) => (from ? `/from/${from}/pool` : `/from${query({ product })}`),
  },
  temporary: {
    steps: 4,
    first: ({ product }) => `/product${query({ text: product })}`,
  },
} satisfies Record<string, { steps: number; first: (carried: Carried) => string }>

type Guided = keyof typeof tools

function query(values: Record<string, string>): string {
  const given = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))
  return given.size > 0 ? `?${given}` : ''
}

/** What the tool does, the company's open drafts of it, and the button that begins a plan. */
export function startOf(tool: Guided) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    problems: Problem[] = [],
    values: unknown = request.query,
  ) => {
    const { customer, t } = request
    const carried = readCarried(values)
    const [drafts, host, former] = await request.server.database.readCustomer(customer.id, (tx: Db) =>
      Promise.all([
        listDrafts(tx, customer.id, tool),
        carried.from ? findActiveLabel(tx, customer.id, carried.from) : undefined,
        carried.from && tool === 'replace' ? findFormer(tx, customer.id, carried.from) : undefined,
      ]),
    )
    return reply.page('plans/start', {
      title: t(`plans.tool.${tool}`),
      path: `${customer.base}/${tool}`,
      problems,
      tool,
      refusal: former && sayWhyNotReplace(request, former),
      allEnded: former && sayAllEnded(request, former),
      steps: Array.from({ length: tools[tool].steps }, (_, index) => t(`plans.${tool}.step${index + 1}`)),
      beginsWith: host
        ? t('plans.start.withHost', { host })
        : carried.product && t('plans.start.withProduct', carried),
      // A host that is gone, or of another company, is not carried on; that is said.
      isHostGone: carried.from !== '' && host === undefined,
      carried: { ...carried, from: host ? carried.from : '' },
      drafts: drafts.map((draft) => ({
        ...draft,
        href: planPath(request, draft.id),
        isOwn: draft.createdBy === request.person!.id,
      })),
    })
  }
}

/** The start of the tool that a form was of, where it could not begin. */
export function startAgain(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const tool = text(values['tool'])
  return startOf(isGuided(tool) ? tool : 'configure')(request, reply, problems, values)
}

/** Throws Invalid for a tool that does not begin so, and where the host it is to begin with has nothing to replace. */
export async function beginPlan(request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as Record<string, unknown>
  const tool = text(body['tool'])
  if (!isGuided(tool)) throw new Invalid([{ key: 'plans.toolUnknown' }])
  const { customer, person } = request
  const carried = readCarried(body)
  return actOnce(request, reply, async (tx) => {
    if (tool === 'replace' && carried.from) {
      const reason = whyNotReplace(await findFormer(tx, customer.id, carried.from))
      if (reason) throw new Invalid([reason])
    }
    const planId = await createPlan(tx, { customerId: customer.id, tool, personId: person!.id })
    return planPath(request, planId) + tools[tool].first(carried)
  })
}

function isGuided(tool: string): tool is Guided {
  return Object.hasOwn(tools, tool)
}

function readCarried(given: unknown): Carried {
  const { from, product } = (given ?? {}) as Record<string, unknown>
  const host = text(from)
  return { from: isId(host) ? host : '', product: text(product).slice(0, 100) }
}
