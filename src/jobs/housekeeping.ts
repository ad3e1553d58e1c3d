import { sql } from 'drizzle-orm'
import { eraseDeleted } from '../activity/erase.ts'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'
import { forEveryCustomer } from './every-customer.ts'
import { JOBS_SCHEMA } from './queues.ts'
import { removeOld, removeOldOf } from './retention.ts'
import { sendJobs } from './send.ts'

/** Removes what has served its time, and queues again what was never sent. */
export async function keepHouse(app: App): Promise<void> {
  await removeOld(app)
  await app.database.transaction(resendForgottenOfPeople)
  await forEveryCustomer(app, async (tx, ids) => {
    await removeOldOf(tx, ids, app.publisher())
    await removePlannedHosts(tx, ids)
    await eraseDeleted(tx, ids)
    await resendForgotten(tx, ids)
  })
}

/** Hosts that stood only in a draft which was discarded. */
async function removePlannedHosts(tx: Db, ids: string[]): Promise<void> {
  await tx.execute(sql`
    delete from hosts h using plans p
    where h.customer_id = any(${uuidArray(ids)}) and h.status = 'planned'
      and p.customer_id = h.customer_id and p.id = h.plan_id and p.status = 'discarded'
      and not exists (select from plan_lines l where l.customer_id = h.customer_id
        and h.id in (l.from_host_id, l.to_host_id))`)
}

/** Mail that waits without a job, such as after a restore, while it may still be of use. */
async function resendForgotten(tx: Db, ids: string[]): Promise<void> {
  const forgotten = await tx.execute<{ customerId: string; mailId: string }>(sql`
    select m.customer_id as "customerId", m.id as "mailId" from mails m
    where m.customer_id = any(${uuidArray(ids)}) and ${isForgotten}`)
  await sendJobs(tx, 'send-mail', forgotten)
}

async function resendForgottenOfPeople(tx: Db): Promise<void> {
  const forgotten = await tx.execute<{ mailId: string }>(sql`
    select m.id as "mailId" from person_mails m where ${isForgotten}`)
  await sendJobs(tx, 'send-mail', forgotten)
}

const isForgotten = sql`m.sent_at is null and m.refused_at is null
  and m.created_at between now() - interval '6 days' and now() - interval '1 hour'
  and not exists (select from ${sql.raw(JOBS_SCHEMA)}.job j
    where j.name = 'send-mail' and j.state < 'completed' and j.data->>'mailId' = m.id::text)`
