import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

/** What a plan has so far, for the side of its pages: the first lines, and how many there are. */
export async function listSoFar(tx: Db, customerId: string, planId: string) {
  const lines = await tx.execute<{
    quantity: number
    product: string
    host: string | null
    /** Of what goes back to the pool: the host it leaves. */
    from: string | null
    total: number
  }>(sql`
    select l.quantity, p.name as product, h.label as host,
      g.label as "from", (count(*) over ())::integer as total
    from plan_lines l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    join products p on p.id = e.product_id
    left join hosts h on h.customer_id = l.customer_id and h.id = l.to_host_id
    left join hosts g on g.customer_id = l.customer_id and g.id = l.from_host_id and l.to_host_id is null
    where l.customer_id = ${customerId} and l.plan_id = ${planId}
    order by l.id limit 10`)
  return { lines: [...lines], more: Math.max(0, (lines[0]?.total ?? 0) - lines.length) }
}
