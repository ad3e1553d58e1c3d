import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { keyFor } from '../config.ts'
import type { Db } from '../db.ts'
import { localPath } from '../web/local-path.ts'
import { digestOfForm, findAnswered, formKeyOf } from '../web/once.ts'

const seconds = 60

/**
 * Remembers that this very form (its key, password and code among it) has just shown who somebody is, and where that
 * led. True for the second click on it. In the transaction that takes its code, so that the same form that waits for
 * it finds the mark.
 */
export async function acceptForm(
  tx: Db,
  request: FastifyRequest,
  personId: string,
  to: string,
): Promise<boolean> {
  const key = formKeyOf(request)
  if (!key) return false
  const marked = await tx.execute(sql`
    insert into form_keys (person_id, key, body_digest, location)
    values (${personId}, ${key}, ${digestOfForm(request)}, ${localPath(to)}) on conflict do nothing returning key`)
  return marked.length === 0 && (await findAccepted(tx, request, personId)) !== undefined
}

/** Where the first click led, if this is the second one on a form that was accepted within a minute. */
export async function findAccepted(
  db: Db,
  request: FastifyRequest,
  personId: string,
): Promise<string | undefined> {
  return findAnswered(db, request, personId, seconds)
}

/**
 * The random part of the ID of the session that this form begins: the same for both clicks on it, whichever answer the
 * browser takes. Nobody can tell it without this installation's secret. Undefined for a form without key.
 */
export function sessionSecretOf(request: FastifyRequest, personId: string): string | undefined {
  const key = formKeyOf(request)
  if (!key) return undefined
  const form = `sign-in ${personId} ${key} ${digestOfForm(request)}`
  return createHmac('sha256', keyFor(request.server.config, 'form')).update(form).digest('base64url')
}
