import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { forEveryCustomer } from '../../src/jobs/every-customer.ts'
import { workOff } from '../../src/jobs/work.ts'
import { queueMail } from '../../src/mail/outbox.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { associate, makeCustomer, makePerson } from '../helpers/makers.ts'

let t: TestApp
let customerId: string
let personId: string
beforeAll(async () => {
  t = await testApp()
  const { db } = t.db.owner
  const longAgo = new Date(Date.now() - 400 * 86_400_000)
  customerId = (await makeCustomer(db, { firstSupervisedAt: longAgo })).id
  personId = (await makePerson(db, { passwordHash: 'x' })).id
  await associate(db, customerId, personId, 'supervisor')
})
afterAll(() => t.close())

const owner = <T>(statement: ReturnType<typeof sql>) =>
  t.db.owner.db.execute(statement) as unknown as Promise<T[]>

test('every company has its turn once, also those that never bought anything, also more than a batch', async () => {
  for (let i = 0; i < 110; i++) await makeCustomer(t.db.owner.db)
  const visited: string[] = []
  const seen: number[] = []
  await forEveryCustomer(t.app, async (tx, ids) => {
    visited.push(...ids)
    const [row] = await tx.execute<{ n: number }>(sql`select count(*)::int as n from customers`)
    seen.push(row!.n)
  })
  const all = await owner<{ id: string }>(sql`select id from customers order by id`)
  expect(visited).toEqual(all.map(({ id }) => id))
  // Each batch sees its own companies, and no other.
  expect(seen).toEqual([50, 50, all.length - 100])
})

test('a company without orders has its yearly review', async () => {
  await workOff(t.app, 'yearly-reviews', {})
  const reviews = await owner(
    sql`select id from requests where customer_id = ${customerId} and kind = 'yearly-review'`,
  )
  expect(reviews).toHaveLength(1)
})

test('a company without orders has its old invitations removed and its forgotten mail queued again', async () => {
  const invitation = (email: string, days: number) =>
    owner(sql`
      insert into invitations (customer_id, id, email, privileges, invited_by, token_hash, expires_at)
      values (${customerId}, ${newId()}, ${email}, '[]', ${personId}, ${email}, now() - make_interval(days => ${days}::int))`)
  await invitation('old@lemaire.example', 31)
  await invitation('new@lemaire.example', 29)
  const mail = await t.app.database.forCustomer(customerId, (tx) =>
    queueMail(tx, { customerId, personId, template: 'association-confirmed', params: {} }),
  )
  await owner(sql`update mails set created_at = now() - interval '2 hours' where id = ${mail}`)
  await owner(sql`delete from pgboss.job where data ->> 'mailId' = ${mail}`)
  await workOff(t.app, 'housekeeping', {})
  const left = await owner<{ email: string }>(
    sql`select email from invitations where customer_id = ${customerId}`,
  )
  expect(left.map(({ email }) => email)).toEqual(['new@lemaire.example'])
  expect(await owner(sql`select id from pgboss.job where data ->> 'mailId' = ${mail}`)).toHaveLength(1)
})
