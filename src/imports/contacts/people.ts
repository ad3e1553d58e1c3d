import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { keptFields, resultOf } from '../kept.ts'
import { fine } from '../reasons.ts'

/**
 * Stores the people of contacts.csv. Of several rows for one address that of the primary association says name and
 * phone, of somebody new without one the first: it leads. An address is not confirmed by a file: that takes the
 * person's own link.
 */
export async function storePeople(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_contacts r set leads = f.line = r.line,
      person_id = coalesce((select p.id from people p where p.email = r.email), f.id),
      is_known = exists (select from people p where p.email = r.email)
    from (select distinct on (l.email) l.email, l.line, l.id
          from load_contacts l left join people p on p.email = l.email
          where ${fine('l')}
          order by l.email, l.is_primary desc, p.primary_customer_id is distinct from l.customer_id, l.line) f
    where f.email = r.email and ${fine()}`)
  await tx.execute(sql`
    insert into people (id, email, name, phone, primary_customer_id, loaded)
    select r.person_id, r.email, r.name, r.phone, r.customer_id,
      jsonb_build_object('name', r.name, 'phone', r.phone, 'primary', r.customer_id)
    from load_contacts r where ${fine()} and r.leads and not r.is_known`)
  await updateKnown(tx)
}

/**
 * The primary association counts as a field of the person: whoever chose another one here keeps it. Without a
 * primary row in the file the one there is stays, and so do name and phone; the first company of a person becomes it.
 */
async function updateKnown(tx: Db): Promise<void> {
  const rules = keptFields(['name', 'phone'])
  const chosenHere = sql`(s.loaded ? 'primary' and s.loaded ->> 'primary' is distinct from s.primary_customer_id::text)`
  const asks = sql`(s.primary_customer_id is null or r.is_primary and s.primary_customer_id <> r.customer_id)`
  // The row of the primary association, whether it says so or the person's record does.
  const speaks = sql`(r.is_primary or coalesce(s.primary_customer_id, r.customer_id) = r.customer_id)`
  const kept = sql`case when ${speaks} then ${rules.kept} else '{}' end || case when ${asks} and ${chosenHere} then array['primary'] else '{}' end`
  const changed = sql`case when ${speaks} then ${rules.changed} else '{}' end || case when ${asks} and not ${chosenHere} then array['primary'] else '{}' end`
  const known = sql`from load_contacts r join people s on s.id = r.person_id
    where r.leads and r.is_known and ${fine()}`
  await tx.execute(sql`
    update load_contacts l set kept = x.kept, result = x.result
    from (select r.line, (${kept}) as kept, ${resultOf(sql`(${changed})`, sql`(${kept})`)} as result ${known}) x
    where l.line = x.line`)
  await tx.execute(sql`
    update people p set ${rules.assignments}, loaded = s.loaded || ${rules.loaded}
    ${known} and ${speaks} and p.id = s.id`)
  await tx.execute(sql`
    update people p set
      primary_customer_id = case when ${asks} and not ${chosenHere} then r.customer_id else s.primary_customer_id end,
      loaded = s.loaded || jsonb_build_object('primary', r.customer_id)
    ${known} and (r.is_primary or s.primary_customer_id is null) and p.id = s.id`)
}
