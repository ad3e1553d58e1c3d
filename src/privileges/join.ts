import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'

/**
 * Makes somebody a person of the company; it becomes their primary one where they have none. `awaits`: until an existing
 * contact confirms it (R8); who is of the company without that stays so. Throws NotFound for a deleted account, also
 * where it is deleted at this moment.
 */
export async function joinCompany(
  tx: Db,
  customerId: string,
  personId: string,
  { awaits = false }: { awaits?: boolean } = {},
): Promise<void> {
  const found = await tx.execute(sql`
    update people set primary_customer_id = coalesce(primary_customer_id, ${customerId}::uuid)
    where id = ${personId} and deleted_at is null returning id`)
  if (found.length === 0) throw new NotFound()
  await tx.execute(sql`
    insert into associations as a (customer_id, person_id, awaits_confirmation)
    values (${customerId}, ${personId}, ${awaits})
    on conflict (customer_id, person_id)
      do update set awaits_confirmation = a.awaits_confirmation and excluded.awaits_confirmation`)
}
