import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { APPEND_ONLY, CUSTOMER_TABLES, PERSON_TABLES } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'

// The catalogue of a migrated database: what the schema promises, whatever the code does.

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

// Unique per publisher: these say who has which number, or whose pack a printed code names, and belong to no customer.
const registers = ['contract_numbers', 'order_numbers', 'pack_marks']

const ask = (text: string) => db.owner.sql.unsafe(text)
const column = async (text: string) => (await ask(text)).map((row) => Object.values(row)[0])
const ours = `relnamespace = 'public'::regnamespace`

describe('row-level security', () => {
  test('every table with a customer is in the list of them', async () => {
    const tables = await column(`select table_name from information_schema.columns
      where table_schema = 'public' and column_name = 'customer_id' order by 1`)
    const listed = CUSTOMER_TABLES.filter((entry) => entry.column === 'customer_id').map(
      (entry) => entry.table,
    )
    expect([...listed, ...registers, 'account_requests'].sort()).toEqual(tables)
  })

  test('is on, and forced, on all of them', async () => {
    const tables = await column(
      `select relname from pg_class where ${ours} and relrowsecurity and relforcerowsecurity order by 1`,
    )
    expect(tables).toEqual([...CUSTOMER_TABLES.map(({ table }) => table), ...PERSON_TABLES].sort())
  })

  test('the application’s role owns nothing and cannot get around it', async () => {
    const [role] = await db.database.sql`select rolsuper, rolbypassrls, rolcreaterole,
      exists (select from pg_class where relowner = r.oid) as owns from pg_roles r where rolname = current_user`
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, owns: false })
    expect(
      await column(`select rolname from pg_roles where pg_has_role('guichet_app', oid, 'member')`),
    ).toEqual(['guichet_app'])
  })
})

describe('the planner', () => {
  test('takes a company for a large one in every table of theirs', async () => {
    const sized = await column(`select relname from pg_attribute join pg_class c on c.oid = attrelid
      where ${ours} and attname = 'customer_id' and 'n_distinct=-0.001' = any(attoptions) order by 1`)
    expect(sized).toEqual(
      CUSTOMER_TABLES.filter((e) => e.column === 'customer_id')
        .map(({ table }) => table)
        .sort(),
    )
  })

  test('can use every index for the order of a list: none has its nulls where no query has them', async () => {
    // Bits of an index's column: 1 descending, 2 nulls first; "order by x desc" means both.
    expect(
      await column(`select indexrelid::regclass::text from pg_index i join pg_class c on c.oid = indrelid
        where ${ours} and exists (select from unnest(indoption::int[]) o where o in (1, 2))`),
    ).toEqual([])
  })
})

describe('append-only tables', () => {
  test('can be read and added to by the application, never changed, deleted from or emptied', async () => {
    const may = (right: string) =>
      column(`select relname from pg_class where ${ours} and relkind = 'r'
        and has_any_column_privilege('guichet_app', oid, '${right}') order by 1`)
    const all = await column(`select relname from pg_class where ${ours} and relkind = 'r' order by 1`)
    const changeable = all.filter((table) => !APPEND_ONLY.includes(table))
    expect(await may('select')).toEqual(all)
    expect(await may('insert')).toEqual(all)
    expect(await may('update')).toEqual(changeable)
    const mayTable = (right: string) =>
      column(`select relname from pg_class where ${ours} and relkind = 'r'
        and has_table_privilege('guichet_app', oid, '${right}') order by 1`)
    expect(await mayTable('delete')).toEqual(changeable)
    expect(await mayTable('truncate')).toEqual([])
  })
})

describe('the portable core', () => {
  test('no triggers, functions, rules, extensions or inheritance of our own', async () => {
    expect(await column(`select tgname from pg_trigger where not tgisinternal`)).toEqual([])
    expect(await column(`select proname from pg_proc where pronamespace = 'public'::regnamespace`)).toEqual(
      [],
    )
    expect(
      await column(`select ev_class from pg_rewrite join pg_class c on c.oid = ev_class where ${ours}`),
    ).toEqual([])
    expect(await column(`select extname from pg_extension where extname <> 'plpgsql'`)).toEqual([])
  })

  test('the customer comes first in every primary, unique and foreign key of a customer’s table', async () => {
    const keys = await ask(`select relname, conname, contype, array(
        select attname::text from unnest(conkey) with ordinality k(n, i)
        join pg_attribute on attrelid = conrelid and attnum = n order by i) as columns
      from pg_constraint join pg_class c on c.oid = conrelid where ${ours} and contype in ('p', 'u', 'f')`)
    const tables = new Set(
      CUSTOMER_TABLES.filter((e) => e.column === 'customer_id').map(({ table }) => table),
    )
    const wrong = keys.filter(({ contype, columns }) =>
      // A foreign key to what belongs to no customer (a product, a person) has no customer to begin with.
      contype === 'f' ? columns.length > 1 && columns[0] !== 'customer_id' : columns[0] !== 'customer_id',
    )
    expect(wrong.filter(({ relname }) => tables.has(relname))).toEqual([])
  })

  test('no row of one customer can refer to another’s: keys between customers’ tables carry the customer', async () => {
    const foreign = await ask(`select c.relname as from, t.relname as to, conname,
        (select attname::text from pg_attribute where attrelid = conrelid and attnum = conkey[1]) as first
      from pg_constraint join pg_class c on c.oid = conrelid join pg_class t on t.oid = confrelid
      where c.${ours} and contype = 'f'`)
    const tables = new Set(CUSTOMER_TABLES.map(({ table }) => table))
    const between = foreign.filter((key) => tables.has(key.from) && tables.has(key.to))
    expect(between.length).toBeGreaterThan(10)
    expect(between.filter(({ first }) => first !== 'customer_id')).toEqual([])
  })

  test('IDs are made by the application: no column makes its own', async () => {
    const defaults = await column(`select table_name || '.' || column_name from information_schema.columns
      where table_schema = 'public' and (column_default ~ 'nextval|uuid' or is_identity = 'YES') order by 1`)
    expect(defaults).toEqual([])
  })
})
