import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { nextTerm } from '../entitlements/next-term.ts'
import type { HostIdKind } from '../hosts/host-id.ts'
import type { PlanDetails } from '../schema.ts'
import { uuidArray } from '../sql.ts'
import type { Tool } from './queries.ts'
import { replacementLines } from './replacement-lines.ts'

/** A line of a plan with what the rules ask of its entitlement. Days are 'YYYY-MM-DD'. */
export type PlanLine = {
  id: string
  entitlementId: string
  fromHostId: string | null
  toHostId: string | null
  quantity: number
  /** Of a plan from a file: what was placed on each end when it was read. */
  fromWas: number | null
  toWas: number | null
  kind: 'sold' | 'temporary'
  entitled: number
  owned: number
  placed: number
  startsOn: string | null
  endsOn: string | null
  /** Start of a later term, where none is in force today. */
  nextStartsOn: string | null
  orderNumber: string | null
  contractNumber: string | null
  isMaintained: boolean
  productId: string
  productName: string
  partNumber: string
  licenseType: 'node-locked' | 'floating' | 'extended'
  baseProductId: string | null
  baseName: string | null
  familyId: string
}

export type PlanHost = {
  id: string
  label: string
  kind: 'single' | 'triad'
  status: 'planned' | 'active' | 'retired'
  planId: string | null
  packIssue: number
  members: { idKind: HostIdKind; idValue: string; serverName: string; takenBy: string | null }[]
  /** Where it is to become active: the active host that has the label already and goes on. */
  labelTakenBy: string | null
}

/** The plan itself, as far as rules ask. */
export type PlanFacts = {
  tool: Tool
  createdBy: string
  details: PlanDetails
  /** The company wants a second holder of Licensing to approve. */
  requiresApproval: boolean
}

/** Undefined where the company has no such plan. */
export async function loadPlanFacts(tx: Db, { customerId, planId }: OfPlan): Promise<PlanFacts | undefined> {
  const [row] = await tx.execute<PlanFacts>(sql`
    select p.tool, p.created_by as "createdBy", p.details, c.requires_approval as "requiresApproval"
    from plans p join customers c on c.id = p.customer_id
    where p.customer_id = ${customerId} and p.id = ${planId}`)
  return row
}

/** What sits on one of the plan's hosts now. */
export type PlanPlacement = {
  hostId: string
  entitlementId: string
  quantity: number
  configurationId: string
  kind: PlanLine['kind']
  productId: string
  productName: string
  partNumber: string
  baseProductId: string | null
  licenseType: PlanLine['licenseType']
}

type OfPlan = { customerId: string; planId: string }

type LineRow = Pick<
  PlanLine,
  'id' | 'entitlementId' | 'fromHostId' | 'toHostId' | 'quantity' | 'fromWas' | 'toWas'
>
type OwnedRow = Omit<PlanLine, keyof LineRow | keyof ProductRow> & {
  entitlementId: string
  productId: string
}
type ProductRow = Pick<
  PlanLine,
  'productId' | 'productName' | 'partNumber' | 'licenseType' | 'baseProductId' | 'baseName' | 'familyId'
>

/**
 * Lines of a plan in the order in which they were added. Entitlements and products are read once each, however many
 * lines name them. `isAhead`: of a replacement those that it has once it is filled anew, each with its entitlement's
 * ID; any other plan has none then.
 */
export async function loadPlanLines(
  tx: Db,
  { customerId, planId, today, isAhead = false }: OfPlan & { today: string; isAhead?: boolean },
): Promise<PlanLine[]> {
  const stored = sql`
    select id, entitlement_id, from_host_id, to_host_id, quantity, from_was, to_was
    from plan_lines where customer_id = ${customerId} and plan_id = ${planId}`
  const ahead = sql`
    select entitlement_id as id, r.*, null::integer as from_was, null::integer as to_was
    from (${replacementLines({ customerId, planId })}) r`
  const source = sql`(${isAhead ? ahead : stored})`
  const named = sql`(select entitlement_id from ${source} named)`
  const [lines, owned, products] = await Promise.all([
    tx.execute<LineRow>(sql`
      select id, entitlement_id as "entitlementId", from_host_id as "fromHostId", to_host_id as "toHostId", quantity,
        from_was as "fromWas", to_was as "toWas"
      from ${source} line order by id`),
    loadOwned(tx, { customerId, planId }, today, named),
    tx.execute<ProductRow>(sql`
      select p.id as "productId", p.name as "productName", p.part_number as "partNumber",
        p.license_type as "licenseType", b.id as "baseProductId", b.name as "baseName", p.family_id as "familyId"
      from products p left join products b on b.id = p.extends_product_id
      where p.id in (select product_id from entitlements where customer_id = ${customerId} and id in ${named})`),
  ])
  const productOf = new Map(products.map((product) => [product.productId, product]))
  const ownedOf = new Map(
    owned.map((one) => [one.entitlementId, { ...one, ...productOf.get(one.productId)! }]),
  )
  return lines.map((line) => ({ ...ownedOf.get(line.entitlementId)!, ...line }))
}

