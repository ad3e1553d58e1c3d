import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { Db } from '../../db.ts'
import { NotFound } from '../../errors.ts'
import { listRelatives } from '../../hosts/find-host.ts'
import { sayProblem } from '../../web/say-problem.ts'
import { type PlanProblem, problem } from '../problems.ts'

/** A host whose hardware somebody wants to replace. */
type Former = {
  id: string
  label: string
  status: 'active' | 'retired'
  /** Licenses on it, and how many of them would go along to new hardware: the others' terms have ended. */
  placed: number
  goAlong: number
  /** The host in service that has taken its place. */
  successor: { id: string } | undefined
}

/** Throws NotFound where the company has no such host, or only in a draft. */
export async function findFormer(tx: Db, customerId: string, hostId: string): Promise<Former> {
  const [[host], relatives] = await Promise.all([
    tx.execute<Omit<Former, 'successor'>>(sql`
      select h.id, h.label, h.status, coalesce(sum(l.quantity), 0)::integer as placed,
        coalesce(sum(l.quantity) filter (where e.entitled > 0), 0)::integer as "goAlong"
      from hosts h
      left join placements l on l.customer_id = h.customer_id and l.host_id = h.id
      left join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      where h.customer_id = ${customerId} and h.id = ${hostId}::uuid and h.status <> 'planned'
      group by h.id, h.label, h.status`),
    listRelatives(tx, customerId, hostId),
  ])
  if (!host) throw new NotFound()
  const successor = relatives.findLast(({ steps, status }) => steps > 0 && status === 'active')
  return { ...host, successor }
}

/** Why there is nothing to replace; the checker says the same of a plan that would. */
export function whyNotReplace({ label, status, placed, successor }: Former): PlanProblem | undefined {
  if (status === 'retired') return problem(successor ? 'formerReplaced' : 'formerRetired', { host: label })
  return placed > 0 ? undefined : problem('nothingToReplace', { host: label })
}

/** Why there is nothing to replace and what to do instead, for views/plans/replace/_refused; null where there is. */
export function sayWhyNotReplace(request: FastifyRequest, former: Former) {
  const reason = whyNotReplace(former)
  if (!reason) return null
  const { t, customer } = request
  const { base } = customer
  const way = (name: string, href: string) => ({
    href: `${base}${href}`,
    text: t(`plans.replace.instead.${name}`),
    hint: t(`plans.replace.instead.${name}Hint`),
  })
  const own = {
    formerReplaced: () => way('successor', `/replace?from=${former.successor!.id}`),
    formerRetired: () => way('recommission', `/hosts/${former.id}/recommission`),
    nothingToReplace: () => way('decommission', `/hosts/${former.id}/decommission`),
  }[reason.key.replace('plans.problem.', '')]!
  return {
    host: former.label,
    says: sayProblem(request, reason),
    ways: [own(), way('newHost', '/configure/new-host'), way('other', '/replace')],
  }
}

/** What a plan would come to where all that sits on the host has ended; null where something goes along. */
export function sayAllEnded(
  { t }: FastifyRequest,
  { label, status, placed, goAlong }: Former,
): string | null {
  const isAll = status === 'active' && placed > 0 && goAlong === 0
  return isAll ? t('plans.replace.allEnded', { host: label, count: placed }) : null
}
