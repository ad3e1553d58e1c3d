import { sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { forEveryCustomer } from '../jobs/every-customer.ts'
import { queueMails } from '../mail/outbox.ts'
import { isWanted, wantedLeadDays } from './choices.ts'
import { dayMoved } from './days.ts'
import { type End, endsOf } from './ends.ts'
import { tellOverPlaced } from './over-placed.ts'
import { readersOf } from './readers.ts'
import type { Topic } from './topics.ts'

const job = 'expiry-reminders'
const longestLead = 365
const longestAway = 31

/** What stands in a message: the first of each kind, and how many there are. */
export type Digest = { today: string; licenses: number; contracts: number; ends: End[] }
const mostNamed = 40

/**
 * Turn of the day: one message to each person and company with all that came within one of their lead days since they
 * were last told. What is due is what they were not told yet, so a day on which nothing ran is made up: each end once
 * for the smallest lead that has come, ends that passed meanwhile included.
 */
export async function remindAll(app: App): Promise<void> {
  const today = app.today()
  const { db } = app.database
  const [last] = await db.execute<{ doneFor: string }>(sql`
    select greatest(done_for, ${today}::date - ${longestAway}::int)::text as "doneFor" from daily_jobs where name = ${job}`)
  const from = last && last.doneFor < today ? last.doneFor : today
  await forEveryCustomer(app, async (tx, ids) => {
    await remind(tx, ids, from, today)
    await tellOverPlaced(tx, ids, today)
  })
  await db.execute(sql`
    insert into daily_jobs (name, done_for) values (${job}, ${today})
    on conflict (name) do update set done_for = greatest(daily_jobs.done_for, excluded.done_for), at = now()`)
}

type Due = Omit<Digest, 'today'> & {
  customerId: string
  personId: string
  to: string
  language: string
}

/** The same for some companies, in one transaction: what is noted as told is mailed. */
export async function remind(tx: Db, customerIds: string[], from: string, today: string): Promise<void> {
  const due = await noteDue(tx, customerIds, from, today)
  await queueMails(
    tx,
    due.map(({ customerId, personId, to, language, ...digest }) => ({
      ...{ customerId, personId, to, language },
      template: 'expiry-reminder',
      params: { today, ...digest },
      topics: topicsOfDigest(digest),
    })),
  )
}

function topicsOfDigest({ licenses, contracts }: Pick<Digest, 'licenses' | 'contracts'>): Topic[] {
  return [...(licenses ? ['expiry' as const] : []), ...(contracts ? ['maintenance' as const] : [])]
}

/** Writes down whom to tell of what, and gives it by person and company: only what was not written down before. */
async function noteDue(tx: Db, customerIds: string[], from: string, today: string): Promise<Due[]> {
  const day = sql`${today}::date`
  return tx.execute<Due>(sql`
    with ends as materialized (
      select * from (${endsOf(customerIds, from, dayMoved(today, longestLead))}) n
    ), readers as materialized (
      select a.customer_id, p.id as person_id, p.email, coalesce(p.language, c.language, 'en') as language,
        ${wantedLeadDays()} as leads, ${isWanted('expiry')} as wants_license, ${isWanted('maintenance')} as wants_maintenance
      ${readersOf(customerIds, ['licensing', 'reporting'], day)}
        and exists (select from ends where ends.customer_id = a.customer_id)
    ), due as materialized (
      select n.*, r.person_id, r.email, r.language,
        (select min(lead) from unnest(r.leads) lead where n.ends_on - lead <= ${day}) as lead
      from ends n
      join readers r on r.customer_id = n.customer_id
        and case n.kind when 'license' then r.wants_license else r.wants_maintenance end
    ), noted as (
      insert into expiry_reminders (customer_id, person_id, subject_id, ends_on, lead_days, reminded_on)
      select customer_id, person_id, subject_id, ends_on, lead, ${day} from due where lead is not null
      on conflict do nothing
      returning customer_id, person_id, subject_id, ends_on
    ), told as (
      select d.*, row_number() over (partition by d.customer_id, d.person_id, d.kind
        order by d.ends_on, d.part_number, d.contract_number, d.subject_id) as place
      from due d join noted using (customer_id, person_id, subject_id, ends_on)
    )
    select customer_id as "customerId", person_id as "personId", email as "to", language,
      (count(*) filter (where kind = 'license'))::int as licenses,
      (count(*) filter (where kind = 'maintenance'))::int as contracts,
      json_agg(json_build_object('kind', kind, 'subjectId', subject_id, 'endsOn', ends_on, 'quantity', quantity,
        'product', product, 'partNumber', part_number, 'family', family, 'contractNumber', contract_number)
        order by place) filter (where place <= ${mostNamed}::int) as ends
    from told
    group by customer_id, person_id, email, language
    order by customer_id, person_id`)
}
