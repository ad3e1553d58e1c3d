import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { configurationKey, numberConfigurations } from '../../hosts/configurations.ts'
import { writeTransfers } from '../../plans/write-transfers.ts'
import { fine } from '../reasons.ts'
import { useNestedLoops } from '../settle-file.ts'
import type { Context } from '../stage.ts'
import { storeConfigurations } from './configurations.ts'

type Row = {
  line: number
  id: string
  customerId: string
  entitlementId: string
  hostId: string
  familyId: string
  isMaintained: boolean
  /** What the file says less what is placed. */
  difference: number
  placedAs: string | null
}

const batchSize = 2000

/** Writes the difference between what the file says and what is placed, as transfers of this load. */
export async function storePlacements(tx: Db, { loadId }: Context): Promise<void> {
  await tx.execute(sql`
    update load_placements r set result = case
      when r.placed = 0 then 'added' when r.placed <> r.quantity then 'changed' else 'unchanged' end
    where ${fine()}`)
  await storeConfigurations(tx)
  await makeRoom(tx)
  await tx.execute(
    sql`create index on load_placements (customer_id, (quantity > placed), line) where result in ('added', 'changed')`,
  )
  await useNestedLoops(tx, true)
  for (let from: Row | undefined; ; ) {
    const rows = await nextRows(tx, from)
    for (const [customerId, ofCustomer] of Map.groupBy(rows, (row) => row.customerId)) {
      await transfer(tx, loadId, customerId, ofCustomer)
    }
    if (rows.length < batchSize) break
    from = rows.at(-1)
  }
  await tx.execute(sql`
    update hosts h set is_pack_current = false from load_placements r
    where r.result in ('added', 'changed') and h.customer_id = r.customer_id and h.id = r.host_id
      and h.is_pack_current`)
}

/** What was placed before a term ended, or a smaller one began, is owned as long as it is placed. */
async function makeRoom(tx: Db): Promise<void> {
  await tx.execute(sql`
    update entitlements e set owned = e.placed + t.difference
    from (select customer_id, entitlement_id, sum(quantity - placed) as difference from load_placements r
          where ${fine()} group by 1, 2) t
    where e.customer_id = t.customer_id and e.id = t.entitlement_id and e.owned < e.placed + t.difference`)
  await tx.execute(sql`
    update license_sums s set owned = greatest(s.owned, t.owned)
    from (select e.customer_id, e.product_id, sum(e.owned) as owned from entitlements e
          where e.kind = 'sold' and (e.customer_id, e.product_id) in (
            select r.customer_id, r.product_id from load_placements r where ${fine()})
          group by 1, 2) t
    where s.customer_id = t.customer_id and s.product_id = t.product_id`)
}

/** Of each company first what leaves a host: what comes to another, in a later batch maybe, is owned once it has. */
async function nextRows(tx: Db, from: Row | undefined): Promise<Row[]> {
  const after = from
    ? sql`and (r.customer_id, r.quantity > r.placed, r.line) >
        (${from.customerId}::uuid, ${from.difference > 0}::boolean, ${from.line}::integer)`
    : sql``
  const rows = await tx.execute<Row>(sql`
    select r.line, r.id, r.customer_id as "customerId", r.entitlement_id as "entitlementId",
      r.host_id as "hostId", r.family_id as "familyId", r.is_maintained as "isMaintained",
      r.quantity - r.placed as difference, r.placed_as as "placedAs"
    from load_placements r
    where r.result in ('added', 'changed') ${after}
    order by r.customer_id, (r.quantity > r.placed), r.line limit ${batchSize}`)
  return [...rows]
}

async function transfer(tx: Db, loadId: string, customerId: string, rows: Row[]): Promise<void> {
  const wanted = rows
    .filter((row) => !row.placedAs)
    .map(({ hostId, familyId, isMaintained }) => ({ hostId, familyId, isMaintained }))
  const configurations = await numberConfigurations(tx, customerId, wanted)
  const lines = rows.map((row) => ({
    id: row.id,
    entitlementId: row.entitlementId,
    fromHostId: row.difference < 0 ? row.hostId : null,
    toHostId: row.difference < 0 ? null : row.hostId,
    quantity: Math.abs(row.difference),
    configurationId: row.placedAs ?? configurations.get(configurationKey(row))!.id,
  }))
  await writeTransfers(tx, { customerId, requestId: null, loadId, personId: null, lines })
}
