import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demonstrationAccounts, demonstrationPassword } from '../../src/demonstration/accounts.ts'
import { loadDemonstrationOnce } from '../../src/demonstration/load.ts'
import { verifyPassword } from '../../src/sign-in/password.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'

let db: TestDatabase
let keys: string

const load = () =>
  loadDemonstrationOnce(
    { packKeysFolder: join(keys, 'packs'), prepare: true },
    { database: db.database, ownerUrl: db.ownerUrl },
  )

beforeAll(async () => {
  db = await testDatabase()
  keys = await mkdtemp(join(tmpdir(), 'guichet-keys-'))
  expect(await load()).toBe(true)
})

afterAll(async () => {
  await db.drop()
  await rm(keys, { recursive: true, force: true })
})

const rows = async <T extends Record<string, unknown>>(query: ReturnType<typeof sql>) => [
  ...(await db.owner.transaction((tx) => tx.execute<T>(query))),
]

test('the demonstration has the size that domain.md section 10 names', async () => {
  const [counts] = await rows(sql`
    select (select count(*)::integer from products) as products, (select count(*)::integer from families) as families,
      (select count(*)::integer from customers) as customers, (select count(*)::integer from order_lines) as lines,
      (select count(*)::integer from hosts where kind = 'triad') as triads,
      (select count(*)::integer from entitlements where ends_on < current_date) as expired,
      (select count(*)::integer from license_sums where over_placed > 0) as over`)
  expect(counts).toMatchObject({ products: 40, families: 5, customers: 30, lines: 205 })
  for (const some of ['triads', 'expired', 'over']) expect(counts![some]).toBeGreaterThan(0)
})

test('every account of section 10 is there, confirmed, with the password that is told', async () => {
  const people = await rows<{
    email: string
    passwordHash: string
    confirmed: boolean
    isStaff: boolean
  }>(sql`
    select email, password_hash as "passwordHash", confirmed_at is not null as confirmed, is_staff as "isStaff"
    from people where email like '%@demo.example'`)
  expect(people.map(({ email }) => email).sort()).toEqual(
    demonstrationAccounts.map(({ email }) => email).sort(),
  )
  expect(people.every(({ confirmed }) => confirmed)).toBe(true)
  expect(people.filter(({ isStaff }) => isStaff).map(({ email }) => email)).toEqual(['desk@demo.example'])
  expect(await verifyPassword(demonstrationPassword, people[0]!.passwordHash)).toBe(true)
})

test('who may do what is as section 10 says', async () => {
  const held = await rows(sql`
    select p.email, c.customer_number as customer, p.primary_customer_id = c.id as "primary",
      coalesce((select string_agg(v.privilege, ' ' order by v.privilege) from privileges v
        where v.customer_id = c.id and v.person_id = p.id), '') as privileges
    from people p join associations a on a.person_id = p.id join customers c on c.id = a.customer_id
    where p.email like '%@demo.example' order by p.email, customer`)
  expect(held.map((row) => Object.values(row).join(' ').trim())).toEqual([
    'both@demo.example 100234 true licensing reporting',
    'licensing@demo.example 100234 true licensing',
    'none@demo.example 100234 true',
    'open@demo.example 100871 true',
    'reporting@demo.example 100234 true reporting',
    'several@demo.example 100234 true licensing reporting',
    'several@demo.example 100871 false',
    'several@demo.example 100990 false licensing',
    'supervisor@demo.example 100234 true supervisor',
  ])
  const [ponant] = await rows(
    sql`select first_supervised_at as at from customers where customer_number = '100871'`,
  )
  expect(ponant!['at']).toBeNull()
})

test('Brasseries Lemaire owns and has placed what the pictures show', async () => {
  const sums = await rows(sql`
    select p.part_number as part, s.owned, s.placed, s.next_end_on - current_date as days
    from license_sums s join products p on p.id = s.product_id join customers c on c.id = s.customer_id
    where c.customer_number = '100234' order by part`)
  expect(sums.map((row) => Object.values(row).slice(0, 3).join(' '))).toEqual([
    'CLQ-3000-N 6 0',
    'FRM-0900-N 40 31',
    'FRM-1000-F 20 17',
    'FRM-1210-E 8 8',
    'RLY-4100-F 3 3',
    'TRC-2000-F 12 4',
  ])
})

test('the requests were made by the verbs: numbered, with packs, transfers and events', async () => {
  const requests = await rows<{ kind: string; status: string; number: string; events: number }>(sql`
    select kind, status, number, (select count(*)::integer from request_events e
      where e.customer_id = r.customer_id and e.request_id = r.id) as events
    from requests r order by number`)
  expect(requests.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
    'configure completed',
    'configure completed',
    'move completed',
    'retrieve-packs completed',
    'detailed-report completed',
    'return completed',
    'undo completed',
    'replace-hardware completed',
    'replace-hardware in-review',
    'replace-hardware needs-information',
    'replace-hardware declined',
    'replace-hardware cancelled',
    'temporary completed',
    'configure completed',
    'retrieve-packs completed',
    'configure completed',
  ])
  expect(String(requests[0]!.number)).toBe('100000009')
  expect(requests.every(({ events }) => events >= 2)).toBe(true)
})

test('a second start finds it as it was', async () => {
  expect(await load()).toBe(true)
  const [count] = await rows(sql`select count(*)::integer as loads from loads`)
  expect(count).toEqual({ loads: 1 })
})

test('what people asked for before any company stands in every status', async () => {
  const asked = await rows<{ line: string }>(sql`
    select p.email || ' ' || r.kind || ' ' || r.status || ' ' || r.decider as line
    from account_requests r join people p on p.id = r.person_id order by r.number`)
  expect(asked.map(({ line }) => line)).toEqual([
    'plain@demo.example upgrade declined desk',
    'plain@demo.example upgrade cancelled desk',
    'plain@demo.example upgrade needs-information desk',
    'plain@demo.example upgrade in-review supervisors',
    'open@demo.example name-supervisor in-review desk',
  ])
})
