import type { FastifyRequest } from 'fastify'
import type { PlanDetails } from '../schema.ts'
import type { PlanLine } from './load-plan.ts'
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

/** Where a draft goes on with its next line, or its first, below the plan's address; null: they come from elsewhere. */
const nextLine: Record<Tool, string | null> = {
  configure: '/entitlement',
  move: '/from',
  return: '/from',
  replace: '/from',
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
    addText: isNamed(tool) ? request.t(`plans.add.${tool}`) : request.t('plans.check.add'),
    addFirstText: isNamed(tool) ? request.t(`plans.addFirst.${tool}`) : request.t('plans.check.addFirst'),
  }
}

/** Tools whose next line is not simply another license. */
function isNamed(tool: Tool): boolean {
  return ['move', 'return', 'replace', 'temporary'].includes(tool)
}

type Ends = Pick<PlanLine, 'entitlementId' | 'productId' | 'fromHostId' | 'toHostId' | 'licenseType'>

/** Where the amount of a line is changed; null where it has none to change, or its tool takes everything. */
export function lineHref(path: string, tool: Tool, line: Ends): string | null {
  const { entitlementId, productId, fromHostId, toHostId, licenseType } = line
  if (tool === 'move' && fromHostId && toHostId) return `${path}/from/${fromHostId}/to/${toHostId}`
  if (tool === 'return' && fromHostId) return `${path}/from/${fromHostId}/pool`
  if (licenseType === 'node-locked' || fromHostId !== null || toHostId === null) return null
  if (tool === 'temporary') return `${path}/product/${productId}/host/${toHostId}`
  return tool === 'configure' ? `${path}/entitlement/${entitlementId}/host/${toHostId}` : null
}

/** Where a host that is new in a plan is changed: a successor by the question that named it. */
export function newHostHref(path: string, hostId: string, { retires: [former] = [] }: PlanDetails): string {
  return former ? `${path}/from/${former}/successor` : `${path}/hosts/${hostId}`
}
