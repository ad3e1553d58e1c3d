import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { fine, refuse, refuseDuplicates, resolveCustomers } from '../reasons.ts'

const table = 'load_hosts'

/** The IDs of a stored host as the file has them. */
const idsOf = (alias: 'h' | 'a') => sql`(
  select jsonb_agg(jsonb_build_object('kind', m.id_kind, 'value', m.id_value) order by m.position)
  from host_members m where (m.customer_id, m.host_id) = (${sql.raw(`${alias}.customer_id, ${alias}.id`)}))`

/** Checks the rows of hosts.csv and finds the hosts they speak of. */
export async function checkHosts(tx: Db): Promise<void> {
  await refuseDuplicates(tx, table)
  await resolveCustomers(tx, table)
  await findActive(tx)
  await keepPast(tx)
  await refuse(tx, {
    table,
    reason: 'imports.hostIdsFixed',
    from: sql`hosts h`,
    where: sql`h.customer_id = r.customer_id and h.id = r.host_id and r.ids is not null and not r.is_kept
               and ${idsOf('h')} <> r.ids`,
  })
  await refuseTakenIds(tx)
}

/** What the file may call a host: the name it was loaded under, which stays when people rename it here; its label. */
export const hostNames = [sql`(h.loaded ->> 'host_name')`, sql`h.label`]

/**
 * By name and host IDs; what is left by the name alone, where no other row speaks of that host. So a host renamed here
 * stays the one of its row, also where its old name stands on another machine by now.
 */
async function findActive(tx: Db): Promise<void> {
  const isOther = sql`not exists (select from load_hosts o where o.customer_id = h.customer_id and o.host_id = h.id)`
  for (const isThis of [sql`${idsOf('h')} = r.ids`, isOther]) {
    for (const name of hostNames) {
      await tx.execute(sql`
        update load_hosts r set host_id = h.id from hosts h
        where r.host_id is null and h.customer_id = r.customer_id and h.status = 'active'
          and lower(${name}) = lower(r.host_name) and ${isThis}`)
    }
  }
}

/**
 * A host that was replaced here goes by the same label with other IDs, and one that was retired here is gone: the
 * file's row is of its past, and kept.
 */
async function keepPast(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_hosts r set is_kept = true,
      kept = array[case when r.host_id is null then 'status' else 'host_ids' end]
    from hosts h
    where ${fine()} and h.customer_id = r.customer_id and h.status = 'retired'
      and lower(r.host_name) in (lower(${hostNames[0]}), lower(${hostNames[1]})) and ${idsOf('h')} = r.ids
      and (r.host_id is null or not exists (
        select from hosts a where a.customer_id = r.customer_id and a.id = r.host_id
          and ${idsOf('a')} = r.ids))`)
}

/** One ID sits on one active host of a company. */
async function refuseTakenIds(tx: Db): Promise<void> {
  const ids = sql`jsonb_array_elements(r.ids) i`
  await refuse(tx, {
    table,
    reason: 'imports.hostIdTaken',
    params: sql`'kind', t.id_kind, 'value', t.id_value, 'label', t.label`,
    from: sql`(
      select r.line, m.id_kind, m.id_value, h.label
      from load_hosts r cross join ${ids}
      join host_members m on m.customer_id = r.customer_id and m.id_kind = i ->> 'kind'
        and m.id_value = i ->> 'value' and m.is_active
      join hosts h on h.customer_id = m.customer_id and h.id = m.host_id
      where not r.is_kept and r.host_id is distinct from h.id) t`,
    where: sql`t.line = r.line`,
  })
  await refuse(tx, {
    table,
    reason: 'imports.hostIdTwice',
    params: sql`'kind', t.kind, 'value', t.value, 'line', t.first`,
    from: sql`(
      select r.line, i ->> 'kind' as kind, i ->> 'value' as value,
        min(r.line) over (partition by r.customer_id, i ->> 'kind', i ->> 'value') as first
      from load_hosts r cross join ${ids}
      where not r.is_kept and r.customer_id is not null) t`,
    where: sql`t.line = r.line and t.first < r.line`,
  })
}
