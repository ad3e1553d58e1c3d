import type { Db } from '../../db.ts'
import { asPerson } from '../../desk/scope.ts'
import { newId } from '../../ids.ts'
import { accountRequestEvents, accountRequests } from '../../schema.ts'
import { nextRequestNumber } from '../record.ts'

export type AccountRequestKind = (typeof accountRequests.$inferSelect)['kind']
export type AccountEventKind = (typeof accountRequestEvents.$inferSelect)['kind']

export type NewAccountRequest = {
  kind: AccountRequestKind
  personId: string
  customerId?: string
  /** As typed. */
  details: Record<string, unknown>
}

/** R2: files what a person asks for before any customer, under the next request number; it waits for the desk. */
export async function fileAccountRequest(
  tx: Db,
  { kind, personId, customerId, details }: NewAccountRequest,
): Promise<{ id: string; number: number }> {
  await asPerson(tx, personId)
  const id = newId()
  const number = await nextRequestNumber(tx)
  await tx
    .insert(accountRequests)
    .values({ id, number, kind, status: 'in-review', personId, customerId: customerId ?? null, details })
  await recordAccountEvent(tx, { requestId: id, personId, fromDesk: false, kind: 'submitted' })
  return { id, number }
}

export type NewAccountEvent = {
  requestId: string
  /** Null: the counter itself. */
  personId: string | null
  fromDesk: boolean
  kind: AccountEventKind
  text?: string
  details?: Record<string, unknown>
}

export async function recordAccountEvent(tx: Db, event: NewAccountEvent): Promise<void> {
  await tx.insert(accountRequestEvents).values({ id: newId(), text: '', details: {}, ...event })
}
