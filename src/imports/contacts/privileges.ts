import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { newId } from '../../ids.ts'
import { jsonRows } from '../../sql.ts'
import { fine } from '../reasons.ts'
import type { Context } from '../stage.ts'

type Kept = { customerId: string; personId: string; privilege: string }

/**
 * What contacts.csv says of privileges counts only for people who are new to the company; later their supervisors
 * decide. R9: where it names the first supervisor, those who were contacts before keep what they could do.
 */
export async function storePrivileges(tx: Db, { loadId }: Context): Promise<void> {
  await recordKept(tx, await keepForContacts(tx), loadId)
  await tx.execute(sql`
    with granted as (
      insert into privileges (customer_id, person_id, privilege)
      select r.customer_id, r.person_id, unnest(r.privileges)
      from load_contacts r where ${fine()} and r.is_new
      returning customer_id, person_id, privilege
    )
    insert into activity (customer_id, id, verb, object_kind, object_id, details)
    select r.customer_id, r.grant_ids[array_position(r.privileges, g.privilege)], 'privilege.granted', 'person',
      r.person_id::text, jsonb_build_object('privilege', g.privilege, 'kept', false, 'load', ${loadId}::text)
    from granted g
    join load_contacts r on r.customer_id = g.customer_id and r.person_id = g.person_id and r.is_new and ${fine()}`)
  await markResults(tx)
}

async function keepForContacts(tx: Db): Promise<Kept[]> {
  const kept = await tx.execute<Kept>(sql`
    with named as (
      select distinct r.customer_id from load_contacts r join customers c on c.id = r.customer_id
      where ${fine()} and r.is_new and 'supervisor' = any(r.privileges) and c.first_supervised_at is null
    ), supervised as (
      update customers c set first_supervised_at = now() from named n where c.id = n.customer_id
    )
    insert into privileges (customer_id, person_id, privilege, is_kept)
    select a.customer_id, a.person_id, p.privilege, true
    from named n
    join publisher on publisher.id = 1 and publisher.open_until_supervised
    join associations a on a.customer_id = n.customer_id
    join people q on q.id = a.person_id and q.confirmed_at is not null
    cross join (values ('licensing'), ('reporting')) p (privilege)
    where not exists (
      select from load_contacts r
      where r.customer_id = a.customer_id and r.person_id = a.person_id and r.is_new and ${fine()})
    on conflict do nothing
    returning customer_id as "customerId", person_id as "personId", privilege`)
  return [...kept]
}

async function recordKept(tx: Db, kept: Kept[], loadId: string): Promise<void> {
  for (let from = 0; from < kept.length; from += 2000) {
    const rows = kept.slice(from, from + 2000).map((grant) => ({ ...grant, id: newId() }))
    await tx.execute(sql`
      insert into activity (customer_id, id, verb, object_kind, object_id, details)
      select g."customerId", g.id, 'privilege.granted', 'person', g."personId"::text,
        jsonb_build_object('privilege', g.privilege, 'kept', true, 'load', ${loadId}::text)
      from jsonb_to_recordset(${jsonRows(rows)})
        as g ("id" uuid, "customerId" uuid, "personId" uuid, "privilege" text)`)
  }
}

async function markResults(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_contacts r set
      result = case when r.is_new then 'added' else coalesce(r.result, 'unchanged') end
    where ${fine()}`)
  await tx.execute(sql`
    update load_contacts r set kept = r.kept || 'privileges'::text,
      result = case when r.result = 'changed' then 'changed' else 'kept' end
    where ${fine()} and not r.is_new and r.privileges is distinct from coalesce((
      select array_agg(p.privilege order by array_position(r.privileges, p.privilege)) from privileges p
      where p.customer_id = r.customer_id and p.person_id = r.person_id), '{}')`)
}
