import { and, desc, eq, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { hosts, type PlanDetails, plans, requests } from '../schema.ts'

export type Tool = (typeof plans.$inferSelect)['tool']

/** A plan of the company, whoever of it began it; with the number of its request once it was submitted. */
export async function findPlan(tx: Db, customerId: string, planId: string) {
  const [plan] = await tx
    .select({
      id: plans.id,
      tool: plans.tool,
      status: plans.status,
      name: plans.name,
      createdBy: plans.createdBy,
      handedTo: plans.handedTo,
      details: plans.details,
      createdAt: plans.createdAt,
      requestNumber: requests.number,
    })
    .from(plans)
    .leftJoin(requests, and(eq(requests.customerId, plans.customerId), eq(requests.id, plans.requestId)))
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
  if (!plan) throw new NotFound()
  return plan
}

export type Plan = Awaited<ReturnType<typeof findPlan>>

/** The company's open drafts of a tool, the latest first. */
export async function listDrafts(tx: Db, customerId: string, tool: Tool, limit = 20) {
  return tx
    .select({
      id: plans.id,
      name: plans.name,
      createdBy: plans.createdBy,
      author: sql<string>`(select coalesce(nullif(p.name, ''), p.email) from people p where p.id = ${plans.createdBy})`,
      updatedAt: plans.updatedAt,
      lines: sql<number>`(select count(*)::integer from plan_lines l
        where l.customer_id = plans.customer_id and l.plan_id = plans.id)`,
    })
    .from(plans)
    .where(and(eq(plans.customerId, customerId), eq(plans.tool, tool), eq(plans.status, 'draft')))
    .orderBy(desc(plans.updatedAt), desc(plans.id))
    .limit(limit)
}

/** The name of one of the company's hosts in service; undefined where it has no such host. */
export async function findActiveLabel(
  tx: Db,
  customerId: string,
  hostId: string,
): Promise<string | undefined> {
  const [host] = await tx
    .select({ label: hosts.label })
    .from(hosts)
    .where(and(eq(hosts.customerId, customerId), eq(hosts.id, hostId), eq(hosts.status, 'active')))
  return host?.label
}

/** How much of an entitlement a plan already puts on a host; 0 where it does not. */
export async function plannedQuantity(
  tx: Db,
  {
    customerId,
    planId,
    entitlementId,
    toHostId,
  }: Record<'customerId' | 'planId' | 'entitlementId' | 'toHostId', string>,
): Promise<number> {
  const [line] = await tx.execute<{ quantity: number }>(sql`
    select quantity from plan_lines
    where customer_id = ${customerId} and plan_id = ${planId} and entitlement_id = ${entitlementId}
      and from_host_id is null and to_host_id = ${toHostId}`)
  return line?.quantity ?? 0
}

/** How much of an entitlement the other lines of a plan take out of the pool. */
export async function plannedElsewhere(
  tx: Db,
  {
    customerId,
    planId,
    entitlementId,
    toHostId,
  }: Record<'customerId' | 'planId' | 'entitlementId' | 'toHostId', string>,
): Promise<number> {
  const [sum] = await tx.execute<{ quantity: number }>(sql`
    select coalesce(sum(quantity), 0)::integer as quantity from plan_lines
    where customer_id = ${customerId} and plan_id = ${planId} and entitlement_id = ${entitlementId}
      and from_host_id is null and to_host_id <> ${toHostId}`)
  return sum!.quantity
}

/** Whether a plan puts a counted license on a host, which a license server must then serve. */
export async function servesCounted(
  tx: Db,
  { customerId, planId, hostId }: Record<'customerId' | 'planId' | 'hostId', string>,
): Promise<boolean> {
  const [row] = await tx.execute<{ isCounted: boolean }>(sql`
    select exists (
      select from plan_lines l
      join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      join products p on p.id = e.product_id
      where l.customer_id = ${customerId} and l.plan_id = ${planId} and l.to_host_id = ${hostId}
        and p.license_type <> 'node-locked') as "isCounted"`)
  return row!.isCounted
}

/** The plan a request came from, and how far it is decided; undefined where it came from none. */
export async function findPlanOf(tx: Db, customerId: string, requestId: string) {
  const [row] = await tx.execute<{
    tool: Tool
    details: PlanDetails
    waitsForColleague: boolean
    /** The company wants a second person's approval by now, and no colleague has given it. */
    wantsColleague: boolean
    undoes: number | null
  }>(sql`
    select p.tool, p.details, r.colleague_since is not null as "waitsForColleague",
      c.requires_approval and not exists (
        select from request_events e
        where e.customer_id = r.customer_id and e.request_id = r.id and e.kind = 'approved') as "wantsColleague",
      (select u.number::float8 from requests u where u.customer_id = r.customer_id
        and u.id = coalesce(r.undoes_id, (p.details ->> 'undoes')::uuid)) as undoes
    from requests r
    join plans p on p.customer_id = r.customer_id and p.id = r.plan_id
    join customers c on c.id = r.customer_id
    where r.customer_id = ${customerId} and r.id = ${requestId}`)
  return row
}
