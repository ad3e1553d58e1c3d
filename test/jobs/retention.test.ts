import { mkdir, mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
