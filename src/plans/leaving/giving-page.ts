import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../db.ts'
import { text } from '../../web/forms.ts'
import { sayProblem } from '../../web/say-problem.ts'
import { planPath } from '../open-draft.ts'
import { type PlanProblem, problem } from '../problems.ts'
import type { Tool } from '../queries.ts'
import { listSoFar } from '../so-far.ts'
import { listTargets, type Target } from '../targets.ts'
import { toolFrame } from '../tool-frame.ts'

/** What is asked once the giving host is chosen, below its address in the plan. */
const then: Partial<Record<Tool, string>> = { move: 'to', return: 'pool', replace: 'reason' }

/** First question of the tools that take something off a host: off which. One with nothing on it says so. */
export async function chooseGiving(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, t, server } = request
  const filter = readFilter(request.query)
  const [product, found, soFar] = await server.database.readCustomer(customer.id, async (tx) => {
    const product = filter.product === '' ? undefined : await findProduct(tx, filter.product)
    const of = {
      customerId: customer.id,
      planId: plan.id,
      product: { productId: product?.id ?? null, baseProductId: null },
    }
    return Promise.all([
      product,
      listTargets(tx, of, { ...filter, isHolding: product !== undefined, today: server.today() }),
      listSoFar(tx, customer.id, plan.id),
    ])
  })
  const path = `${planPath(request, plan.id)}/from`
  return reply.page('plans/choose-host', {
    ...toolFrame(request),
    step: 'from',
    title: t(`plans.giving.title.${plan.tool}`),
    lead: t(`plans.giving.lead.${plan.tool}`),
    hosts: found.rows.map((host) => {
      const reason = whyNotFrom(host, plan.tool)
      return {
        ...host,
        reason: reason && sayProblem(request, reason),
        href: reason ? null : `${path}/${host.id}/${then[plan.tool]}`,
      }
    }),
    product,
    filter,
    path,
    next: found.next ? withFilter(path, { ...filter, after: found.next }) : null,
    first: filter.after ? withFilter(path, { ...filter, after: undefined }) : null,
    everyHost: withFilter(path, { ...filter, product: '', after: undefined }),
    soFar,
  })
}

/** Why nothing can be taken off a host; the checker says the same of a line that would. */
function whyNotFrom({ placed, movable, label }: Target, tool: Tool): PlanProblem | undefined {
  if (tool === 'move' && placed > 0 && movable === 0) return problem('nothingMoves', { host: label })
  if (placed > 0) return undefined
  return problem(tool === 'replace' ? 'nothingToReplace' : 'nothingThere', { host: label })
}

type Filter = { text: string; product: string; after: string | undefined }

function readFilter(query: unknown): Filter {
  const given = (query ?? {}) as Record<string, unknown>
  return {
    text: text(given['text']).slice(0, 100),
    product: text(given['product']).slice(0, 100),
    after: text(given['after']) || undefined,
  }
}

function withFilter(path: string, filter: Filter): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value)
  return query.size ? `${path}?${query}` : path
}

async function findProduct(tx: Db, partNumber: string) {
  const [product] = await tx.execute<{ id: string; name: string }>(
    sql`select id, name from products where part_number = ${partNumber.toUpperCase()}`,
  )
  return product
}
