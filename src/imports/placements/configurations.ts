import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { fine, refuse } from '../reasons.ts'

const table = 'load_placements'
const sameTuple = sql`c.customer_id = r.customer_id and c.host_id = r.host_id and c.family_id = r.family_id
  and c.is_maintained = r.is_maintained`

/** Configuration IDs of the file: each stands for one (host, family, under maintenance or not), for good. */
export async function checkConfigurations(tx: Db): Promise<void> {
  const gives = sql`${fine()} and r.configuration_number is not null`
  await refuse(tx, {
    table,
    reason: 'imports.configurationIs',
    params: sql`'number', c.configuration_number`,
    from: sql`configurations c`,
    where: sql`${gives} and c.configuration_number <> r.configuration_number and case when r.placed > 0
      then c.customer_id = r.customer_id and c.id = r.placed_as
      else ${sameTuple} end`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.configurationTaken',
    params: sql`'number', r.configuration_number`,
    from: sql`configurations c`,
    where: sql`${gives} and r.placed = 0 and c.customer_id = r.customer_id
      and c.configuration_number = r.configuration_number and not (${sameTuple})`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.configurationDiffers',
    params: sql`'number', f.configuration_number, 'line', f.line`,
    from: sql`(select distinct on (customer_id, host_id, family_id, is_maintained) * from load_placements
               where ${fine('load_placements')} and configuration_number is not null
               order by customer_id, host_id, family_id, is_maintained, line) f`,
    where: sql`${gives} and r.placed = 0 and (f.customer_id, f.host_id, f.family_id, f.is_maintained)
      = (r.customer_id, r.host_id, r.family_id, r.is_maintained)
      and f.configuration_number <> r.configuration_number`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.configurationTwice',
    params: sql`'number', r.configuration_number, 'line', f.line`,
    from: sql`(select distinct on (customer_id, configuration_number) * from load_placements
               where ${fine('load_placements')} and configuration_number is not null
               order by customer_id, configuration_number, line) f`,
    where: sql`${gives} and r.placed = 0 and f.customer_id = r.customer_id
      and f.configuration_number = r.configuration_number
      and (f.host_id, f.family_id, f.is_maintained) <> (r.host_id, r.family_id, r.is_maintained)`,
  })
}

/** Stores the configurations whose ID the file gives; the others are numbered as they are placed. */
export async function storeConfigurations(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into configurations (customer_id, id, configuration_number, host_id, family_id, is_maintained)
    select distinct on (r.customer_id, r.host_id, r.family_id, r.is_maintained)
      r.customer_id, r.configuration_id, r.configuration_number, r.host_id, r.family_id, r.is_maintained
    from load_placements r
    where ${fine()} and r.placed = 0 and r.configuration_number is not null
      and not exists (select from configurations c where ${sameTuple})
    order by r.customer_id, r.host_id, r.family_id, r.is_maintained, r.line`)
}
