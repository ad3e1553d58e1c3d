import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { TooMany } from '../errors.ts'
import { digestOfForm, formKeyOf } from '../web/once.ts'

/** A limit of tries in a window of time, kept in the database so that it holds across processes. */
export interface Limit {
  key: string
  tries: number
  minutes: number
  /** Of all that comes from one network, whoever it is. */
  isOfNetwork?: true
}

/**
 * Counts a try against each limit and says for how many minutes the person has to wait, 0 for not at all.
 * Keys are stored hashed: they hold addresses.
 */
export async function countTry(db: Db, limits: Limit[]): Promise<number> {
  return longest(await Promise.all(limits.map((limit) => countOne(db, limit, 1))))
}

/**
 * The same of what was typed into a form: its second arrival within ten seconds, a double click, is no other guess and
 * counts against the limit of the network alone.
 */
export async function countForm(request: FastifyRequest, limits: Limit[]): Promise<number> {
  const { db } = request.server.database
  // First, so that nobody who has to wait anyway stores anything.
  const network = await countTry(db, limits.filter(isOfNetwork))
  if (network) return network
  const tries = (await isSecondArrival(db, request)) ? 0 : 1
  const others = limits.filter((limit) => !isOfNetwork(limit))
  return longest(await Promise.all(others.map((limit) => countOne(db, limit, tries))))
}

/** countForm, and TooMany where one has to wait. */
export async function refuseTooMany(request: FastifyRequest, limits: Limit[]): Promise<void> {
  const minutes = await countForm(request, limits)
  if (minutes) throw new TooMany(minutes, 'sign-in.tooMany')
}

/**
 * Counts an act in its own transaction, so that a form sent twice counts once. Throws TooMany, with words of that key;
 * then nothing is counted.
 */
export async function countAct(tx: Db, limits: Limit[], key = 'sign-in.tooMany'): Promise<void> {
  const minutes = await countTry(tx, limits)
  if (minutes) throw new TooMany(minutes, key)
}

const longest = (waits: number[]) => Math.max(0, ...waits)
const isOfNetwork = (limit: Limit) => limit.isOfNetwork === true

/** Whose rows of form_keys those are that only say that a form has come. */
const arrivals = '00000000-0000-0000-0000-000000000001'

async function isSecondArrival(db: Db, request: FastifyRequest): Promise<boolean> {
  const key = formKeyOf(request)
  if (!key) return false
  const first = await db.execute(sql`
    insert into form_keys as f (person_id, key, body_digest, location)
    values (${arrivals}, ${key}, ${digestOfForm(request)}, '')
    on conflict (person_id, key) do update set body_digest = excluded.body_digest, created_at = now()
      where f.body_digest <> excluded.body_digest or f.created_at < now() - interval '10 seconds'
    returning key`)
  return first.length === 0
}

async function countOne(db: Db, { key, tries: most, minutes }: Limit, tries: 0 | 1): Promise<number> {
  const [row] = await db.execute<{ tries: number; wait: number }>(sql`
    insert into throttles as t (key, tries, window_starts_at) values (${stored(key)}, ${tries}::int, now())
    on conflict (key) do update set
      tries = case when t.window_starts_at < now() - make_interval(mins => ${minutes}::int) then 0 else t.tries end
              + excluded.tries,
      window_starts_at = case when t.window_starts_at < now() - make_interval(mins => ${minutes}::int) then now()
                              else t.window_starts_at end
    returning tries,
      ceil(extract(epoch from window_starts_at + make_interval(mins => ${minutes}::int) - now()) / 60)::int as wait`)
  return row && row.tries > most ? Math.max(1, row.wait) : 0
}

/** Forgets the tries of a key, after the right password. */
export async function forgetTries(db: Db, key: string): Promise<void> {
  await db.execute(sql`delete from throttles where key = ${stored(key)}`)
}

function stored(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
