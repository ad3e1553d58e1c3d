import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { keyFor } from '../config.ts'
import type { Db } from '../db.ts'
import { Conflict } from '../errors.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whose forms those are that people send who are not signed in. */
const nobody = '00000000-0000-0000-0000-000000000000'

// An act may be a plan of thousands of lines, and a second arrival waits for the first.
const deadlineMs = 30_000

/**
 * Acts on a form once, however often it arrives (quality.md 12): the form's key is claimed in the transaction of the
 * act, a second arrival waits for the first and answers the same place. `work` gives the place; it may run again
 * after a serialisation failure, and everything it does is undone when it throws. Same key with another body, or a
 * form without key: Conflict. An act on a person's companies, where the address has none, names them in `customerIds`.
 */
export async function actOnce(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Db) => Promise<string>,
  { customerIds = request.customer?.id }: { customerIds?: string | readonly string[] | undefined } = {},
): Promise<FastifyReply> {
  const { database } = request.server
  const act = (tx: Db) => claim(tx, request, work)
  const location = await (customerIds
    ? database.forCustomer(customerIds, act, { deadlineMs })
    : database.transaction(act, { deadlineMs }))
  return reply.redirect(location, 303)
}

async function claim(tx: Db, request: FastifyRequest, work: (tx: Db) => Promise<string>): Promise<string> {
  const key = formKeyOf(request)
  if (!key) throw new Conflict('forms.withoutKey')
  const personId = request.person?.id ?? nobody
  const digest = digestOfForm(request)
  const claimed = await tx.execute(sql`
    insert into form_keys (person_id, key, body_digest, location) values (${personId}, ${key}, ${digest}, '')
    on conflict (person_id, key) do nothing returning key`)
  if (claimed.length === 0) {
    const [earlier] = await tx.execute<{ digest: string; location: string }>(sql`
      select body_digest as digest, location from form_keys where person_id = ${personId} and key = ${key}`)
    if (earlier?.digest !== digest) throw new Conflict('forms.keyReused')
    return earlier.location
  }
  const location = await work(tx)
  await tx.execute(
    sql`update form_keys set location = ${location} where person_id = ${personId} and key = ${key}`,
  )
  return location
}

/** For how long the key of a form that was acted on is kept (jobs/retention.ts). */
export const weekInSeconds = 7 * 24 * 3600

/**
 * Where the very form that was sent (its key and all that was typed) led this person within that time; else
 * undefined.
 */
export async function findAnswered(
  db: Db,
  request: FastifyRequest,
  personId: string,
  seconds: number,
): Promise<string | undefined> {
  const key = formKeyOf(request)
  if (!key) return undefined
  const [row] = await db.execute<{ location: string }>(sql`
    select location from form_keys
    where person_id = ${personId} and key = ${key} and body_digest = ${digestOfForm(request)}
      and created_at > now() - make_interval(secs => ${seconds}::int)`)
  return row?.location
}

/** The key of the form that was sent; undefined where it has none. */
export function formKeyOf({ body }: FastifyRequest): string | undefined {
  const key = String((body as { _key?: unknown } | undefined)?._key ?? '')
  return uuid.test(key) ? key : undefined
}

/** What tells whether a form of the same key is the same: address and fields, in hex. */
export function digestOfForm(request: FastifyRequest): string {
  const body = (request.body ?? {}) as Record<string, unknown>
  // With a key, since a form may hold a password, which a plain digest would help to guess.
  const hash = createHmac('sha256', keyFor(request.server.config, 'form')).update(request.url)
  for (const field of Object.keys(body).sort()) {
    if (field === '_csrf' || field === '_key') continue
    const value = body[field]
    hash.update(`\0${field}\0`).update(Buffer.isBuffer(value) ? value : JSON.stringify(value ?? null))
  }
  return hash.digest('hex')
}
