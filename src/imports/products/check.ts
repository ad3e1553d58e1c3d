import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { fine, refuse, refuseDuplicates } from '../reasons.ts'

const table = 'load_products'

/** Checks the rows of products.csv against each other and against what is stored. */
export async function checkProducts(tx: Db): Promise<void> {
  await refuseDuplicates(tx, table)
  await tx.execute(sql`
    update load_products r set product_id = p.id from products p where p.part_number = r.part_number`)
  await checkFamilies(tx)
  await checkPlaced(tx)
  await checkBases(tx)
}

/** A family has one daemon and one port. */
async function checkFamilies(tx: Db): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.familyDiffers',
    params: sql`'family', r.family, 'daemon', f.daemon, 'port', f.port, 'line', f.line`,
    from: sql`(select distinct on (family) family, daemon, port, line from load_products
               where ${fine('load_products')} order by family, line) f`,
    where: sql`f.family = r.family and (r.daemon, r.port) is distinct from (f.daemon, f.port)
               and r.daemon is not null and r.port is not null`,
  })
}

/** What a license is cannot change under those that are placed. */
async function checkPlaced(tx: Db): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.productPlaced',
    params: sql`'count', p.placed, 'licenseType', p.license_type, 'base', coalesce(p.base, 'empty')`,
    from: sql`(select p.id, p.license_type, b.part_number as base, sum(e.placed) as placed
               from products p left join products b on b.id = p.extends_product_id
               join entitlements e on e.product_id = p.id group by 1, 2, 3) p`,
    where: sql`p.id = r.product_id and p.placed > 0 and r.license_type is not null
               and (p.license_type, p.base) is distinct from (r.license_type, r.extends)`,
  })
}

/** A base must be there, in the file or before; being refused, it takes with it what extends it. */
async function checkBases(tx: Db): Promise<void> {
  await checkCircles(tx)
  for (let found = 1; found > 0; ) {
    const rows = await tx.execute<{ line: number }>(sql`
      update load_products r
      set reasons = r.reasons || jsonb_build_array(jsonb_build_object(
        'key', case when b.line is null then 'imports.noBase' else 'imports.baseRefused' end,
        'params', jsonb_build_object('partNumber', r.extends, 'line', b.line)))
      from load_products s
      left join load_products b on b.part_number = s.extends and b.product_id is null
        and b.reasons <> '[]'
      where s.line = r.line and r.extends is not null and ${fine()}
        and not exists (select from products p where p.part_number = r.extends)
        and not exists (select from load_products o where o.part_number = r.extends and ${fine('o')})
      returning r.line`)
    found = rows.length
  }
}

/** More than twenty steps of extending are taken for a circle too: nobody has that many. */
async function checkCircles(tx: Db): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.extendsCircle',
    params: sql`'partNumber', r.part_number`,
    from: sql`(
      with recursive edge as (
        select part_number, extends from load_products where same is not null
        union
        select p.part_number, b.part_number from products p join products b on b.id = p.extends_product_id
        where not exists (select from load_products l where l.part_number = p.part_number)
      ), walk as (
        select part_number as origin, extends as at, 1 as depth from load_products
        where extends is not null and extends <> part_number
        union all
        select w.origin, e.extends, w.depth + 1
        from walk w join edge e on e.part_number = w.at
        where e.extends is not null and w.depth < 20
      )
      select distinct origin from walk where depth = 20) w`,
    where: sql`w.origin = r.part_number`,
  })
}
