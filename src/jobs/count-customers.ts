import { sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import { countCustomers } from '../entitlements/count.ts'
import { uuidArray } from '../sql.ts'
import { forEveryCustomer } from './every-customer.ts'

/** Turn of the day: works out what each company owns on the new day, where no page has asked for it yet. */
export async function countAll(app: App): Promise<void> {
  const today = app.today()
  await forEveryCustomer(app, async (tx, ids) => {
    const stale = await tx.execute<{ id: string }>(sql`
      select id from customers
      where id = any(${uuidArray(ids)}) and (counted_on is null or counted_on < ${today}::date)`)
    await countCustomers(
      tx,
      stale.map(({ id }) => id),
      today,
    )
  })
}
