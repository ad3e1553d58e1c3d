import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { fine } from '../reasons.ts'

/**
 * Stores orders, contracts, entitlements, lines and terms, and the result of each row. Sorted by key: with a file of
 * many companies in turn, each row would otherwise touch another page of every index.
 */
export async function storeOrders(tx: Db): Promise<void> {
  await chooseContracts(tx)
  await markResults(tx)
  await storeNumbers(tx)
  await storeContracts(tx)
  await storeEntitlements(tx)
  await storeLines(tx)
  await outdatePacks(tx)
}

async function storeNumbers(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into order_numbers (sales_order_number, customer_id)
    select distinct r.sales_order_number, r.customer_id from load_orders r where r.result <> 'unchanged'
    on conflict do nothing`)
  await tx.execute(sql`
    insert into contract_numbers (contract_number, customer_id)
    select c.contract_number, c.customer_id from load_contracts c where c.is_new
    on conflict do nothing`)
  await tx.execute(sql`
    insert into orders as o (customer_id, id, sales_order_number, order_date)
    select distinct on (r.order_id) r.customer_id, r.order_id, r.sales_order_number, r.order_date
    from load_orders r where r.result <> 'unchanged' order by r.order_id, r.line
    on conflict (customer_id, id) do update set order_date = excluded.order_date
    where o.order_date <> excluded.order_date`)
}

/** Where rows give one contract different cover (an old line beside its renewal), the latest end counts. */
async function chooseContracts(tx: Db): Promise<void> {
  await tx.execute(sql`
    create temporary table load_contracts on commit drop as
    select distinct on (r.customer_id, r.contract_number)
      r.customer_id, r.contract_number, coalesce(c.id, r.new_contract_id) as id, r.version_id,
      r.maintenance_starts_on, r.maintenance_ends_on, c.id is null as is_new,
      (c.maintenance_starts_on, c.maintenance_ends_on)
        is distinct from (r.maintenance_starts_on, r.maintenance_ends_on) as differs
    from load_orders r
    left join contracts c on c.customer_id = r.customer_id and c.contract_number = r.contract_number
    where ${fine()} and r.contract_number is not null
    order by r.customer_id, r.contract_number, r.maintenance_ends_on desc nulls last, r.line desc`)
  await tx.execute(sql`analyze load_contracts`)
}

async function storeContracts(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into contracts (customer_id, id, contract_number, maintenance_starts_on, maintenance_ends_on)
    select customer_id, id, contract_number, maintenance_starts_on, maintenance_ends_on from load_contracts
    where is_new or differs order by customer_id, id
    on conflict (customer_id, id) do update set maintenance_starts_on = excluded.maintenance_starts_on,
      maintenance_ends_on = excluded.maintenance_ends_on`)
  await tx.execute(sql`
    insert into contract_versions (customer_id, id, contract_id, maintenance_starts_on, maintenance_ends_on)
    select customer_id, version_id, id, maintenance_starts_on, maintenance_ends_on from load_contracts
    where is_new or differs order by customer_id, id`)
}

/** Compares each row with what is stored, and gives it the IDs of its order and contract, in one pass. */
async function markResults(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_orders r set order_id = t.order_id, contract_id = t.contract_id, term_differs = t.term_differs,
      pack_differs = t.pack_differs,
      result = case when not r.is_known then 'added' when t.differs or t.term_differs then 'changed'
        else 'unchanged' end
    from (
      select s.line, f.order_id, c.id as contract_id,
        (l.quantity, l.starts_on, l.ends_on) is distinct from (s.quantity, s.starts_on, s.ends_on) as term_differs,
        (l.contract_id, l.release) is distinct from (c.id, s.release) as pack_differs,
        o.order_date is distinct from s.order_date or (l.term_kind, l.contract_id, l.release)
          is distinct from (s.term, c.id, s.release)
          or coalesce(c.differs and (s.maintenance_starts_on, s.maintenance_ends_on)
            is not distinct from (c.maintenance_starts_on, c.maintenance_ends_on), false) as differs
      from load_orders s
      join (select sales_order_number, coalesce(min(order_id::text), min(new_order_id::text))::uuid as order_id
            from load_orders where ${fine('load_orders')} group by 1) f on f.sales_order_number = s.sales_order_number
      left join load_contracts c on c.customer_id = s.customer_id and c.contract_number = s.contract_number
      left join orders o on o.customer_id = s.customer_id and o.id = s.order_id
      left join order_lines l on l.customer_id = s.customer_id and l.order_id = s.order_id and l.line = s.order_line
      where ${fine('s')}
    ) t
    where t.line = r.line`)
}

async function storeEntitlements(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into entitlements (customer_id, id, product_id, contract_id)
    select r.customer_id, r.id, r.product_id, r.contract_id from load_orders r
    where r.result = 'added' and r.entitlement_id = r.id order by r.customer_id, r.id`)
}

async function storeLines(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into order_lines (customer_id, order_id, line, entitlement_id, product_id, quantity, term_kind,
      starts_on, ends_on, contract_id, release, renews_order, renews_line)
    select r.customer_id, r.order_id, r.order_line, r.entitlement_id, r.product_id, r.quantity, r.term,
      r.starts_on, r.ends_on, r.contract_id, r.release, r.renews_order, r.renews_line
    from load_orders r where r.result in ('added', 'changed') order by r.customer_id, r.order_id, r.order_line
    on conflict (customer_id, order_id, line) do update set quantity = excluded.quantity,
      term_kind = excluded.term_kind, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
      contract_id = excluded.contract_id, release = excluded.release`)
  await tx.execute(sql`
    insert into terms (customer_id, id, entitlement_id, order_id, line, revision, quantity, starts_on, ends_on)
    select r.customer_id, r.term_id, r.entitlement_id, r.order_id, r.order_line,
      case when r.is_known then 1 + (select max(t.revision) from terms t
        where t.customer_id = r.customer_id and t.entitlement_id = r.entitlement_id
          and t.order_id = r.order_id and t.line = r.order_line) else 1 end,
      r.quantity, r.starts_on, r.ends_on
    from load_orders r where r.result = 'added' or r.result = 'changed' and r.term_differs
    order by r.customer_id, r.entitlement_id`)
}

/**
 * Of an order line its contract and release stand in packs; those that a term changes are marked where what is owned is
 * counted. Quantities bought, and the days of orders and of maintenance, stand in none.
 */
async function outdatePacks(tx: Db): Promise<void> {
  await tx.execute(sql`
    update hosts h set is_pack_current = false
    from load_orders r
    join entitlements e on e.customer_id = r.customer_id and e.id = r.entitlement_id
    join terms t on t.customer_id = e.customer_id and t.id = e.term_id
      and t.order_id = r.order_id and t.line = r.order_line
    join placements p on p.customer_id = e.customer_id and p.entitlement_id = e.id
    where r.result = 'changed' and r.pack_differs
      and h.customer_id = p.customer_id and h.id = p.host_id and h.is_pack_current`)
}
