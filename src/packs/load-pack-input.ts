import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'
import type { PackInput, PackLine, PackMember } from './pack-input.ts'

/** Quantity of an entitlement on a host; the configuration is null where it gets its number only later. */
export type PackPlacement = {
  hostId: string
  entitlementId: string
  quantity: number
  configurationNumber: string | null
}

type HostFacts = PackInput['host'] & { packIssue: number }
type EntitlementFacts = Omit<PackLine, 'configurationId' | 'quantity'>

/** What the packs of some hosts are composed from, as the database has it. */
export type PackFacts = {
  publisher: { name: string }
  customer: PackInput['customer']
  hosts: ReadonlyMap<string, HostFacts>
  entitlements: ReadonlyMap<string, EntitlementFacts>
  placements: PackPlacement[]
  today: string
}

export type FactsOptions = {
  customerId: string
  hostIds: readonly string[]
  /** Entitlements to know of beside those placed: what a plan would bring. */
  entitlementIds?: readonly string[]
  publisher: { name: string }
  today: string
}

/** Composer's input of each host: what is placed on it now, as the issue that comes next. */
export async function loadPackInputs(
  tx: Db,
  options: Omit<FactsOptions, 'entitlementIds'> & { requestNumber: number | null },
): Promise<Map<string, PackInput>> {
  const facts = await loadPackFacts(tx, options)
  const byHost = Map.groupBy(facts.placements, ({ hostId }) => hostId)
  return new Map(
    [...facts.hosts.keys()].map((id) => [
      id,
      packInput(facts, id, byHost.get(id) ?? [], options.requestNumber),
    ]),
  )
}

/** The input for one host with these placements, as the issue that comes next. */
export function packInput(
  { publisher, customer, hosts, entitlements, today }: PackFacts,
  hostId: string,
  placements: readonly PackPlacement[],
  requestNumber: number | null,
): PackInput {
  const { packIssue, ...host } = hosts.get(hostId)!
  const lines = placements.map(({ entitlementId, quantity, configurationNumber }) => ({
    ...entitlements.get(entitlementId)!,
    quantity,
    configurationId: configurationNumber ?? '-',
  }))
  return { publisher, customer, host, issue: packIssue + 1, date: today, requestNumber, lines }
}

/** Reads all that packs of these hosts are composed from, in five statements. */
export async function loadPackFacts(
  tx: Db,
  { customerId, hostIds, entitlementIds = [], publisher, today }: FactsOptions,
): Promise<PackFacts> {
  const hosts = uuidArray(hostIds)
  // An array and not a list: planned for a company of average size, a list is joined with all that it has.
  const ids = sql`array(select entitlement_id from placements where customer_id = ${customerId} and host_id = any(${hosts})
    union select unnest(${uuidArray(entitlementIds)}))`
  const [customer, hostRows, entitlements, features, placements] = await Promise.all([
    loadCustomer(tx, customerId),
    loadHosts(tx, customerId, hosts),
    loadEntitlements(tx, customerId, ids),
    loadFeatures(tx, customerId, ids),
    tx.execute<PackPlacement>(sql`
      select p.host_id as "hostId", p.entitlement_id as "entitlementId", p.quantity,
        c.configuration_number as "configurationNumber"
      from placements p
      join configurations c on c.customer_id = p.customer_id and c.id = p.configuration_id
      where p.customer_id = ${customerId} and p.host_id = any(${hosts}) and p.quantity > 0`),
  ])
  return {
    publisher: { name: publisher.name },
    customer,
    hosts: new Map(hostRows.map((host) => [host.id, host])),
    entitlements: new Map(
      entitlements.map(({ id, productId, ...line }) => [
        id,
        { ...line, features: features.get(productId) ?? [] },
      ]),
    ),
    placements: [...placements],
    today,
  }
}

async function loadCustomer(tx: Db, customerId: string): Promise<PackInput['customer']> {
  const [row] = await tx.execute<{ number: string; name: string; lines: string[] }>(sql`
    select customer_number as "number", name,
      json_build_array(address_line1, address_line2, trim(postal_code || ' ' || city), region, country) as lines
    from customers where id = ${customerId}`)
  return {
    id: customerId,
    number: row!.number,
    name: row!.name,
    addressLines: row!.lines.filter((line) => line !== ''),
  }
}

async function loadHosts(tx: Db, customerId: string, hostIds: ReturnType<typeof sql>): Promise<HostFacts[]> {
  return tx.execute<HostFacts & { members: PackMember[] }>(sql`
    select h.id, h.label, h.kind, h.port, h.pack_issue as "packIssue", coalesce((
      select json_agg(json_build_object('idKind', m.id_kind, 'idValue', m.id_value, 'serverName', m.server_name)
        order by m.position)
      from host_members m where m.customer_id = h.customer_id and m.host_id = h.id), '[]') as members
    from hosts h where h.customer_id = ${customerId} and h.id = any(${hostIds})
    order by h.id`)
}

type EntitlementRow = Omit<EntitlementFacts, 'features'> & { id: string; productId: string }

// A temporary license has no order: the request that lent it, and its place among what that request lent, tell two
// alike apart, which a license server would else count as one.
const lentBy = sql`(
  select 'T' || r.number from transfers tr
  join requests r on r.customer_id = tr.customer_id and r.id = tr.request_id
  where tr.customer_id = e.customer_id and tr.entitlement_id = e.id and e.kind = 'temporary'
    and tr.from_host_id is null
  order by tr.at, tr.id limit 1)`
const placeInPlan = sql`(
  select count(*)::int from temporary_licenses tl
  join temporary_licenses other on other.customer_id = tl.customer_id and other.plan_id = tl.plan_id
    and other.entitlement_id <= tl.entitlement_id
  where tl.customer_id = e.customer_id and tl.entitlement_id = e.id having count(*) > 0)`

async function loadEntitlements(tx: Db, customerId: string, ids: ReturnType<typeof sql>) {
  return tx.execute<EntitlementRow>(sql`
    select e.id, e.product_id as "productId", c.contract_number as "contractNumber", f.name as "familyName",
      f.daemon, f.port, p.name as "productName", p.part_number as "partNumber",
      nullif(l.release, '') as release, p.license_type as "licenseType", b.part_number as "extendsPartNumber",
      coalesce(e.starts_on, ${'0001-01-01'}::date) as "startsOn", e.ends_on as "endsOn",
      coalesce(o.sales_order_number, ${lentBy}, '-') as "orderNumber",
      coalesce(t.line, ${placeInPlan}, 0) as "orderLine"
    from entitlements e
    join products p on p.id = e.product_id
    join families f on f.id = p.family_id
    left join products b on b.id = p.extends_product_id
    left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    left join terms t on t.customer_id = e.customer_id and t.id = e.term_id
    left join orders o on o.customer_id = t.customer_id and o.id = t.order_id
    left join order_lines l on l.customer_id = t.customer_id and l.order_id = t.order_id and l.line = t.line
    where e.customer_id = ${customerId} and e.id = any(${ids})`)
}

async function loadFeatures(tx: Db, customerId: string, ids: ReturnType<typeof sql>) {
  const rows = await tx.execute<{ productId: string; name: string; version: string }>(sql`
    select product_id as "productId", name, version from product_features
    where product_id in (select product_id from entitlements where customer_id = ${customerId} and id = any(${ids}))
    order by product_id, position`)
  return Map.groupBy(
    rows.map(({ productId, name, version }) => ({ productId, name, version })),
    ({ productId }) => productId,
  )
}
