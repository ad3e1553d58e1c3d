import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type SQL, sql } from 'drizzle-orm'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import type { Publisher } from '../publisher.ts'
import { uuidArray } from '../sql.ts'

const before = (days: number): SQL => sql`now() - make_interval(days => ${days}::int)`

/** Removes what belongs to no company and has been kept for as long as the publisher says (docs/operations.md). */
export async function removeOld(app: App): Promise<void> {
  const { db } = app.database
  const { keepSessionsDays, keepInvitationsDays, keepMailDays } = app.publisher()
  const links = before(keepInvitationsDays)
  for (const old of [
    // A form sent again within a week is answered as the first time.
    sql`form_keys where created_at < now() - interval '7 days'`,
    sql`kept_forms where created_at < now() - interval '1 day'`,
    sql`throttles where window_starts_at < now() - interval '2 days'`,
    sql`sessions where least(expires_at, revoked_at) < ${before(keepSessionsDays)}`,
    sql`password_links where expires_at < ${links}`,
    sql`registrations where expires_at < ${links}`,
    sql`second_factors where confirmed_at is null and created_at < now() - interval '1 day'`,
    sql`identity_links where expires_at < ${links}`,
    sql`email_changes where expires_at < ${links}`,
    sql`person_mails where coalesce(sent_at, refused_at) < ${before(keepMailDays)}`,
    sql`undelivered_mails where at < ${before(keepMailDays)}`,
    sql`calendar_feeds where least(expires_at, revoked_at) < ${links}`,
  ]) {
    await db.execute(sql`delete from ${old}`)
  }
  await db.execute(sql`update second_factors set shown_codes = null where shown_until < now()`)
  await removeMailFiles(join(app.config.home, 'mail'), keepMailDays)
}

/** The same for what belongs to these companies. */
export async function removeOldOf(tx: Db, ids: string[], keep: Publisher): Promise<void> {
  const ours = sql`customer_id = any(${uuidArray(ids)})`
  await removeInvitations(tx, ours, before(keep.keepInvitationsDays))
  await tx.execute(
    sql`delete from mails where ${ours} and coalesce(sent_at, refused_at) < ${before(keep.keepMailDays)}`,
  )
  await tx.execute(
    sql`delete from request_receipts where ${ours} and least(expires_at, revoked_at) < ${before(keep.keepInvitationsDays)}`,
  )
  await tx.execute(sql`delete from expiry_reminders where ${ours} and ends_on < current_date - 60`)
  await removeDrafts(tx, ours, before(keep.keepDraftsDays))
}

/** With one that nobody accepted goes the address in the record of who invited whom: its mail says so. */
async function removeInvitations(tx: Db, ours: SQL, since: SQL): Promise<void> {
  await tx.execute(sql`
    with gone as (
      delete from invitations where ${ours} and expires_at < ${since} returning customer_id, id, accepted_at
    )
    delete from activity_particulars n using gone g, activity a
    where g.accepted_at is null and a.customer_id = g.customer_id and a.object_kind = 'invitation'
      and a.object_id = g.id::text and n.customer_id = a.customer_id and n.activity_id = a.id`)
}

/** A draft nobody touched is discarded; what was discarded that long ago is removed. */
async function removeDrafts(tx: Db, ours: SQL, since: SQL): Promise<void> {
  await tx.execute(sql`delete from privilege_drafts where ${ours} and created_at < ${since}`)
  const removed = sql`select id from plans where ${ours} and status = 'discarded' and updated_at < ${since}`
  await tx.execute(sql`delete from plan_lines where ${ours} and plan_id in (${removed})`)
  await tx.execute(sql`
    with gone as (
      delete from temporary_licenses where ${ours} and starts_on is null and plan_id in (${removed})
      returning customer_id, entitlement_id
    )
    delete from entitlements e using gone
    where e.customer_id = gone.customer_id and e.id = gone.entitlement_id and e.kind = 'temporary'`)
  await tx.execute(sql`delete from hosts where ${ours} and status = 'planned' and plan_id in (${removed})`)
  await tx.execute(sql`delete from plans where ${ours} and status = 'discarded' and updated_at < ${since}`)
  await tx.execute(sql`
    update plans set status = 'discarded', updated_at = now()
    where ${ours} and status = 'draft' and updated_at < ${since}`)
}

async function removeMailFiles(folder: string, days: number): Promise<void> {
  const limit = Date.now() - days * 86_400_000
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    if (!/\.(eml|part)$/.test(name)) continue
    const file = join(folder, name)
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < limit) await unlink(file).catch(() => {})
  }
}
