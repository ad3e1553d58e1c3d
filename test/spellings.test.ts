import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isCalled } from '../src/sql.ts'
import { type TestDatabase, testDatabase } from './helpers/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

async function found(name: string, typed: string): Promise<boolean> {
  const [row] = await db.database.db.execute<{ is: boolean }>(
    sql`select ${isCalled(sql`${name}::text`, typed)} as is`,
  )
  return row!.is
}

test.each([
  ['Tracé', 'trace'],
  ['Trace', 'TRACÉ'],
  ['Hélène Œuvrard', 'helene oeuvr'],
  ['Coeur de ville', 'cœur'],
  ['Łódź', 'lodz'],
  ['Straße 7', 'strasse'],
  ['Hauptstrasse', 'straße'],
  ['İzmir', 'izmir'],
  ['İzmir', 'İZM'],
  ['Ярославль', 'ЯРО'],
  ['株式会社青空', '青空'],
])('%s is found by %s', async (name, typed) => {
  expect(await found(name, typed)).toBe(true)
})

test.each([
  ['Trace', 'tr_ce'],
  ['Trace', 'tr.ce'],
  ['Trace', '%'],
  ['Trace', '(?i)trace'],
  ['Trace', '***:t'],
  ['Trace', '[a]'],
  ['a\\b', 'a\\\\b'],
])('%s is not found by %s: nothing typed is a wildcard', async (name, typed) => {
  expect(await found(name, typed)).toBe(false)
})

test('whatever a name has in it, it is found by that', async () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .map((typed) => typed.normalize('NFC').replaceAll('\0', ''))
  await fc.assert(
    fc.asyncProperty(text, text, async (name, around) => {
      expect(await found(around + name + around, name)).toBe(true)
    }),
    { numRuns: 300 },
  )
})
