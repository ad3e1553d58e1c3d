import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violated } from '../src/database/failures.ts'
import type { Database } from '../src/db.ts'
import { Unavailable } from '../src/errors.ts'
import { newId } from '../src/ids.ts'
import { associations, customers, customerVersions, people, sessions } from '../src/schema.ts'
import { type TestDatabase, testDatabase } from './helpers/database.ts'

let db: TestDatabase
let database: Database
const acme = newId()
const other = newId()
const ada = newId()

beforeAll(async () => {
  db = await testDatabase()
  database = db.database
  await db.owner.transaction(async (tx) => {
    await tx.insert(people).values({ id: ada, email: 'ada@example.com', name: 'Ada' })
    await tx.insert(customers).values([
      { id: acme, customerNumber: '100234', name: 'Acme' },
      { id: other, customerNumber: '100871', name: 'Other' },
    ])
    await tx.insert(associations).values({ customerId: acme, personId: ada })
  })
})
afterAll(() => db.drop())

const names = (found: { name: string }[]) => found.map(({ name }) => name).sort()
const addVersion = (id: string, customerId: string) => (tx: Database['db']) =>
  tx.insert(customerVersions).values({ id, customerId, name: 'x' })
const storedVersions = async (id: string) =>
  db.owner.db.select().from(customerVersions).where(eq(customerVersions.id, id))

describe('row-level security', () => {
  test('without a customer no row is seen', async () => {
    expect(await database.db.select().from(customers)).toEqual([])
    expect(await database.transaction((tx) => tx.select().from(customers))).toEqual([])
  })

  test('a customer sees its own rows only, in reading and in writing transactions', async () => {
    expect(names(await database.readCustomer(acme, (tx) => tx.select().from(customers)))).toEqual(['Acme'])
    expect(names(await database.forCustomer(other, (tx) => tx.select().from(customers)))).toEqual(['Other'])
  })

  test('several customers at once', async () => {
    const found = await database.readCustomer([acme, other], (tx) => tx.select().from(customers))
    expect(names(found)).toEqual(['Acme', 'Other'])
    expect(await database.readCustomer([], (tx) => tx.select().from(customers))).toEqual([])
  })

  test('a row of another customer cannot be written', async () => {
    const id = newId()
    await expect(database.forCustomer(acme, addVersion(id, other))).rejects.toThrow()
    expect(await storedVersions(id)).toEqual([])
  })

  test('a person sees their own associations and those customers', async () => {
    expect(names(await database.forPerson(ada, (tx) => tx.select().from(customers)))).toEqual(['Acme'])
    expect(await database.forPerson(newId(), (tx) => tx.select().from(associations))).toEqual([])
  })

  test('the customer of one call is gone in the next on the same connection', async () => {
    const single = db.connect({ poolSize: 1 })
    await single.readCustomer(acme, (tx) => tx.select().from(customers))
    await single.forCustomer(acme, (tx) => tx.select().from(customers))
    expect(await single.db.select().from(customers)).toEqual([])
  })

  test('what is no ID is refused before it is sent', async () => {
    await expect(database.readCustomer(`${acme},`, async () => 1)).rejects.toThrow(TypeError)
    await expect(database.forPerson("'", async () => 1)).rejects.toThrow(TypeError)
  })

  test('append-only tables can be added to, not changed', async () => {
    const id = newId()
    await database.forCustomer(acme, addVersion(id, acme))
    await expect(
      database.forCustomer(acme, (tx) => tx.update(customerVersions).set({ name: 'y' })),
    ).rejects.toThrow()
    await expect(database.forCustomer(acme, (tx) => tx.delete(customerVersions))).rejects.toThrow()
    expect(await storedVersions(id)).toMatchObject([{ name: 'x' }])
  })
})

