import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { Privilege } from './list.ts'

/** R10: a company's supervisors, by name. */
export async function listSupervisors(
  tx: Db,
  customerId: string,
): Promise<{ id: string; name: string; email: string }[]> {
  return tx.execute<{ id: string; name: string; email: string }>(sql`
    select p.id, p.name, p.email
    from privileges h join people p on p.id = h.person_id
    where h.customer_id = ${customerId} and h.privilege = 'supervisor'
    order by p.name, p.email`)
}

export type Holder = {
  id: string
  name: string
  email: string
  isConfirmed: boolean
  privileges: { privilege: Privilege; since: string; until: string | null; isKept: boolean }[]
}

/** Everyone of a company and what they hold, by name. */
export async function listHolders(tx: Db, customerId: string, today: string): Promise<Holder[]> {
  return tx.execute<Holder & Record<string, unknown>>(sql`
    select p.id, p.name, p.email, p.confirmed_at is not null as "isConfirmed",
           coalesce(json_agg(json_build_object('privilege', h.privilege, 'since', h.granted_at, 'until', h.until,
             'isKept', h.is_kept) order by h.privilege) filter (where h.privilege is not null), '[]') as privileges
    from associations a
    join people p on p.id = a.person_id
    left join privileges h on h.customer_id = a.customer_id and h.person_id = a.person_id
                          and (h.until is null or h.until >= ${today}::date)
    where a.customer_id = ${customerId}
    group by p.id
    order by p.name, p.email`)
}
