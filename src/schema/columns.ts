import { date, timestamp, uuid } from 'drizzle-orm/pg-core'

/** An instant, stored in UTC; a `Date` in code. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** A day in the publisher's time zone; 'YYYY-MM-DD' in code. */
export const day = (name: string) => date(name, { mode: 'string' })

/** The company a row belongs to: first in the keys of every table a customer owns. */
export const customerId = () => uuid('customer_id').notNull()
