import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { integerArray } from '../sql.ts'
import { defaultLeadDays, type Topic, topicDefaults, topics } from './topics.ts'

export type Choices = {
  topics: Record<Topic, boolean>
  /** 1 to 365 each, falling. */
  leadDays: number[]
}

type Stored = { topics: Partial<Record<Topic, boolean>>; leadDays: number[] | null }

/** What a person chose for all their companies; the defaults where they chose nothing. */
export async function findChoices(db: Db, personId: string): Promise<Choices> {
  const [row] = await db.execute<Stored>(sql`
    select topics, lead_days as "leadDays" from notification_choices where person_id = ${personId}`)
  return over({ topics: topicDefaults, leadDays: defaultLeadDays }, row)
}

/** What counts in one company, and whether it is chosen for it alone. Within the customer. */
export async function findCompanyChoices(
  tx: Db,
  customerId: string,
  personId: string,
): Promise<Choices & { isOwn: boolean }> {
  const [own] = await tx.execute<Stored>(sql`
    select topics, lead_days as "leadDays" from company_notification_choices
    where customer_id = ${customerId} and person_id = ${personId}`)
  return { ...over(await findChoices(tx, personId), own), isOwn: own !== undefined }
}

/** A person's companies that have choices of their own. Within forPerson. */
export async function listCompaniesWithChoices(
  tx: Db,
  personId: string,
): Promise<{ number: string; name: string }[]> {
  return tx.execute<{ number: string; name: string }>(sql`
    select c.customer_number as number, c.name
    from company_notification_choices n join customers c on c.id = n.customer_id
    where n.person_id = ${personId} order by c.customer_number`)
}

export async function saveChoices(tx: Db, personId: string, choices: Choices): Promise<void> {
  await tx.execute(sql`
    insert into notification_choices (person_id, topics, lead_days)
    values (${personId}, ${json(choices.topics)}, ${integerArray(choices.leadDays)})
    on conflict (person_id) do update
      set topics = excluded.topics, lead_days = excluded.lead_days, updated_at = now()`)
}

/** Choices for one company; null: as for all companies. */
export async function saveCompanyChoices(
  tx: Db,
  customerId: string,
  personId: string,
  choices: Choices | null,
): Promise<void> {
  if (!choices) {
    await tx.execute(sql`
      delete from company_notification_choices where customer_id = ${customerId} and person_id = ${personId}`)
    return
  }
  await tx.execute(sql`
    insert into company_notification_choices (customer_id, person_id, topics, lead_days)
    values (${customerId}, ${personId}, ${json(choices.topics)}, ${integerArray(choices.leadDays)})
    on conflict (customer_id, person_id) do update
      set topics = excluded.topics, lead_days = excluded.lead_days, updated_at = now()`)
}

/** Whether a topic is wanted, of left joined aliases `own` (notification_choices) and `company` (those of the company). */
export function isWanted(topic: Topic): SQL {
  return sql`coalesce((company.topics->>${topic}::text)::boolean, (own.topics->>${topic}::text)::boolean,
    ${topicDefaults[topic]}::boolean)`
}

/** Lead days, of the same aliases. */
export const wantedLeadDays = (): SQL =>
  sql`coalesce(company.lead_days, own.lead_days, ${integerArray(defaultLeadDays)})`

export const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`

function over(base: Choices, stored: Stored | undefined): Choices {
  const chosen = { ...base.topics, ...stored?.topics }
  return {
    topics: Object.fromEntries(topics.map((topic) => [topic, chosen[topic]])) as Choices['topics'],
    leadDays: stored?.leadDays ?? base.leadDays,
  }
}
