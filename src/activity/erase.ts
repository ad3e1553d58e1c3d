import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'

/**
 * Erases what the records of these companies name of people whose accounts are deleted: the networks they came from,
 * and the address to which an invitation went that they accepted. At the deletion for the companies they were still
 * of; each night for those they had left before.
 */
export async function eraseDeleted(tx: Db, customerIds: readonly string[]): Promise<void> {
  const ours = uuidArray(customerIds)
  // Once is enough; a night on which nothing ran is made up.
  const gone = sql`p.deleted_at > now() - interval '31 days'`
  await tx.execute(sql`
    delete from activity_particulars n using people p
    where n.customer_id = any(${ours}) and p.id = n.person_id and ${gone}`)
  await tx.execute(sql`
    delete from activity_particulars n using people p, activity j, activity a
    where ${gone} and j.customer_id = any(${ours}) and j.person_id = p.id and j.verb = 'person.joined'
      and a.customer_id = j.customer_id and a.object_kind = 'invitation' and a.object_id = j.details ->> 'invitation'
      and n.customer_id = a.customer_id and n.activity_id = a.id`)
}