describe('transactions', () => {
  test('are stored whole', async () => {
    const ids = [newId(), newId()]
    const result = await database.forCustomer(acme, async (tx) => {
      await Promise.all(ids.map((id) => addVersion(id, acme)(tx)))
      return 'done'
    })
    expect(result).toBe('done')
    for (const id of ids) expect(await storedVersions(id)).toHaveLength(1)
  })

  test('or not at all, and the connection is as good as new', async () => {
    const single = db.connect({ poolSize: 1 })
    const id = newId()
    const work = single.forCustomer(acme, async (tx) => {
      await addVersion(id, acme)(tx)
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await storedVersions(id)).toEqual([])
    expect(await single.readCustomer(acme, (tx) => tx.select().from(customers))).toHaveLength(1)
  })

  test('a failed statement that the work passes over still undoes everything, and is told', async () => {
    const id = newId()
    const work = database.forCustomer(acme, async (tx) => {
      await addVersion(id, acme)(tx)
      await addVersion(id, acme)(tx).catch(() => {})
    })
    await expect(work).rejects.toThrow()
    expect(violated(await work.catch((error) => error))).toBe('customer_versions_customer_id_id_pk')
    expect(await storedVersions(id)).toEqual([])
  })

  test('a nested one fails alone', async () => {
    const [kept, undone] = [newId(), newId()]
    await database.forCustomer(acme, async (tx) => {
      await addVersion(kept, acme)(tx)
      const nested = tx.transaction(async (inner) => {
        await addVersion(undone, acme)(inner)
        await addVersion(undone, acme)(inner)
      })
      await expect(nested).rejects.toThrow()
    })
    expect(await storedVersions(kept)).toHaveLength(1)
    expect(await storedVersions(undone)).toEqual([])
  })

  test('a reading one cannot write', async () => {
    await expect(database.readCustomer(acme, addVersion(newId(), acme))).rejects.toThrow()
  })

  test('a statement that comes after the end is refused', async () => {
    const id = newId()
    const late = Promise.withResolvers<unknown>()
    const refused = expect(late.promise).rejects.toThrow()
    await database.forCustomer(acme, async (tx) => {
      setImmediate(() => addVersion(id, acme)(tx).then(late.resolve, late.reject))
    })
    await refused
    expect(await storedVersions(id)).toEqual([])
  })

  test('deadlocked ones both get through', async () => {
    const rows = [newId(), newId()]
    await database.db.insert(people).values(rows.map((id) => ({ id, email: id })))
    const bothHold = barrier(2)
    const lock = (order: string[]) =>
      database.transaction(async (tx) => {
        const touch = (id: string) =>
          tx.update(people).set({ phone: sql`phone || '1'` }).where(eq(people.id, id))
        await touch(order[0]!)
        await bothHold()
        await touch(order[1]!)
      })
    await Promise.all([lock(rows), lock([...rows].reverse())])
    const stored = await db.owner.db.select().from(people).where(sql`phone = '11'`)
    expect(stored).toHaveLength(2)
  })
})

describe('values', () => {
  test('instants are dates, days are text, JSON is JSON', async () => {
    const at = new Date('2026-11-24T10:11:12.345Z')
    const values = { idHash: newId(), personId: ada, data: { a: [1, 'é'] }, expiresAt: at }
    await database.db.insert(sessions).values(values)
    expect(await database.db.select().from(sessions)).toMatchObject([values])
    const [row] =
      await database.sql`select '2026-11-24'::date as day, ${at}::timestamptz as at, '{"a":1}'::jsonb as doc`
    expect(row).toEqual({ day: '2026-11-24', at, doc: { a: 1 } })
  })

  test('a value that cannot be sent fails alone', async () => {
    const [good, bad] = await Promise.allSettled([
      database.db.execute(sql`select ${'x'}::text as x`),
      database.db.execute(sql`select ${Symbol('no')}::text as x`),
    ])
    expect(bad.status).toBe('rejected')
    expect(good).toMatchObject({ status: 'fulfilled', value: [{ x: 'x' }] })
    await expect(
      database.transaction(async (tx) => {
        const queries = [sql`select 1 as n`, sql`select ${Symbol('no')}::text`, sql`select 2 as n`]
        const [one, , two] = await Promise.allSettled(queries.map((query) => tx.execute(query)))
        return [one, two]
      }),
    ).resolves.toMatchObject([{ value: [{ n: 1 }] }, { value: [{ n: 2 }] }])
  })
})

describe('without prepared statements (pgbouncer)', () => {
  test('all of it works', async () => {
    const plain = db.connect({ prepare: false })
    const id = newId()
    await plain.forCustomer(acme, addVersion(id, acme))
    expect(await plain.readCustomer(acme, (tx) => tx.select().from(customers))).toHaveLength(1)
    expect(await storedVersions(id)).toHaveLength(1)
    await plain.ping()
    const prepared = await plain.db.execute(sql`select count(*)::int as n from pg_prepared_statements`)
    expect(prepared).toEqual([{ n: 0 }])
  })
})

describe('limits', () => {
  test('a call that takes too long ends, and its connection is replaced', async () => {
    const quick = db.connect({ poolSize: 1, deadlineMs: 1000 })
    await expect(quick.db.execute(sql`select pg_sleep(5)`)).rejects.toThrow(Unavailable)
    await expect(quick.transaction((tx) => tx.execute(sql`select pg_sleep(5)`))).rejects.toThrow(Unavailable)
    await expect(quick.transaction(() => new Promise(() => {}))).rejects.toThrow(Unavailable)
    await quick.ping()
  })

  test('one call may be given longer', async () => {
    const quick = db.connect({ deadlineMs: 1000 })
    const work = quick.transaction((tx) => tx.execute(sql`select pg_sleep(1.5), 1 as n`), {
      deadlineMs: 9000,
    })
    expect(await work).toMatchObject([{ n: 1 }])
  })

  test('who waits too long for a connection is told', async () => {
    const quick = db.connect({ poolSize: 1, deadlineMs: 1000 })
    const begun = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    const holding = quick.transaction(
      () => {
        begun.resolve()
        return end.promise
      },
      { deadlineMs: 9000 },
    )
    await begun.promise
    await expect(quick.ping()).rejects.toThrow('no database connection')
    end.resolve()
    await holding
    await quick.ping()
  })
})

/** Lets everyone go on when `count` have come; later ones at once. */
function barrier(count: number): () => Promise<void> {
  const open = Promise.withResolvers<void>()
  let come = 0
  return () => {
    if (++come === count) open.resolve()
    return open.promise
  }
}
