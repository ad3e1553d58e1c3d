import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import type { PlanLine } from '../load-plan.ts'
import type { PlanProblem } from '../problems.ts'
import { replacementLines } from '../replacement-lines.ts'

type OfRequest = { customerId: string; planId: string; requestId: string }

/**
 * What has become of a held replacement since it was filed, in words: another name of its host, and what came onto it,
 * left it, or ended there. All of it is done with the plan once it is approved.
 */
export async function listSinceFiled(tx: Db, of: OfRequest): Promise<PlanProblem[]> {
  const [names, amounts] = await Promise.all([listNames(tx, of), listAmounts(tx, of)])
  const [first, last] = [names[0], names.at(-1)]
  const isRenamed = first && last && first.before !== last.after
  return [
    ...(isRenamed
      ? [{ key: 'plans.since.renamed', params: { before: first.before, after: last.after } }]
      : []),
    ...amounts.flatMap(({ product, host, came, ended, renewed }) => {
      const said = (name: string, count: number) =>
        count > 0 ? [{ key: `plans.since.${name}`, params: { product, host, count } }] : []
      return [
        ...said('came', came),
        ...said('went', -came),
        ...said('ended', ended),
        ...said('renewed', renewed),
      ]
    }),
  ]
}

/** How the host was renamed since, change by change. */
function listNames(tx: Db, { customerId, planId, requestId }: OfRequest) {
  return tx.execute<{ before: string; after: string }>(sql`
    select line ->> 'before' as before, line ->> 'after' as after
    from plans p
    join requests held on held.customer_id = p.customer_id and held.id = ${requestId}
    join requests r on r.customer_id = p.customer_id and r.kind = 'update-contacts'
      and r.details ->> 'hostId' = p.details #>> '{retires,0}' and r.created_at > held.created_at
    cross join jsonb_array_elements(r.details -> 'lines') line
    where p.customer_id = ${customerId} and p.id = ${planId} and line ->> 'field' = 'label'
    order by r.created_at, r.id`)
}

type Amount = {
  product: string
  host: string
  /** More than were filed; below 0: fewer. */
  came: number
  /** Filed to go along, and now going back to the pool, or the other way round. */
  ended: number
  renewed: number
}

/** Products of which other lines were filed than there would be now. */
function listAmounts(tx: Db, { customerId, planId }: OfRequest) {
  return tx.execute<Amount>(sql`
    select p.name as product, f.label as host,
      sum(coalesce(n.quantity, 0) - coalesce(l.quantity, 0))::integer as came,
      coalesce(sum(n.quantity) filter (where l.to_host_id is not null and n.to_host_id is null), 0)::integer as ended,
      coalesce(sum(n.quantity) filter (where l.id is not null and l.to_host_id is null
        and n.to_host_id is not null), 0)::integer as renewed
    from (select * from plan_lines where customer_id = ${customerId} and plan_id = ${planId}) l
    full join (${replacementLines({ customerId, planId })}) n on n.entitlement_id = l.entitlement_id
    join entitlements e on e.customer_id = ${customerId} and e.id = coalesce(l.entitlement_id, n.entitlement_id)
    join products p on p.id = e.product_id
    join hosts f on f.customer_id = ${customerId} and f.id = coalesce(l.from_host_id, n.from_host_id)
    group by p.id, p.name, f.label
    having bool_or(coalesce(l.quantity, 0) <> coalesce(n.quantity, 0)
      or (n.entitlement_id is not null and l.to_host_id is distinct from n.to_host_id))
    order by p.name, p.id`)
}

/** Stands in the form that approves a replacement for the lines it was shown with, so that others are noticed. */
export function markOfLines(lines: readonly PlanLine[]): string {
  const facts = lines.map(
    ({ entitlementId, toHostId, quantity }) => `${entitlementId} ${toHostId} ${quantity}`,
  )
  return createHash('sha256').update(facts.sort().join('\n')).digest('hex').slice(0, 16)
}
