import { sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { queueMail } from '../mail/outbox.ts'
import { type RequestKind, recordEvent } from './record.ts'

export type PacksToMail = {
  customerId: string
  /** Who asked for the request: nobody else gets its packs by mail. */
  personId: string
  request: { id: string; number: number; kind: RequestKind }
  packs: number
}

/**
 * Sends a request's packs to the confirmed address of who asked for it, through the outbox; the files are made when
 * the mail is sent (packs-mail.ts). They count as fetched from now on. False where there is no confirmed address.
 */
export async function mailPacks(
  tx: Db,
  { customerId, personId, request, packs }: PacksToMail,
): Promise<boolean> {
  const { id: requestId, number, kind } = request
  const params = { requestId, number, kind, packs }
  const mailId = await queueMail(tx, { customerId, personId, template: 'request-packs', params })
  if (!mailId) return false
  const details = { way: 'mail', packs }
  await recordEvent(tx, { customerId, requestId, personId, kind: 'pack-fetched', details })
  await recordActivity(tx, {
    customerId,
    personId,
    verb: 'packs.mailed',
    objectKind: 'request',
    objectId: requestId,
    requestId,
    details: { number, packs },
  })
  return true
}

const mostADay = 20

/** Whether a person has sent themselves that request's packs often enough for a day. */
export async function isMailedEnough(tx: Db, customerId: string, requestId: string): Promise<boolean> {
  const [row] = await tx.execute<{ sent: number }>(sql`
    select count(*)::int as sent from request_events
    where customer_id = ${customerId} and request_id = ${requestId} and kind = 'pack-fetched'
      and details->>'way' = 'mail' and at > now() - interval '1 day'`)
  return row!.sent >= mostADay
}
