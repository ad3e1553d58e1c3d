import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

/** A limit of tries in a window of time, kept in the database so that it holds across processes. */
export interface Limit {
  key: string
  tries: number
  minutes: number
}

/**
 * Counts a try against each limit and says for how many minutes the person has to wait, 0 for not at all.
 * Keys are stored hashed: they hold addresses.
 */
export async function countTry(db: Db, limits: Limit[]): Promise<number> {
  const waits = await Promise.all(limits.map((limit) => countOne(db, limit)))
  return Math.max(0, ...waits)
}

async function countOne(db: Db, { key, tries, minutes }: Limit): Promise<number> {
  const [row] = await db.execute<{ tries: number; wait: number }>(sql`
    insert into throttles as t (key, tries, window_starts_at) values (${stored(key)}, 1, now())
    on conflict (key) do update set
      tries = case when t.window_starts_at < now() - make_interval(mins => ${minutes}::int) then 1 else t.tries + 1 end,
      window_starts_at = case when t.window_starts_at < now() - make_interval(mins => ${minutes}::int) then now()
                              else t.window_starts_at end
    returning tries,
      ceil(extract(epoch from window_starts_at + make_interval(mins => ${minutes}::int) - now()) / 60)::int as wait`)
  return row && row.tries > tries ? Math.max(1, row.wait) : 0
}

/** Forgets the tries of a key, after the right password. */
export async function forgetTries(db: Db, key: string): Promise<void> {
  await db.execute(sql`delete from throttles where key = ${stored(key)}`)
}

function stored(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
