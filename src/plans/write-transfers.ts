import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Conflict } from '../errors.ts'
import { jsonRows, uuidArray } from '../sql.ts'

/** One transfer to write: no from, out of the pool; no to, back into it. */
export type TransferLine = {
  id: string
  entitlementId: string
  fromHostId: string | null
  toHostId: string | null
  quantity: number
  /** Of the receiving host; of the giving one where the quantity goes back into the pool. */
  configurationId: string | null
}

export type Transfers = {
  customerId: string
  /** The request that asked for it, or the load that brought it as an opening balance: one of the two. */
  requestId: string | null
  loadId: string | null
  personId: string | null
  lines: readonly TransferLine[]
}

/**
 * Locks what transfers will change, always in the same order, so that writers wait for each other and never in a
 * circle. To be called in the transaction of writeTransfers, before anything about these rows is decided.
 */
export async function lockForTransfers(
  tx: Db,
  customerId: string,
  { entitlementIds, hostIds }: { entitlementIds: readonly string[]; hostIds: readonly string[] },
): Promise<void> {
  const entitlements = uuidArray(entitlementIds)
  await tx.execute(sql`
    select id from entitlements where customer_id = ${customerId} and id = any(${entitlements})
    order by id for no key update`)
  await tx.execute(sql`
    select id from hosts where customer_id = ${customerId} and id = any(${uuidArray(hostIds)})
    order by id for no key update`)
  await tx.execute(sql`
    select product_id from license_sums
    where customer_id = ${customerId} and product_id in (
      select product_id from entitlements where customer_id = ${customerId} and id = any(${entitlements}))
    order by product_id for no key update`)
}

/**
 * Writes transfers, and what they do to placements, entitlements and License summary, in one statement: none can
 * be written without the others. The only place that writes them. The rows are locked (lockForTransfers).
 *
 * The schema refuses what places more than is owned. Throws Conflict where a host does not hold what leaves it.
 */
export async function writeTransfers(tx: Db, transfers: Transfers): Promise<void> {
  if (transfers.lines.length === 0) return
  const [written] = await tx.execute<{ asked: number; done: number }>(transferStatement(transfers))
  if (written?.asked !== written?.done) throw new Conflict('plans.changedMeanwhile')
}

function transferStatement({ customerId, requestId, loadId, personId, lines }: Transfers): SQL {
  return sql`
    with line as (
      select * from jsonb_to_recordset(${jsonRows(lines)}) as l ("id" uuid, "entitlementId" uuid,
        "fromHostId" uuid, "toHostId" uuid, "quantity" integer, "configurationId" uuid)
    ), written as (
      -- When it is done, with the locks held, and not when the transaction began: later acts have later times.
      insert into transfers (customer_id, id, entitlement_id, from_host_id, to_host_id, quantity,
        configuration_id, request_id, load_id, person_id, at)
      select ${customerId}::uuid, "id", "entitlementId", "fromHostId", "toHostId", "quantity",
        "configurationId", ${requestId}::uuid, ${loadId}::uuid, ${personId}::uuid, (select clock_timestamp())
      from line
    ), part as (
      select "entitlementId" as entitlement_id, "toHostId" as host_id, "quantity" as quantity,
        "configurationId" as configuration_id
      from line where "toHostId" is not null
      union all
      select "entitlementId", "fromHostId", -"quantity", null from line where "fromHostId" is not null
    ), change as (
      select entitlement_id, host_id, sum(quantity)::integer as quantity,
        (array_agg(configuration_id) filter (where configuration_id is not null))[1] as configuration_id
      from part group by entitlement_id, host_id having sum(quantity) <> 0
    ), emptied as (
      delete from placements p using change c
      where p.customer_id = ${customerId} and p.entitlement_id = c.entitlement_id and p.host_id = c.host_id
        and c.quantity < 0 and p.quantity + c.quantity = 0
      returning 1
    ), lessened as (
      update placements p set quantity = p.quantity + c.quantity, updated_at = now(), request_id = ${requestId}::uuid
      from change c
      where p.customer_id = ${customerId} and p.entitlement_id = c.entitlement_id and p.host_id = c.host_id
        and c.quantity < 0 and p.quantity + c.quantity <> 0
      returning 1
    ), added as (
      insert into placements as p (customer_id, entitlement_id, host_id, configuration_id, quantity, request_id)
      select ${customerId}::uuid, entitlement_id, host_id, configuration_id, quantity, ${requestId}::uuid
      from change where quantity > 0
      on conflict (customer_id, entitlement_id, host_id) do update
      set quantity = p.quantity + excluded.quantity, configuration_id = excluded.configuration_id,
        updated_at = now(), request_id = excluded.request_id
      returning 1
    ), pool as (
      select entitlement_id, sum(quantity)::integer as quantity
      from part group by entitlement_id having sum(quantity) <> 0
    ), counted as (
      -- What is owned falls with a return from more than the term gives; it never rises to make room.
      select e.id, e.product_id, e.kind, p.quantity, e.placed > e.entitled as was_over,
        case when p.quantity < 0 then greatest(e.entitled, e.placed + p.quantity) else e.owned end - e.owned as owned
      from entitlements e join pool p on p.entitlement_id = e.id
      where e.customer_id = ${customerId}
    ), placed as (
      update entitlements e set placed = e.placed + c.quantity, owned = e.owned + c.owned
      from counted c where e.customer_id = ${customerId} and e.id = c.id
    ), summed as (
      update license_sums s
      set placed = s.placed + c.placed, owned = s.owned + c.owned, over_placed = s.over_placed - c.settled
      from (
        select c.product_id, sum(c.quantity)::integer as placed, sum(c.owned)::integer as owned,
          count(*) filter (where c.was_over and e.entitled >= e.placed + c.quantity
            and (e.ends_on is null or e.ends_on >= k.counted_on))::integer as settled
        from counted c
        join entitlements e on e.customer_id = ${customerId} and e.id = c.id
        join customers k on k.id = ${customerId}
        where c.kind = 'sold' group by c.product_id
      ) c
      where s.customer_id = ${customerId} and s.product_id = c.product_id
    )
    select (select count(*) from change)::integer as asked,
      ((select count(*) from emptied) + (select count(*) from lessened) + (select count(*) from added))::integer
        as done`
}
