import { mkdir, mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordActivities } from '../../src/activity/record.ts'
import { newId } from '../../src/ids.ts'
import { removeOld, removeOldOf } from '../../src/jobs/retention.ts'
import { createPlan } from '../../src/plans/drafts.ts'
import { type TestApp, testApp } from '../helpers/app.ts'

let t: TestApp
let customerId: string
let personId: string
beforeAll(async () => {
  t = await testApp()
  customerId = t.cast.customers['100234']!
  personId = t.cast.people['licensing@demo.example']!
})
afterAll(() => t.close())

const owner = (statement: ReturnType<typeof sql>) => t.db.owner.db.execute(statement)
const count = async (table: string) => {
  const [row] = await owner(sql`select count(*)::int as n from ${sql.raw(table)}`)
  return row!.n as number
}
const tidy = async () => {
  await removeOld(t.app)
  await t.app.database.forCustomer(customerId, (tx) => removeOldOf(tx, [customerId], t.app.publisher()))
}

test('sessions and links are kept as long as the publisher says, and no longer', async () => {
  await owner(sql`insert into sessions (id_hash, person_id, data, expires_at) values
    ('old', ${personId}, '{}', now() - interval '31 days'), ('ended', ${personId}, '{}', now() - interval '29 days'),
    ('live', ${personId}, '{}', now() + interval '1 hour')`)
  await owner(sql`insert into password_links (token_hash, person_id, expires_at) values
    ('old', ${personId}, now() - interval '31 days'), ('used', ${personId}, now() - interval '29 days')`)
  await tidy()
  const sessions = await owner(
    sql`select id_hash from sessions where id_hash in ('old', 'ended', 'live') order by 1`,
  )
  expect(sessions.map((row) => row.id_hash)).toEqual(['ended', 'live'])
  expect(await count('password_links')).toBe(1)
  await owner(sql`update publisher set keep_sessions_days = 5`)
  await t.app.refreshPublisher()
  await tidy()
  const left = await owner(sql`select id_hash from sessions where id_hash in ('old', 'ended', 'live')`)
  expect(left.map((row) => row.id_hash)).toEqual(['live'])
})

test('a draft nobody touched is discarded, later removed; one that is worked on stays', async () => {
  const draft = () =>
    t.app.database.forCustomer(customerId, (tx) =>
      createPlan(tx, { customerId, tool: 'configure', personId }),
    )
  const [old, current] = [await draft(), await draft()]
  const status = async (id: string) =>
    (await owner(sql`select status from plans where id = ${id}`))[0]?.status
  await owner(sql`update plans set updated_at = now() - interval '366 days' where id = ${old}`)
  await tidy()
  expect([await status(old), await status(current)]).toEqual(['discarded', 'draft'])
  await owner(sql`update plans set updated_at = now() - interval '366 days' where id = ${old}`)
  await tidy()
  expect([await status(old), await status(current)]).toEqual([undefined, 'draft'])
})

test('mail that was sent goes, with its file; what still waits stays', async () => {
  const mail = (id: string, sentAt: ReturnType<typeof sql>) =>
    owner(sql`
    insert into mails (customer_id, id, person_id, to_address, language, template, params, message_id, sent_at)
    values (${customerId}, ${id}, ${personId}, 'a@b.example', 'en', 'request-completed', '{}', ${id}, ${sentAt})`)
  await owner(sql`delete from mails`)
  await mail('01900000-0000-7000-8000-000000000001', sql`now() - interval '91 days'`)
  await mail('01900000-0000-7000-8000-000000000002', sql`now() - interval '89 days'`)
  await mail('01900000-0000-7000-8000-000000000003', sql`null`)
  const home = await mkdtemp(join(tmpdir(), 'guichet-retention-'))
  const folder = join(home, 'mail')
  await mkdir(folder)
  for (const name of ['old.eml', 'new.eml', 'notes.txt']) await writeFile(join(folder, name), '')
  const longAgo = new Date(Date.now() - 91 * 86_400_000)
  for (const name of ['old.eml', 'notes.txt']) await utimes(join(folder, name), longAgo, longAgo)
  const app = Object.assign(Object.create(t.app), { config: { ...t.config, home } })
  await removeOld(app)
  await tidy()
  expect(await count('mails')).toBe(2)
  expect((await readdir(folder)).sort()).toEqual(['new.eml', 'notes.txt'])
})

test('an invitation goes a month after its end; with one that nobody accepted, its address in the record', async () => {
  const supervisor = t.cast.people['supervisor@demo.example']!
  const invited = async (email: string, acceptedBy: string | null, endedDays: number) => {
    const id = newId()
    await owner(sql`
      insert into invitations (customer_id, id, email, privileges, invited_by, token_hash, expires_at, accepted_at, accepted_by)
      values (${customerId}, ${id}, ${email}, '[]', ${supervisor}, ${id}, now() - make_interval(days => ${endedDays}),
        ${acceptedBy ? sql`now()` : sql`null`}, ${acceptedBy}::uuid)`)
    const entry = { personId: supervisor, verb: 'person.invited' as const, objectKind: 'invitation' }
    await t.app.database.forCustomer(customerId, (tx) =>
      recordActivities(tx, customerId, [{ ...entry, objectId: id, particulars: { email } }]),
    )
  }
  await invited('never@example.com', null, 31)
  await invited('joined@example.com', personId, 31)
  await invited('later@example.com', null, 29)
  await tidy()
  const left = await owner(sql`select email from invitations`)
  expect(left.map(({ email }) => email)).toEqual(['later@example.com'])
  const named = await owner(sql`
    select facts ->> 'email' as email from activity_particulars where facts ? 'email' order by 1`)
  expect(named.map(({ email }) => email)).toEqual(['joined@example.com', 'later@example.com'])
})
