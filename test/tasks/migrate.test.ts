import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../../src/db.ts'
import { newId } from '../../src/ids.ts'
import { customers } from '../../src/schema.ts'
import { migrate } from '../../src/tasks/migrate.ts'
import { emptyDatabase } from '../helpers/database.ts'

// Starts servers, or migrates: a busy machine needs its time.
vi.setConfig({ testTimeout: 60_000 })

let db: Awaited<ReturnType<typeof emptyDatabase>>
let appRole: string
beforeEach(async () => {
  db = await emptyDatabase()
  appRole = new URL(db.appUrl).username
})
afterEach(() => db.drop())

async function ask(url: string, text: string) {
  const database = connect({ url, poolSize: 1 })
  try {
    return await database.sql.unsafe(text)
  } finally {
    await database.close()
  }
}

const policies = `select tablename, policyname, oid::int from pg_policies join pg_policy on polname = policyname
  and polrelid = tablename::regclass order by 1, 2`

describe('bringing a database up to date', () => {
  test('several processes that start at once do it one after the other', async () => {
    await Promise.all(Array.from({ length: 3 }, () => migrate(db.ownerUrl, appRole)))
    const [row] = await ask(
      db.ownerUrl,
      'select count(*)::int as n, count(distinct hash)::int as different from drizzle.__drizzle_migrations',
    )
    expect(row!.n).toBeGreaterThan(0)
    expect(row!.different).toBe(row!.n)
  })

  test('does nothing when there is nothing to do', async () => {
    await migrate(db.ownerUrl, appRole)
    const before = await ask(db.ownerUrl, policies)
    await migrate(db.ownerUrl, appRole)
    expect(await ask(db.ownerUrl, policies)).toEqual(before)
  })

  test('gives rights again when a table has come', async () => {
    await migrate(db.ownerUrl, appRole)
    await ask(db.ownerUrl, 'create table later (n int)')
    await migrate(db.ownerUrl, appRole)
    expect(await ask(db.appUrl, 'select n from later')).toEqual([])
  })

  test('works with one role for everything: rows are then kept apart by the queries alone', async () => {
    const ownerRole = new URL(db.ownerUrl).username
    await migrate(db.ownerUrl, ownerRole)
    const database = connect({ url: db.ownerUrl })
    const id = newId()
    await database.forCustomer(id, (tx) =>
      tx.insert(customers).values({ id, customerNumber: '1', name: 'One' }),
    )
    expect(await database.readCustomer(id, (tx) => tx.select().from(customers))).toHaveLength(1)
    await database.close()
  })
})

describe('it says in words what is wrong', () => {
  test('no such application role', async () => {
    await expect(migrate(db.ownerUrl, 'nobody_here')).rejects.toThrow('The database has no role nobody_here')
  })

  test('a database that a newer Guichet has changed: it is left as it is', async () => {
    await migrate(db.ownerUrl, appRole)
    await ask(
      db.ownerUrl,
      `insert into drizzle.__drizzle_migrations (hash, created_at)
        select 'of a later one', max(created_at) + 1 from drizzle.__drizzle_migrations;
       comment on table drizzle.turn is 'as of a later one'`,
    )
    await expect(migrate(db.ownerUrl, appRole)).rejects.toThrow('A newer Guichet has changed this database')
    expect(
      await ask(db.ownerUrl, `select obj_description('drizzle.turn'::regclass, 'pg_class') as noted`),
    ).toEqual([{ noted: 'as of a later one' }])
  })

  test('no server, no database, no right', async () => {
    await expect(migrate('postgres://x@127.0.0.1:1/x', appRole)).rejects.toThrow(
      'The database cannot be reached',
    )
    await expect(migrate(`${db.ownerUrl}x`, appRole)).rejects.toThrow('The database does not exist')
    await expect(migrate(db.appUrl, appRole)).rejects.toThrow('does not let the role of DATABASE_OWNER_URL')
    await expect(migrate(db.ownerUrl.replace(/:[^:]*@/, ':wrong@'), appRole)).rejects.toThrow(
      'refuses the password',
    )
  })
})
