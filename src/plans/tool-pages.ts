import type { FastifyRequest } from 'fastify'
import { planPath } from './open-draft.ts'
import type { Plan, Tool } from './queries.ts'

/** Where each tool begins below the company's address; an undo begins on the page of what it undoes. */
const starts: Record<Tool, string> = {
  configure: '/configure',
  move: '/move',
  return: '/return',
  replace: '/replace',
  temporary: '/temporary',
  bulk: '/bulk',
  undo: '/requests',
}

/** Where a draft goes on with its next line, below the plan's address; null: its lines are not added one by one. */
const nextLine: Record<Tool, string | null> = {
  configure: '/entitlement',
  move: '/from',
  return: '/from',
  replace: null,
  temporary: '/product',
  bulk: null,
  undo: null,
}

/** The addresses of a plan's tool, for the pages that all tools share. */
export function toolPages(request: FastifyRequest, { id, tool }: Pick<Plan, 'id' | 'tool'>) {
  const next = nextLine[tool]
  return {
    tool,
    toolTitle: request.t(`plans.tool.${tool}`),
    toolHref: `${request.customer.base}${starts[tool]}`,
    addHref: next === null ? null : `${planPath(request, id)}${next}`,
  }
}
