import { sql } from 'drizzle-orm'
import { recordActivities, recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import type { Privilege } from './list.ts'

export interface Grant {
  customerId: string
  personId: string
  privilege: Privilege
  /** Null: the publisher. */
  grantedBy: string | null
  /** Last day 'YYYY-MM-DD'; never for a supervisor. */
  until?: string | null
  /** Whoever came to the company with this privilege: had nothing in it before that there would be to keep (R9). */
  isNew?: boolean
}

/**
 * Gives one person one privilege in one company. R9: naming the first supervisor writes, in the same transaction,
 * Licensing and Reporting for each contact of that moment, marked kept: what they could do while the company was open.
 */
export async function grant(
  tx: Db,
  { customerId, personId, privilege, grantedBy, until, isNew = false }: Grant,
): Promise<void> {
  if (privilege === 'supervisor') await closeCompany(tx, customerId, grantedBy, isNew ? personId : null)
  await tx.execute(sql`
    insert into privileges (customer_id, person_id, privilege, granted_by, until)
    values (${customerId}, ${personId}, ${privilege}, ${grantedBy}::uuid, ${until ?? null}::date)
    on conflict (customer_id, person_id, privilege)
      do update set until = excluded.until, is_kept = false, granted_by = excluded.granted_by, granted_at = now()`)
  await recordActivity(tx, {
    customerId,
    personId: grantedBy,
    verb: 'privilege.granted',
    objectKind: 'person',
    objectId: personId,
    details: { privilege, until: until ?? null },
  })
}

/** The moment a company gets its first supervisor; nothing happens at later ones. */
async function closeCompany(
  tx: Db,
  customerId: string,
  personId: string | null,
  newcomer: string | null,
): Promise<void> {
  const closed = await tx.execute(sql`
    update customers set first_supervised_at = now()
    where id = ${customerId} and first_supervised_at is null returning id`)
  if (closed.length === 0) return
  const kept = await tx.execute<{ personId: string; privilege: Privilege }>(sql`
    insert into privileges (customer_id, person_id, privilege, is_kept)
    select a.customer_id, a.person_id, held.privilege, true
    from associations a
    join publisher on publisher.id = 1 and publisher.open_until_supervised
    cross join (values ('licensing'), ('reporting')) as held (privilege)
    where a.customer_id = ${customerId} and not a.awaits_confirmation
      and a.person_id is distinct from ${newcomer}::uuid
    on conflict do nothing returning person_id as "personId", privilege`)
  const entries = kept.map(({ personId: whose, privilege }) => ({
    personId,
    verb: 'privilege.granted' as const,
    objectKind: 'person',
    objectId: whose,
    details: { privilege, kept: true },
  }))
  await recordActivities(tx, customerId, entries)
}
