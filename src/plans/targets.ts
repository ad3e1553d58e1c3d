import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { Choice } from '../entitlements/queries.ts'
import { NotFound } from '../errors.ts'
import { calledSo } from '../hosts/matching.ts'
import { isCalled } from '../sql.ts'
import { decodeCursor, pageOf } from '../web/paging.ts'
import { type PlanProblem, problem } from './problems.ts'

/** A host that a license could go to, with what already sits there or is planned for it. */
export type Target = {
  id: string
  label: string
  kind: 'single' | 'triad'
  status: 'planned' | 'active'
  city: string
  country: string
  members: { kind: string; value: string; server: string }[]
  /** Of the product, now and in the plan. */
  ofProduct: number
  ofBase: number
  /** Licenses of any product. */
  placed: number
  /** Of them, those that may go to another host (rules/terms.ts, whyItStays); counted where listTargets has a day. */
  movable?: number
}

export type TargetsOf = {
  customerId: string
  planId: string
  /** The product to count on each host; null where no product is chosen yet. */
  product: { productId: string | null; baseProductId: string | null }
}

/** Hosts typed in for this plan, as they were added. */
export async function listPlannedTargets(tx: Db, of: TargetsOf): Promise<Target[]> {
  return tx.execute<Target>(sql`${select(of)}
    and h.status = 'planned' and h.plan_id = ${of.planId} order by h.id`)
}

/**
 * A page of the company's hosts by label; `text` is part of a label, a city, a server name or a host ID. `isHolding`
 * leaves only hosts on which the product sits.
 */
export async function listTargets(
  tx: Db,
  of: TargetsOf,
  {
    text,
    after,
    isHolding,
    today,
  }: { text: string; after?: string | undefined; isHolding?: boolean; today?: string },
) {
  const key = keyOf(after)
  const rows = await tx.execute<Target>(sql`${select(of, today && movable(today))}
    and h.status = 'active' ${text === '' ? sql`` : sql`and ${matches(of.customerId, text)}`}
    ${isHolding ? sql`and ${holds(of)}` : sql``}
    ${key ? sql`and (h.label, h.id) > (${key.label}, ${key.id}::uuid)` : sql``}
    order by h.label, h.id limit 51`)
  return pageOf<Target>([...rows], ({ label, id }) => [label, id])
}

/** A host that this plan can reach; throws NotFound for any other. */
export async function findTarget(tx: Db, of: TargetsOf, hostId: string): Promise<Target> {
  const [row] = await tx.execute<Target>(sql`${select(of)}
    and h.id = ${hostId} and (h.status = 'active' or (h.status = 'planned' and h.plan_id = ${of.planId}))`)
  if (!row) throw new NotFound()
  return row
}

/**
 * A host that is chosen before a license is: the target it is for a product. Undefined for one that this plan cannot
 * reach.
 */
export async function findGivenTarget(
  tx: Db,
  of: Omit<TargetsOf, 'product'>,
  hostId: string,
): Promise<((product: { productId: string; baseProductId: string | null }) => Target) | undefined> {
  const { customerId, planId } = of
  const [[host], amounts] = await Promise.all([
    tx.execute<Target>(sql`${select({ ...of, product: { productId: null, baseProductId: null } })}
      and h.id = ${hostId} and (h.status = 'active' or (h.status = 'planned' and h.plan_id = ${planId}))`),
    tx.execute<{ id: string; quantity: number }>(sql`
      select e.product_id as id, sum(l.quantity)::integer as quantity
      from (
        select entitlement_id, quantity from placements where customer_id = ${customerId} and host_id = ${hostId}
        union all
        select entitlement_id, quantity from plan_lines
        where customer_id = ${customerId} and plan_id = ${planId} and to_host_id = ${hostId}
      ) l
      join entitlements e on e.customer_id = ${customerId} and e.id = l.entitlement_id
      group by e.product_id`),
  ])
  if (!host) return undefined
  const on = new Map(amounts.map(({ id, quantity }) => [id, quantity]))
  return ({ productId, baseProductId }) => ({
    ...host,
    ofProduct: on.get(productId) ?? 0,
    ofBase: (baseProductId && on.get(baseProductId)) || 0,
  })
}

/** Why a host is not offered for a license; the checker says the same. */
export function whyNotHere(
  target: Target,
  { licenseType, productName }: Pick<Choice, 'licenseType' | 'productName'>,
): PlanProblem | undefined {
  const params = { product: productName, host: target.label }
  if (licenseType === 'node-locked') {
    if (target.kind === 'triad') return problem('nodeLockedTriad', params)
    if (target.ofProduct > 0) return problem('nodeLockedThere', params)
    return undefined
  }
  const isNameless = target.status === 'active' && target.members.some(({ server }) => server === '')
  return isNameless ? problem('serverNameMissing', { host: target.label }) : undefined
}

function select(
  { customerId, planId, product: { productId, baseProductId } }: TargetsOf,
  more: SQL | '' = '',
): SQL {
  const amount = (product: string | null) => sql`(
    (select coalesce(sum(l.quantity), 0) from placements l
      join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      where l.customer_id = h.customer_id and l.host_id = h.id and e.product_id = ${product}::uuid) +
    (select coalesce(sum(l.quantity), 0) from plan_lines l
      join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      where l.customer_id = h.customer_id and l.plan_id = ${planId} and l.to_host_id = h.id
        and e.product_id = ${product}::uuid))::integer`
  return sql`
    select h.id, h.label, h.kind, h.status, h.city, h.country, ${amount(productId)} as "ofProduct",
      ${amount(baseProductId)} as "ofBase",
      (select coalesce(sum(quantity), 0)::integer from placements l
        where l.customer_id = h.customer_id and l.host_id = h.id) as placed, ${more || sql``}
      coalesce((select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value, 'server', m.server_name)
        order by m.position) from host_members m
        where m.customer_id = h.customer_id and m.host_id = h.id), '[]') as members
    from hosts h
    where h.customer_id = ${customerId}`
}

/** As whyItStays has it, in SQL: a page of hosts is not to load all that sits on them. */
function movable(today: string): SQL {
  return sql`(select coalesce(sum(l.quantity), 0)::integer from placements l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    where l.customer_id = h.customer_id and l.host_id = h.id and e.kind = 'sold' and (e.entitled > 0
      or e.starts_on is null or (e.starts_on <= ${today}::date and (e.ends_on is null or e.ends_on >= ${today}::date)))
    ) as movable,`
}

function matches(customerId: string, text: string): SQL {
  return sql`(${isCalled(sql`h.label`, text)} or ${isCalled(sql`h.city`, text)} or h.id in (${calledSo(customerId, text)}))`
}

function holds({ customerId, product: { productId } }: TargetsOf): SQL {
  return sql`h.id in (
    select l.host_id from placements l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    where l.customer_id = ${customerId} and e.product_id = ${productId}::uuid)`
}

function keyOf(after: string | undefined) {
  const [label, id] = decodeCursor(after, 2) ?? []
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(id))
    ? { label: String(label), id }
    : undefined
}
