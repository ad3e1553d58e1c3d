import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { migrate } from '../../src/tasks/migrate.ts'
import { emptyDatabase } from '../helpers/database.ts'

const folder = fileURLToPath(new URL('../../drizzle', import.meta.url))
type Journal = { entries: { idx: number; tag: string }[] }
const journal: Journal = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8'))

/** The folder of migrations as it was when it ended with that one. */
async function migrationsUpTo(index: number): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'guichet-migrations-'))
  await cp(folder, copy, { recursive: true })
  const entries = journal.entries.slice(0, index + 1)
  await writeFile(join(copy, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }))
  return copy
}

// One of what later versions add columns to, in columns of the first version.
const inUse = `
  insert into customers (id, customer_number, name) values ('00000000-0000-7000-8000-000000000001', '100234', 'Lemaire');
  insert into people (id, email, name) values ('00000000-0000-7000-8000-000000000002', 'luc@example.com', 'Luc');
  insert into associations (customer_id, person_id)
    values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002');
  insert into hosts (customer_id, id, label, kind, status, pack_issue) values
    ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003', 'LYO-CAD-07', 'single', 'active', 1);
  insert into requests (customer_id, id, number, kind, status, requested_by) values
    ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000004', 100000009, 'configure', 'completed',
     '00000000-0000-7000-8000-000000000002');
  insert into packs (customer_id, host_id, issue, text, digest, key_id, request_id) values
    ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003', 1, 'text', 'aa', 'k',
     '00000000-0000-7000-8000-000000000004');
  insert into publisher (id, name) values (1, 'Halden');`

test.each(journal.entries.slice(0, -1))(
  'a database in use that was made by $tag is brought up to date, and what is in it stays',
  async ({ idx: index }) => {
    const db = await emptyDatabase()
    const earlier = await migrationsUpTo(index)
    const owner = postgres(db.ownerUrl, { max: 1, onnotice: () => {} })
    try {
      await runMigrations(drizzle(owner), { migrationsFolder: earlier })
      await owner.unsafe(inUse)
      await migrate(db.ownerUrl, new URL(db.appUrl).username)
      const [row] = await owner.unsafe(`
        select (select name from customers) as customer, (select label from hosts) as host,
          (select number::int from requests) as request, (select count(*)::int from pack_marks) as marks,
          (select temporary_days from publisher) as days`)
      // From the version on that has marks, packs get theirs when they are issued.
      const marks = index < 2 ? 1 : 0
      expect(row).toEqual({ customer: 'Lemaire', host: 'LYO-CAD-07', request: 100000009, marks, days: 14 })
    } finally {
      await owner.end()
      await db.drop()
      await rm(earlier, { recursive: true, force: true })
    }
  },
)
