import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../errors.ts'
import { onlyDrafts, planPath } from './open-draft.ts'
import type { Tool } from './queries.ts'
import { toolPages } from './tool-pages.ts'

/** The questions of each tool in their order; words: `plans.step.<name>`. */
const steps: Partial<Record<Tool, readonly string[]>> = {
  move: ['from', 'to', 'quantity', 'check'],
  return: ['from', 'quantity', 'check'],
  replace: ['from', 'reason', 'successor', 'check'],
  temporary: ['product', 'host', 'quantity', 'check'],
}

/** What stands around the question of a tool: its steps, and the way back through those before. */
export function toolFrame(request: FastifyRequest, before: { step: string; href: string }[] = []) {
  const { plan, t } = request
  const { toolTitle, toolHref } = toolPages(request, plan)
  return {
    toolSteps: steps[plan.tool],
    crumbs: [
      { text: toolTitle, href: toolHref },
      { text: t('plans.plan'), href: planPath(request, plan.id) },
      ...before.map(({ step, href }) => ({ text: t(`plans.step.${step}`), href })),
    ],
    plan: planPath(request, plan.id),
  }
}

/** onlyDrafts, and only those of these tools: a page of Move licenses is not one of a plan that returns them. */
export function draftsOf(...tools: Tool[]) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const closed = await onlyDrafts(request, reply)
    if (closed !== undefined) return closed
    if (!tools.includes(request.plan.tool)) throw new NotFound()
  }
}
