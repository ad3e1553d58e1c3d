import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { isId } from '../ids.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'
import type { HostFilter } from './filter.ts'
import { matching } from './matching.ts'

export type HostAddress = {
  id: string
  label: string
  port: number | null
  address_line1: string
  postal_code: string
  city: string
  country: string
  caretaker: string | null
}

/** Hosts in service with where they stand and who looks after them, by label, a page at a time. */
export async function listAddresses(
  tx: Db,
  customerId: string,
  filter: HostFilter,
  after?: string,
): Promise<{ rows: HostAddress[]; next?: string }> {
  const [label, id] = decodeCursor(after, 2) ?? []
  const beyond =
    typeof label === 'string' && isId(id) ? sql`and (h.label, h.id) > (${label}, ${id}::uuid)` : sql``
  const where = matching({
    ...{ customerId, filter, placed: sql`placements`, isRetired: sql`(h.status = 'retired')` },
  })
  const found = await tx.execute<HostAddress>(sql`
    select h.id, h.label, h.port, h.address_line1, h.postal_code, h.city, h.country,
      coalesce(nullif(p.name, ''), p.email) as caretaker
    from hosts h cross join lateral (select h.label, h.address_line1, h.postal_code, h.city) v
    left join associations a on a.customer_id = h.customer_id and a.person_id = h.caretaker_id
    left join people p on p.id = a.person_id
    where ${where} ${beyond}
    order by h.label, h.id limit ${pageSize + 1}`)
  return pageOf([...found], (row) => [row.label, row.id])
}
