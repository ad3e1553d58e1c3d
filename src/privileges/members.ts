import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Forbidden, NotFound } from '../errors.ts'
import { uuidArray } from '../sql.ts'
import type { Held, Member } from './check-changes.ts'
import { isUsable } from './usable.ts'

/**
 * One at a time: who changes what people of a company hold has the company's row, so that what was checked still
 * holds when it is written (two supervisors who remove each other at once).
 */
export async function lockCompany(tx: Db, customerId: string): Promise<void> {
  const rows = await tx.execute(sql`select id from customers where id = ${customerId} for no key update`)
  if (rows.length === 0) throw new NotFound()
}

/**
 * The same for what a supervisor does: of two who remove each other at once, the second has nothing more to say.
 * Throws Forbidden where they are none any more.
 */
export async function lockAsSupervisor(tx: Db, customerId: string, personId: string): Promise<void> {
  await lockCompany(tx, customerId)
  const rows = await tx.execute(sql`
    select person_id from privileges
    where customer_id = ${customerId} and person_id = ${personId} and privilege = 'supervisor'`)
  if (rows.length === 0) throw new Forbidden(['supervisor'])
}

/** These people of the company, as far as they are of it, and all its supervisors, with what each holds today. */
export async function loadMembers(
  tx: Db,
  customerId: string,
  personIds: readonly string[],
  today: string,
): Promise<Map<string, Member>> {
  const rows = await tx.execute<Member & Record<string, unknown>>(sql`
    select p.id, p.name, p.email, ${isUsable} as "isUsable",
      coalesce((select json_object_agg(h.privilege, json_build_object('until', h.until)) from privileges h
        where h.customer_id = a.customer_id and h.person_id = a.person_id
          and (h.until is null or h.until >= ${today}::date)), '{}') as held
    from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId}
      and (a.person_id = any(${uuidArray(personIds)}) or a.person_id in (
        select s.person_id from privileges s where s.customer_id = ${customerId} and s.privilege = 'supervisor'))`)
  return new Map(rows.map((row) => [row.id, { ...row, held: row.held as Held }]))
}
