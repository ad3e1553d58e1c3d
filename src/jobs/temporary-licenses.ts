import { sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import { builtInCutter } from '../packs/cutters/built-in.ts'
import { activeKey } from '../packs/keys.ts'
import { endTemporaryLicenses } from '../plans/end-temporary.ts'
import { uuidArray } from '../sql.ts'
import { forEveryCustomer } from './every-customer.ts'

/**
 * Turn of the day: ends the temporary licenses whose last day is past, each company's in a transaction of its own. Where
 * one company's cannot be ended, those of the others are; then it throws, so that the job is tried again.
 */
export async function endAllTemporary(app: App): Promise<void> {
  const today = app.today()
  const due: string[] = []
  await forEveryCustomer(app, async (tx, ids) => {
    const rows = await tx.execute<{ id: string }>(sql`
      select distinct customer_id as id from temporary_licenses
      where customer_id = any(${uuidArray(ids)}) and ended_at is null and ends_on < ${today}::date`)
    due.push(...rows.map(({ id }) => id))
  })
  const cut = builtInCutter(activeKey(app.packKeys))
  const faults: unknown[] = []
  for (const customerId of due) {
    const options = { customerId, today, publisher: app.publisher(), cut }
    try {
      await app.database.forCustomer(customerId, (tx) => endTemporaryLicenses(tx, options))
    } catch (error) {
      app.log.error({ err: error, customerId }, 'temporary licenses not ended')
      faults.push(error)
    }
  }
  if (faults.length > 0) {
    throw new AggregateError(
      faults,
      `Temporary licenses of ${faults.length} of ${due.length} companies not ended`,
    )
  }
}
