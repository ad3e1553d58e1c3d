import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { PackKey } from './keys.ts'

/**
 * Marks packs that are signed with a key that others may have: the next retrieval makes an issue, which another key
 * signs. `db` is the owner's, which reaches every customer. Hosts are locked in the order of their IDs, as every writer
 * does.
 */
export async function outdateCompromised(db: Db, keys: readonly PackKey[]): Promise<void> {
  const ids = keys.filter(({ status }) => status === 'compromised').map(({ kid }) => kid)
  if (ids.length === 0) return
  await db.execute(sql`
    with locked as (
      select h.customer_id, h.id from hosts h
      join packs p on p.customer_id = h.customer_id and p.host_id = h.id and p.issue = h.pack_issue
      where h.is_pack_current and p.key_id = any(string_to_array(${ids.join(' ')}, ' '))
      order by h.customer_id, h.id for no key update of h
    )
    update hosts h set is_pack_current = false from locked
    where h.customer_id = locked.customer_id and h.id = locked.id`)
}
