import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Invalid, NotFound } from '../../errors.ts'
import { readText } from '../../license-files/read-text.ts'
import { type Problem, text } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { createPlan } from '../drafts.ts'
import { idsOf, onlyDrafts, planPath } from '../open-draft.ts'
import { listDrafts } from '../queries.ts'
import { columns, largestFile, mostLines, needed } from './columns.ts'
import { fillPlan, renewLines } from './fill.ts'

type Values = Record<string, unknown>

const limits = { columns, needed, most: mostLines }

/** What a bulk plan is, the file to edit, the form that takes it, and the company's open bulk plans. */
export async function showBulk(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Values = {},
) {
  const { customer, t } = request
  const drafts = await request.server.database.readCustomer(customer.id, (tx) =>
    listDrafts(tx, customer.id, 'bulk'),
  )
  return reply.page('plans/bulk/start', {
    title: t('plans.tool.bulk'),
    ...limits,
    csv: `${customer.base}/bulk/placements.csv`,
    drafts: drafts.map((draft) => ({
      ...draft,
      href: planPath(request, draft.id),
      isOwn: draft.createdBy === request.person!.id,
    })),
    problems,
    values: { text: text(values['text']) },
  })
}

/** A file begins a plan; its page says what it does and what of the file cannot be read. */
export async function postBulk(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person } = request
  const given = givenText(request.body)
  return actOnce(request, reply, async (tx) => {
    const planId = await createPlan(tx, { customerId: customer.id, tool: 'bulk', personId: person!.id })
    await fillPlan(tx, { customerId: customer.id, planId, text: given, adds: false })
    return planPath(request, planId)
  })
}

/** Another file for a draft: in the place of its lines, or added to them. */
export async function showRefill(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Values = {},
) {
  // A file that is too large is refused before the plan is looked for.
  if (!request.plan) await onlyDrafts(request, reply)
  const { plan, t } = request
  if (plan.tool !== 'bulk') throw new NotFound()
  const { refused = [] } = plan.details
  const path = planPath(request, plan.id)
  return reply.page('plans/bulk/refill', {
    title: t('bulk.refill.title'),
    ...limits,
    plan: path,
    csv: `${request.customer.base}/bulk/placements.csv`,
    refusedCsv: refused.length > 0 ? `${path}/refused.csv` : null,
    problems,
    values: {
      text: text(values['text']),
      how: text(values['how']) || (refused.length > 0 ? 'add' : 'replace'),
    },
  })
}

export async function postRefill(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const { plan: planId } = idsOf(request)
  if (request.plan.tool !== 'bulk') throw new NotFound()
  const given = givenText(request.body)
  const adds = text((request.body as Values)['how']) === 'add'
  return actOnce(request, reply, async (tx) => {
    await fillPlan(tx, { customerId: customer.id, planId, text: given, adds })
    request.flash('bulk.refill.done')
    return planPath(request, planId)
  })
}

/** Others have changed what the plan is about: its lines are worked out anew, and checked before they are submitted. */
export async function postRenewal(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const { plan: planId } = idsOf(request)
  if (request.plan.tool !== 'bulk') throw new NotFound()
  return actOnce(request, reply, async (tx) => {
    await renewLines(tx, { customerId: customer.id, planId })
    request.flash('bulk.renewal.done')
    return planPath(request, planId)
  })
}

/** A chosen file goes before pasted text. Throws Invalid for none, one that is too large, or a workbook. */
function givenText(body: unknown): string {
  const { file, text: pasted } = (body ?? {}) as Values
  const chosen = [file].flat().find((one) => Buffer.isBuffer(one) && one.length > 0) as Buffer | undefined
  const bytes = chosen ?? Buffer.from([pasted].flat().find((one) => typeof one === 'string') ?? '')
  const refuse = (key: string) => new Invalid([{ field: 'file', key }])
  if (bytes.length > largestFile) throw refuse('bulk.file.large')
  // A workbook is a zip archive.
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') throw refuse('bulk.file.workbook')
  const { text: read } = readText(bytes)
  if (read.trim() === '') throw refuse('bulk.file.nothing')
  return read
}

/** What is larger than any form of ours is refused unread: said on the form, not on a page of its own. */
export function refuseLarge(show: typeof showBulk) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): unknown => {
    if (error.statusCode !== 413) return request.server.errorHandler(error, request, reply)
    return show(request, reply.code(413), [{ field: 'file', message: request.t('bulk.file.large') }])
  }
}
