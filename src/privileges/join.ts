import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'

/**
 * Makes somebody a person of the company; it becomes their primary one where they have none. `awaits`: until an existing
 * contact confirms it (R8); who is of the company without that stays so. Throws NotFound for a deleted account, also
 * where it is deleted at this moment. Gives whether they are new to the company.
 */
export async function joinCompany(
  tx: Db,
  customerId: string,
  personId: string,
  { awaits = false }: { awaits?: boolean } = {},
): Promise<boolean> {
  const found = await tx.execute(sql`
    update people set primary_customer_id = coalesce(primary_customer_id, ${customerId}::uuid)
    where id = ${personId} and deleted_at is null returning id`)
  if (found.length === 0) throw new NotFound()
  const joined = await tx.execute(sql`
    insert into associations (customer_id, person_id, awaits_confirmation)
    values (${customerId}, ${personId}, ${awaits})
    on conflict (customer_id, person_id) do nothing returning 1`)
  if (joined.length === 0 && !awaits) {
    await tx.execute(sql`
      update associations set awaits_confirmation = false
      where customer_id = ${customerId} and person_id = ${personId} and awaits_confirmation`)
  }
  return joined.length > 0
}
