import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { fine } from '../reasons.ts'

/** Stores families, products and features, and marks the packs that no longer say what they should. */
export async function storeProducts(tx: Db): Promise<void> {
  await markResults(tx)
  await storeFamilies(tx)
  await tx.execute(sql`
    insert into products as p (id, part_number, name, family_id, license_type, extends_product_id)
    select coalesce(r.product_id, r.id), r.part_number, r.name, f.id, r.license_type,
      coalesce(b.id, n.product_id, n.id)
    from load_products r
    join families f on f.name = r.family
    left join products b on b.part_number = r.extends
    left join load_products n on n.part_number = r.extends and ${fine('n')}
    where ${fine()} and r.result <> 'unchanged'
    on conflict (id) do update set name = excluded.name, family_id = excluded.family_id,
      license_type = excluded.license_type, extends_product_id = excluded.extends_product_id`)
  await storeFeatures(tx)
  await outdatePacks(tx)
}

async function storeFamilies(tx: Db): Promise<void> {
  await tx.execute(sql`
    with changed as (
      insert into families as f (id, name, daemon, port)
      select distinct on (family) family_id, family, daemon, port from load_products r where ${fine()}
      order by family, line
      on conflict (name) do update set daemon = excluded.daemon, port = excluded.port
      where (f.daemon, f.port) is distinct from (excluded.daemon, excluded.port)
      returning id
    )
    update hosts h set is_pack_current = false
    from changed c
    join products p on p.family_id = c.id
    join entitlements e on e.product_id = p.id
    join placements l on l.customer_id = e.customer_id and l.entitlement_id = e.id
    where h.customer_id = l.customer_id and h.id = l.host_id and h.is_pack_current`)
}

async function markResults(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_products r set result = case
      when r.product_id is null then 'added'
      when (r.name, r.family, r.daemon, r.port, r.license_type, r.extends, r.features)
        is distinct from (p.name, p.family, p.daemon, p.port, p.license_type, p.base, p.features) then 'changed'
      else 'unchanged' end
    from load_products s
    left join lateral (
      select p.name, o.name as family, o.daemon, o.port, p.license_type, b.part_number as base,
        (select jsonb_agg(jsonb_build_object('name', f.name, 'version', f.version) order by f.position)
         from product_features f where f.product_id = p.id) as features
      from products p join families o on o.id = p.family_id
      left join products b on b.id = p.extends_product_id
      where p.id = s.product_id
    ) p on true
    where s.line = r.line and ${fine()}`)
}

async function storeFeatures(tx: Db): Promise<void> {
  await tx.execute(sql`
    delete from product_features f using load_products r
    where f.product_id = r.product_id and ${fine()} and r.result = 'changed'`)
  await tx.execute(sql`
    insert into product_features (product_id, position, name, version)
    select coalesce(r.product_id, r.id), f.position, f.feature ->> 'name', f.feature ->> 'version'
    from load_products r, jsonb_array_elements(r.features) with ordinality f (feature, position)
    where ${fine()} and r.result <> 'unchanged'`)
}

async function outdatePacks(tx: Db): Promise<void> {
  await tx.execute(sql`
    update hosts h set is_pack_current = false
    from load_products r
    join entitlements e on e.product_id = r.product_id
    join placements p on p.customer_id = e.customer_id and p.entitlement_id = e.id
    where ${fine()} and r.result = 'changed' and h.customer_id = p.customer_id and h.id = p.host_id
      and h.is_pack_current`)
}
