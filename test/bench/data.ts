import { sql } from 'drizzle-orm'
import type { Database } from '../../src/db.ts'
import { countCustomer } from '../../src/entitlements/count.ts'
import { newId } from '../../src/ids.ts'

export const productCount = 60

/** Families, products and features that every measured company owns of. */
export async function makeCatalog(owner: Database): Promise<void> {
  await owner.db.execute(sql`
    insert into families (id, name, daemon, port)
    select gen_random_uuid(), 'Family ' || n, 'opend', 7788 from generate_series(1, 5) n`)
  await owner.db.execute(sql`
    insert into products (id, part_number, name, family_id, license_type)
    select gen_random_uuid(), 'PRD-' || lpad(n::text, 4, '0') || '-F', 'Forma Product ' || lpad(n::text, 3, '0'),
           (select id from families order by name offset n % 5 limit 1), 'floating'
    from generate_series(1, ${productCount}::int) n`)
  await owner.db.execute(sql`
    insert into product_features (product_id, position, name, version)
    select id, 1, 'FEATURE_' || substr(part_number, 5, 4), '12.0' from products`)
}

/**
 * A company with that many entitlements, one contract and order for each ten, and a host for each five on which three
 * of each ten owned licenses sit.
 */
export async function makeCompany(
  owner: Database,
  number: string,
  size: number,
  today: string,
): Promise<string> {
  const id = newId()
  await owner.transaction(
    async (tx) => {
      await tx.execute(sql`
        insert into customers (id, customer_number, name, city, country, first_supervised_at)
        values (${id}, ${number}, ${`Company of ${size} entitlements`}, 'Nantes', 'FR', now())`)
      await tx.execute(sql`
        create temp table made on commit drop as
        select n, gen_random_uuid() as entitlement, gen_random_uuid() as "order", gen_random_uuid() as contract,
               gen_random_uuid() as host, gen_random_uuid() as configuration
        from generate_series(0, ${size}::int - 1) n`)
      // Without figures of its size the planner joins it with itself row by row.
      await tx.execute(sql`analyze made`)
      await tx.execute(sql`
        insert into contracts (customer_id, id, contract_number, maintenance_starts_on, maintenance_ends_on)
        select ${id}, contract, ${number} || '-C' || n, ${today}::date - 100, ${today}::date + 200 from made where n % 10 = 0`)
      await tx.execute(sql`
        insert into order_numbers select ${number} || '-O' || n, ${id} from made where n % 10 = 0`)
      await tx.execute(sql`
        insert into orders (customer_id, id, sales_order_number, order_date)
        select ${id}, "order", ${number} || '-O' || n, ${today}::date - 100 from made where n % 10 = 0`)
      await tx.execute(sql`
        insert into entitlements (customer_id, id, product_id, contract_id)
        select ${id}, m.entitlement, p.id, c.contract
        from made m
        join (select id, row_number() over (order by part_number) - 1 as k from products) p on p.k = m.n % ${productCount}
        join made c on c.n = m.n - m.n % 10`)
      await tx.execute(sql`analyze entitlements`)
      await tx.execute(sql`
        insert into terms (customer_id, id, entitlement_id, order_id, line, quantity, starts_on, ends_on)
        select ${id}, gen_random_uuid(), m.entitlement, o."order", m.n % 10 + 1, 10, ${today}::date - 100,
               ${today}::date + 30 + m.n % 700
        from made m join made o on o.n = m.n - m.n % 10`)
      await tx.execute(sql`
        insert into order_lines (customer_id, order_id, line, entitlement_id, product_id, quantity, term_kind, starts_on,
                                 ends_on, contract_id, release)
        select ${id}, o."order", m.n % 10 + 1, m.entitlement, e.product_id, 10, 'subscription', ${today}::date - 100,
               ${today}::date + 30 + m.n % 700, e.contract_id, '12.0'
        from made m join made o on o.n = m.n - m.n % 10
        join entitlements e on e.customer_id = ${id} and e.id = m.entitlement`)
      await tx.execute(sql`
        insert into hosts (customer_id, id, label, kind, status, city, country)
        select ${id}, host, 'HOST-' || lpad(n::text, 6, '0'), 'single', 'active', 'Nantes', 'FR' from made where n % 5 = 0`)
      await tx.execute(sql`
        insert into host_members (customer_id, host_id, position, id_kind, id_value, server_name, is_active)
        select ${id}, host, 1, 'ethernet', upper(lpad(to_hex(n), 12, '0')), 'host-' || n, true from made where n % 5 = 0`)
      await tx.execute(sql`
        insert into configurations (customer_id, id, configuration_number, host_id, family_id, is_maintained)
        select ${id}, h.configuration, ${number} || '-' || h.n || '-' || p.family_id, h.host, p.family_id, true
        from made h join entitlements e on e.customer_id = ${id} and e.id = h.entitlement join products p on p.id = e.product_id
        where h.n % 5 = 0`)
      await tx.execute(sql`
        insert into placements (customer_id, entitlement_id, host_id, configuration_id, quantity)
        select ${id}, m.entitlement, h.host, h.configuration, 3 from made m join made h on h.n = m.n - m.n % 5`)
      const loadId = newId()
      await tx.execute(sql`insert into loads (id, by, counts) values (${loadId}, 'bench', '{}')`)
      await tx.execute(sql`
        insert into transfers (customer_id, id, entitlement_id, from_host_id, to_host_id, quantity, configuration_id, load_id)
        select customer_id, gen_random_uuid(), entitlement_id, null, host_id, quantity, configuration_id, ${loadId}
        from placements where customer_id = ${id}`)
      await tx.execute(sql`
        update entitlements set placed = 3, owned = 10 where customer_id = ${id}`)
      await countCustomer(tx, id, today)
    },
    { deadlineMs: 600_000 },
  )
  // As the database does by itself a little later.
  await owner.sql`vacuum analyze`
  return id
}
