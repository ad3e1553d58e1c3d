import { type SQL, sql } from 'drizzle-orm'
import { baseOf, type CustomerRef } from '../accounts/access.ts'
import type { Db } from '../db.ts'
import { containing, isCalled } from '../sql.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'

export type Company = CustomerRef & { isPrimary: boolean; privileges: string[]; joinedAt: string }

type Filter = { find: string; after?: string; size?: number }

/** The companies of a person by number, a page at a time. Within forPerson. */
export async function listCompanies(
  tx: Db,
  personId: string,
  today: string,
  { find, after, size = pageSize }: Filter,
): Promise<{ rows: Company[]; next?: string }> {
  const [number] = decodeCursor(after, 1) ?? []
  const place = typeof number === 'string' ? sql`and c.customer_number > ${number}` : sql``
  const rows = await tx.execute<Omit<Company, 'base'> & Record<string, unknown>>(sql`
    select c.id, c.customer_number as number, c.name, c.id is not distinct from p.primary_customer_id as "isPrimary",
      a.created_at as "joinedAt",
      array(select h.privilege from privileges h where h.customer_id = c.id and h.person_id = p.id
        and (h.until is null or h.until >= ${today}::date)
        order by array_position(array['supervisor', 'licensing', 'reporting'], h.privilege)) as privileges
    from people p
    join associations a on a.person_id = p.id
    join customers c on c.id = a.customer_id
    where p.id = ${personId} ${matches(find)} ${place}
    order by c.customer_number limit ${size + 1}`)
  const page = pageOf(rows, (row) => [row.number], size)
  return { ...page, rows: page.rows.map((row) => ({ ...row, base: baseOf(row.number) })) }
}

/** How many companies of a person fit. Within forPerson. */
export async function countCompanies(tx: Db, personId: string, find: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from associations a join customers c on c.id = a.customer_id
    where a.person_id = ${personId} ${matches(find)}`)
  return row!.count
}

/** A pattern for customer numbers, which hold no blanks: people write them in groups. */
export function numberLike(text: string): string {
  return containing(text.replace(/\s/g, ''))
}

function matches(find: string): SQL {
  if (!find) return sql``
  return sql`and (c.customer_number ilike ${numberLike(find)} or ${isCalled(sql`c.name`, find)})`
}
