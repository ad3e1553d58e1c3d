import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../errors.ts'
import { findPlan, type Plan } from './queries.ts'
import { toolPages } from './tool-pages.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The draft in the address, where onlyDrafts has found it. */
    plan: Plan
  }
}

/** The IDs in a plan's address; what cannot be one is not found, since Postgres would take it for a fault. */
export type PlanParams = Record<'plan' | 'line' | 'entitlement' | 'host' | 'receiver' | 'product', string>

/**
 * Finds the plan of the address for a page. What was submitted or discarded in the meantime (another tab, the back
 * button) says so instead, with the request's number. A form goes through: sent a second time it must answer as the
 * first time, and its verb refuses what is no longer a draft.
 */
export async function onlyDrafts(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { plan: planId } = idsOf(request)
  const { customer } = request
  request.plan = await request.server.database.readCustomer(customer.id, (tx) =>
    findPlan(tx, customer.id, planId),
  )
  if (request.method === 'GET' && request.plan.status !== 'draft') return showClosed(request, reply)
}

/** What became of a plan that is no longer a draft. */
export function showClosed(request: FastifyRequest, reply: FastifyReply): unknown {
  const { plan, t } = request
  return reply.page('plans/closed', {
    title: t(`plans.closed.${plan.status}`),
    number: plan.requestNumber,
    ...toolPages(request, plan),
  })
}

/** Throws NotFound where a part of the address is no ID. */
export function idsOf(request: FastifyRequest): PlanParams {
  const { customer: _customer, ...ids } = request.params as Record<string, string>
  for (const id of Object.values(ids)) {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new NotFound()
  }
  return ids as PlanParams
}

/** Address of a plan's page. */
export function planPath({ customer }: FastifyRequest, planId: string): string {
  return `${customer.base}/plans/${planId}`
}