function loadOwned(tx: Db, { customerId, planId }: OfPlan, today: string, ids: SQL): Promise<OwnedRow[]> {
  // A temporary license has its quantity before its plan is done, and again where an undo lets it go on.
  const goesOn = sql`(tl.ends_on >= ${today}::date and exists (
    select from plans u where u.customer_id = ${customerId} and u.id = ${planId} and u.tool = 'undo'))`
  return tx.execute<OwnedRow>(sql`
    select e.id as "entitlementId", e.product_id as "productId", e.kind,
      coalesce(tl.quantity, e.entitled) as entitled, coalesce(tl.quantity, e.owned) as owned,
      e.placed, e.starts_on as "startsOn", e.ends_on as "endsOn",
      ${nextTerm(today)} as "nextStartsOn",
      o.sales_order_number as "orderNumber", c.contract_number as "contractNumber",
      ${isMaintained(today)} as "isMaintained"
    from entitlements e
    left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    left join terms t on t.customer_id = e.customer_id and t.id = e.term_id
    left join orders o on o.customer_id = t.customer_id and o.id = t.order_id
    left join temporary_licenses tl on tl.customer_id = e.customer_id and tl.entitlement_id = e.id
      and (tl.starts_on is null or ${goesOn})
    where e.customer_id = ${customerId} and e.id in ${ids}`) as unknown as Promise<OwnedRow[]>
}

/** Whether contract `c` covers the day; one without an end goes on. */
export function isMaintained(today: string) {
  return sql`coalesce((c.maintenance_starts_on is not null or c.maintenance_ends_on is not null)
    and coalesce(c.maintenance_starts_on <= ${today}::date, true)
    and coalesce(c.maintenance_ends_on >= ${today}::date, true), false)`
}

/**
 * The hosts that a plan's lines leave or reach, with who else has their label or one of their IDs. What the plan
 * retires is in nobody's way.
 */
export function loadPlanHosts(
  tx: Db,
  customerId: string,
  hostIds: readonly string[],
  { retires = [], revives = [] }: Pick<PlanDetails, 'retires' | 'revives'> = {},
): Promise<PlanHost[]> {
  const ended = uuidArray(retires)
  const becomesActive = sql`(h.status = 'planned' or h.id = any(${uuidArray(revives)}))`
  return tx.execute<PlanHost>(sql`
    select h.id, h.label, h.kind, h.status, h.plan_id as "planId", h.pack_issue as "packIssue",
      case when ${becomesActive} then (
        select o.label from hosts o
        where o.customer_id = h.customer_id and lower(o.label) = lower(h.label) and o.status = 'active'
          and o.id <> all(${ended}) limit 1
      ) end as "labelTakenBy",
      coalesce((
        select json_agg(json_build_object('idKind', m.id_kind, 'idValue', m.id_value, 'serverName', m.server_name,
          'takenBy', case when ${becomesActive} then (
            select o.label from host_members n join hosts o on o.customer_id = n.customer_id and o.id = n.host_id
            where n.customer_id = m.customer_id and n.id_kind = m.id_kind and n.id_value = m.id_value and n.is_active
              and o.id <> all(${ended})
            limit 1) end) order by m.position)
        from host_members m where m.customer_id = h.customer_id and m.host_id = h.id
      ), '[]') as members
    from hosts h
    where h.customer_id = ${customerId} and h.id = any(${uuidArray(hostIds)})
    order by lower(h.label), h.id`) as unknown as Promise<PlanHost[]>
}

export function loadPlanPlacements(
  tx: Db,
  customerId: string,
  hostIds: readonly string[],
): Promise<PlanPlacement[]> {
  return tx.execute<PlanPlacement>(sql`
    select l.host_id as "hostId", l.entitlement_id as "entitlementId", l.quantity,
      l.configuration_id as "configurationId", e.kind, p.id as "productId", p.name as "productName", p.part_number as "partNumber", p.extends_product_id as "baseProductId",
      p.license_type as "licenseType"
    from placements l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    join products p on p.id = e.product_id
    where l.customer_id = ${customerId} and l.host_id = any(${uuidArray(hostIds)}) and l.quantity > 0
    order by p.name, p.part_number, l.entitlement_id`) as unknown as Promise<PlanPlacement[]>
}
