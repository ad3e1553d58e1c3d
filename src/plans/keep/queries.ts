import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { readersOf } from '../../notifications/readers.ts'
import { containing, isCalled } from '../../sql.ts'
import { pageOf, pageSize, placeIn } from '../../web/paging.ts'
import type { Tool } from '../queries.ts'
import type { KeepFilter } from './filter.ts'

/** A draft, or a plan that waits for a decision. */
export type KeptPlan = {
  id: string
  tool: Tool
  name: string
  createdBy: string
  author: string
  handedTo: string | null
  receiver: string | null
  lines: number
  updatedAt: string
  /** Of a held plan: its request, and whose turn it is. */
  requestNumber: number | null
  waitsFor: 'colleague' | 'desk' | 'requester' | null
}

const nameOf = (id: SQL) =>
  sql`(select coalesce(nullif(w.name, ''), w.email) from people w where w.id = ${id})`

/** A page of a company's plans that are not done yet, the last changed first. */
export async function listKept(
  tx: Db,
  customerId: string,
  filter: KeepFilter,
  { personId, after }: { personId: string; after?: string | undefined },
) {
  const place = placeIn(after)
  const beyond = place ? sql`and (p.updated_at, p.id) < (${place[0]}::timestamptz, ${place[1]}::uuid)` : sql``
  const rows = await tx.execute<KeptPlan>(sql`
    select p.id, p.tool, p.name, p.created_by as "createdBy", ${nameOf(sql`p.created_by`)} as author,
      p.handed_to as "handedTo", ${nameOf(sql`p.handed_to`)} as receiver, p.updated_at::text as "updatedAt",
      (select count(*)::integer from plan_lines l
        where l.customer_id = p.customer_id and l.plan_id = p.id) as lines,
      r.number::float8 as "requestNumber",
      case when r.id is null then null when r.status = 'needs-information' then 'requester'
        when r.colleague_since is not null then 'colleague' else 'desk' end as "waitsFor"
    from plans p
    left join requests r on r.customer_id = p.customer_id and r.id = p.request_id
    where p.customer_id = ${customerId}
      and (p.status = 'draft' or (p.status = 'submitted' and r.status in ('in-review', 'needs-information')))
      ${filter.whose === 'mine' ? sql`and coalesce(p.handed_to, p.created_by) = ${personId}` : sql``}
      ${filter.text === '' ? sql`` : sql`and ${matches(filter.text)}`}
      ${beyond}
    order by p.updated_at desc, p.id desc limit ${pageSize + 1}`)
  return pageOf<KeptPlan>([...rows], (row) => [row.updatedAt, row.id])
}

/** Part of its name, of its author's or receiver's, or of a product or host in it; or its request's number. */
function matches(text: string): SQL {
  const like = containing(text)
  const digits = text.replace(/[\s-]/g, '')
  return sql`(${isCalled(sql`p.name`, text)} or ${isCalled(nameOf(sql`p.created_by`), text)}
    or ${isCalled(nameOf(sql`p.handed_to`), text)}
    ${/^\d{9}$/.test(digits) ? sql`or r.number = ${Number(digits)}` : sql``}
    or exists (
      select from plan_lines l
      join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      join products d on d.id = e.product_id
      left join hosts h on h.customer_id = l.customer_id and h.id in (l.from_host_id, l.to_host_id)
      where l.customer_id = p.customer_id and l.plan_id = p.id
        and (${isCalled(sql`d.name`, text)} or d.part_number ilike ${like} or ${isCalled(sql`h.label`, text)})))`
}

export type Colleague = { id: string; name: string; email: string }

/** Who of the company may work on its plans, but for one person, by name. */
export async function listColleagues(tx: Db, customerId: string, personId: string): Promise<Colleague[]> {
  return tx.execute<Colleague>(sql`
    select p.id, coalesce(nullif(p.name, ''), p.email) as name, p.email
    ${readersOf([customerId], ['licensing'])} and p.id <> ${personId}
    order by lower(coalesce(nullif(p.name, ''), p.email)), p.id`)
}

export type Handed = { id: string; tool: Tool; name: string; by: string | null }

/** Drafts that a person was handed and has yet to submit, the last changed first; at most five. */
export async function listHanded(tx: Db, customerId: string, personId: string): Promise<Handed[]> {
  return tx.execute<Handed>(sql`
    select p.id, p.tool, p.name, ${nameOf(sql`(p.details ->> 'handedBy')::uuid`)} as by
    from plans p
    where p.customer_id = ${customerId} and p.handed_to = ${personId} and p.status = 'draft'
    order by p.updated_at desc, p.id desc limit 5`)
}
