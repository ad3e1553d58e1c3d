import type { Db } from '../db.ts'
import { queueMail } from '../mail/outbox.ts'
import { tellColleagues } from '../notifications/tell-colleagues.ts'
import { type NewRequest, type RequestKind, recordRequest } from './record.ts'

/** Files a request that is done in the same transaction, and tells who asked. */
export async function recordCompleted(
  tx: Db,
  asked: Omit<NewRequest, 'status'>,
): Promise<{ id: string; number: number }> {
  const request = await recordRequest(tx, { ...asked, status: 'completed' })
  await tellCompleted(tx, { ...asked, number: request.number })
  return request
}

export type Completed = { customerId: string; personId: string; number: number; kind: RequestKind }

/** "Your request N is completed", to who asked and to colleagues who want to know; in the transaction that completes it. */
export async function tellCompleted(
  tx: Db,
  { customerId, personId, number, kind }: Completed,
): Promise<void> {
  await queueMail(tx, { customerId, personId, template: 'request-completed', params: { number, kind } })
  await tellColleagues(tx, { customerId, personId, number, kind })
}
