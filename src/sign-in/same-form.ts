import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { digestOfForm, formKeyOf } from '../web/once.ts'

const seconds = 60

/**
 * Remembers that this very form (its key, password and code among it) has just shown who somebody is. In the
 * transaction that takes its code, so that the same form that waits for it finds the mark.
 */
export async function markAccepted(tx: Db, request: FastifyRequest, personId: string): Promise<void> {
  const key = formKeyOf(request)
  if (!key) return
  await tx.execute(sql`
    insert into form_keys (person_id, key, body_digest, location)
    values (${personId}, ${key}, ${digestOfForm(request)}, ${request.url}) on conflict do nothing`)
}

/** Whether it is the second click on a form that was accepted within a minute. */
export async function wasAccepted(db: Db, request: FastifyRequest, personId: string): Promise<boolean> {
  const key = formKeyOf(request)
  if (!key) return false
  const rows = await db.execute(sql`
    select key from form_keys
    where person_id = ${personId} and key = ${key} and body_digest = ${digestOfForm(request)}
      and created_at > now() - make_interval(secs => ${seconds}::int)`)
  return rows.length > 0
}
