import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import type { PlanDetails } from '../../schema.ts'

type OfPlan = { customerId: string; planId: string }

/** What a draft of Replace hardware says so far. */
type Replacement = {
  /** The host to be replaced; null before it is chosen. */
  former: string | null
  reason: PlanDetails['reason'] | null
  declaration: string
  /** The host planned to succeed it. */
  successor: string | null
}

export async function findReplacement(tx: Db, { customerId, planId }: OfPlan): Promise<Replacement> {
  const [row] = await tx.execute<Replacement>(sql`
    select p.details #>> '{retires,0}' as former, p.details ->> 'reason' as reason,
      coalesce(p.details ->> 'declaration', '') as declaration,
      (select s.id from hosts s where s.customer_id = p.customer_id and s.plan_id = p.id and s.status = 'planned'
        and s.replaces_host_id = (p.details #>> '{retires,0}')::uuid order by s.id limit 1) as successor
    from plans p where p.customer_id = ${customerId} and p.id = ${planId}`)
  return row!
}

/** What sits on a host that is to be replaced: it goes along, or back to the pool where its term has ended. */
export type OnFormer = {
  product: string
  partNumber: string
  quantity: number
  isLocked: boolean
  isCounted: boolean
  /** False: it can be placed nowhere any more. */
  goesAlong: boolean
  endsOn: string | null
}

export function listOnFormer(tx: Db, customerId: string, hostId: string): Promise<OnFormer[]> {
  return tx.execute<OnFormer>(sql`
    select p.name as product, p.part_number as "partNumber", sum(l.quantity)::integer as quantity,
      p.license_type = 'node-locked' as "isLocked", p.license_type <> 'node-locked' as "isCounted",
      e.entitled > 0 as "goesAlong", case when e.entitled = 0 then e.ends_on end as "endsOn"
    from placements l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    join products p on p.id = e.product_id
    where l.customer_id = ${customerId} and l.host_id = ${hostId}::uuid and l.quantity > 0
    group by p.id, 6, 7
    order by 6 desc, p.name, p.part_number, 7`) as unknown as Promise<OnFormer[]>
}
