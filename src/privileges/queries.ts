import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { isUsable } from './usable.ts'

/** R10, R5: a company's supervisors who can sign in, by name. */
export async function listSupervisors(
  tx: Db,
  customerId: string,
): Promise<{ id: string; name: string; email: string }[]> {
  return tx.execute<{ id: string; name: string; email: string }>(sql`
    select p.id, p.name, p.email
    from privileges h join people p on p.id = h.person_id
    where h.customer_id = ${customerId} and h.privilege = 'supervisor' and ${isUsable}
    order by p.name, p.email`)
}
