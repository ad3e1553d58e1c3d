import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { queueMail } from '../mail/outbox.ts'
import { tellDesk } from '../mail/tell-desk.ts'
import { uuidArray } from '../sql.ts'
import { readersOf } from './readers.ts'

type Over = { id: string; customerNumber: string; customerName: string; count: number }

/**
 * Tells a company's holders of Licensing and its supervisors, and the desk, that more is placed than is owned since a
 * smaller term began (domain.md section 3): once, until it is in order again. For some companies, in one transaction;
 * their sums are counted for `today`.
 */
export async function tellOverPlaced(tx: Db, customerIds: string[], today: string): Promise<void> {
  const ids = uuidArray(customerIds)
  const over = sql`(select coalesce(sum(s.over_placed), 0)::int from license_sums s where s.customer_id = c.id)`
  await tx.execute(sql`
    update customers c set over_placed_told_on = null
    where c.id = any(${ids}) and c.over_placed_told_on is not null and ${over} = 0`)
  const rows = await tx.execute<Over>(sql`
    update customers c set over_placed_told_on = ${today}::date
    where c.id = any(${ids}) and c.over_placed_told_on is null and ${over} > 0
    returning c.id, c.customer_number as "customerNumber", c.name as "customerName", ${over} as count`)
  for (const { id: customerId, ...facts } of rows) {
    const readers = await tx.execute<{ id: string }>(sql`
      select p.id ${readersOf([customerId], ['licensing', 'supervisor'])} order by p.id`)
    for (const { id: personId } of readers) {
      await queueMail(tx, { customerId, personId, template: 'over-placed', params: { count: facts.count } })
    }
    await tellDesk(tx, 'desk-over-placed', facts)
  }
}
