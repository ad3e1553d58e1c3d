import { sql } from 'drizzle-orm'
import type { Database, Db } from '../db.ts'
import { uuidArray } from '../sql.ts'
import { json } from './choices.ts'
import { type Topic, topics } from './topics.ts'
import type { Unsubscription } from './unsubscribe.ts'

/** One company: only what is about it. All: these topics everywhere. Everything: all topics everywhere. */
export const scopes = ['company', 'all', 'everything'] as const
export type Scope = (typeof scopes)[number]

/** Turns off what a link in a mail says; once or again. Who is gone, or no longer of that company, gets none anyway. */
export async function unsubscribe(database: Database, what: Unsubscription, scope: Scope): Promise<void> {
  const { personId, customerId } = what
  if (scope === 'company' && customerId) {
    const off = json(turnedOff(what.topics))
    await database.forCustomer(customerId, async (tx) => {
      await tx.execute(sql`
        insert into company_notification_choices (customer_id, person_id, topics)
        select customer_id, person_id, ${off} from associations
        where customer_id = ${customerId} and person_id = ${personId}
        on conflict (customer_id, person_id) do update
          set topics = company_notification_choices.topics || excluded.topics, updated_at = now()`)
    })
    return
  }
  const off = turnedOff(scope === 'everything' ? topics : what.topics)
  await database.transaction(async (tx) => {
    await tx.execute(sql`
      insert into notification_choices (person_id, topics) select id, ${json(off)} from people where id = ${personId}
      on conflict (person_id) do update set topics = notification_choices.topics || excluded.topics, updated_at = now()`)
  })
  await dropCompanyChoices(database, personId, off)
}

// What is turned off everywhere must not stay on for one company.
async function dropCompanyChoices(
  database: Database,
  personId: string,
  off: Partial<Record<Topic, boolean>>,
): Promise<void> {
  const ids = await database.forPerson(personId, (tx: Db) =>
    tx.execute<{ id: string }>(sql`
      select customer_id as id from company_notification_choices where person_id = ${personId}`),
  )
  if (ids.length === 0) return
  const customerIds = ids.map(({ id }) => id)
  await database.forCustomer(customerIds, async (tx) => {
    await tx.execute(sql`
      update company_notification_choices set topics = topics || ${json(off)}, updated_at = now()
      where customer_id = any(${uuidArray(customerIds)}) and person_id = ${personId}`)
  })
}

function turnedOff(some: readonly Topic[]): Partial<Record<Topic, boolean>> {
  return Object.fromEntries(some.map((topic) => [topic, false]))
}
