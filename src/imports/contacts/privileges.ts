import { sql } from 'drizzle-orm'
import { recordActivities } from '../../activity/record.ts'
import type { Db } from '../../db.ts'
import { fine } from '../reasons.ts'
import type { Context } from '../stage.ts'

type Granted = { customerId: string; personId: string; privilege: string }

/**
 * What contacts.csv says of privileges counts only for people who are new to the company; later their supervisors
 * decide. R9: where it names the first supervisor, those who were contacts before keep what they could do.
 */
export async function storePrivileges(tx: Db, { loadId }: Context): Promise<void> {
  const kept = await keepForContacts(tx)
  const granted = await tx.execute<Granted>(sql`
    insert into privileges (customer_id, person_id, privilege)
    select r.customer_id, r.person_id, unnest(r.privileges)
    from load_contacts r where ${fine()} and r.is_new
    order by 1, 2, 3
    returning customer_id as "customerId", person_id as "personId", privilege`)
  await recordGrants(tx, kept, { kept: true, load: loadId })
  await recordGrants(tx, [...granted], { kept: false, load: loadId })
  await markResults(tx)
}

async function keepForContacts(tx: Db): Promise<Granted[]> {
  const kept = await tx.execute<Granted>(sql`
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
    cross join (values ('licensing'), ('reporting')) p (privilege)
    -- Who was let in at once (R8) and is vouched for by nobody yet could do nothing that there would be to keep.
    where not a.awaits_confirmation and not exists (
      select from load_contacts r
      where r.customer_id = a.customer_id and r.person_id = a.person_id and r.is_new and ${fine()})
    on conflict do nothing
    returning customer_id as "customerId", person_id as "personId", privilege`)
  return [...kept]
}

async function recordGrants(tx: Db, grants: Granted[], about: Record<string, unknown>): Promise<void> {
  for (const [customerId, ofCustomer] of Map.groupBy(grants, (one) => one.customerId)) {
    const entries = ofCustomer.map(({ personId, privilege }) => ({
      personId: null,
      verb: 'privilege.granted' as const,
      objectKind: 'person',
      objectId: personId,
      details: { privilege, ...about },
    }))
    await recordActivities(tx, customerId, entries)
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
