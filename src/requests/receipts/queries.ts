import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { recordActivity } from '../../activity/record.ts'
import type { Db } from '../../db.ts'
import { Conflict, Invalid, NotFound } from '../../errors.ts'
import { isId, newId } from '../../ids.ts'
import type { RequestKind, RequestStatus } from '../record.ts'

/** Receipts of one request that may be open at a time. */
const mostOpen = 20

export type Receipt = {
  id: string
  madeBy: string
  createdAt: Date
  expiresAt: Date
  state: 'live' | 'ended' | 'revoked'
}

/** What a receipt shows, and nothing else (domain.md section 4). */
export type ShownReceipt = {
  number: number
  kind: RequestKind
  status: RequestStatus
  createdAt: Date
  completedAt: Date | null
  expiresAt: Date
}

export type OfRequest = { customerId: string; personId: string; request: { id: string; number: number } }

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Makes a receipt for a year, found by its token (token.ts), which nobody can find out later; gives its ID. Throws
 * Invalid where as many are open as may be. Locks the request's row, so that two at once count each other.
 */
export async function makeReceipt(
  tx: Db,
  { customerId, personId, request, token }: OfRequest & { token: string },
): Promise<string> {
  await tx.execute(sql`
    select id from requests where customer_id = ${customerId} and id = ${request.id} for no key update`)
  const open = (await listReceipts(tx, customerId, request.id)).filter(({ state }) => state === 'live')
  if (open.length >= mostOpen) {
    throw new Invalid([{ field: 'make', key: 'requests.receipts.tooMany', params: { most: mostOpen } }])
  }
  const id = newId()
  await tx.execute(sql`
    insert into request_receipts (customer_id, id, request_id, token_hash, made_by, expires_at)
    values (${customerId}, ${id}, ${request.id}, ${hashOf(token)}, ${personId}, now() + interval '1 year')`)
  await record(tx, 'receipt.made', { customerId, personId, request })
  return id
}

/** Throws NotFound, or Conflict where it was revoked already. */
export async function revokeReceipt(tx: Db, of: OfRequest & { id: string }): Promise<void> {
  const { customerId, request, id } = of
  if (!isId(id)) throw new NotFound()
  const revoked = await tx.execute(sql`
    update request_receipts set revoked_at = now()
    where customer_id = ${customerId} and request_id = ${request.id} and id = ${id} and revoked_at is null
    returning id`)
  if (revoked.length > 0) return record(tx, 'receipt.revoked', of)
  const all = await listReceipts(tx, customerId, request.id)
  throw all.some((one) => one.id === id) ? new Conflict('requests.receipts.alreadyRevoked') : new NotFound()
}

function record(
  tx: Db,
  verb: 'receipt.made' | 'receipt.revoked',
  { customerId, personId, request }: OfRequest,
) {
  return recordActivity(tx, {
    customerId,
    personId,
    verb,
    objectKind: 'request',
    objectId: request.id,
    requestId: request.id,
    details: { number: request.number },
  })
}

/** A request's receipts, latest first; those that ended are removed in time (jobs/retention.ts). */
export async function listReceipts(tx: Db, customerId: string, requestId: string): Promise<Receipt[]> {
  const rows = await tx.execute<
    Omit<Receipt, 'createdAt' | 'expiresAt'> & Record<'createdAt' | 'expiresAt', string>
  >(
    sql`
    select c.id, coalesce(nullif(p.name, ''), p.email, '') as "madeBy",
      to_json(c.created_at)#>>'{}' as "createdAt", to_json(c.expires_at)#>>'{}' as "expiresAt",
      case when c.revoked_at is not null then 'revoked' when c.expires_at <= now() then 'ended' else 'live' end as state
    from request_receipts c
    left join people p on p.id = c.made_by
    where c.customer_id = ${customerId} and c.request_id = ${requestId}
    order by c.created_at desc, c.id desc limit 200`,
  )
  return rows.map((row) => ({
    ...row,
    createdAt: new Date(row.createdAt),
    expiresAt: new Date(row.expiresAt),
  }))
}

/** How many of them are open. */
export async function countReceipts(tx: Db, customerId: string, requestId: string): Promise<number> {
  const [row] = await tx.execute<{ open: number }>(sql`
    select count(*)::int as open from request_receipts
    where customer_id = ${customerId} and request_id = ${requestId} and revoked_at is null and expires_at > now()`)
  return row!.open
}

type Reads = { readCustomer<T>(id: string, work: (tx: Db) => Promise<T>): Promise<T> }
type Row = Record<keyof ShownReceipt, string | null>

/** What a company's receipt of a token shows; undefined where it leads to none, revoked and ended ones included. */
export async function findReceipt(
  database: Reads,
  customerId: string,
  token: string,
): Promise<ShownReceipt | undefined> {
  const [row] = await database.readCustomer(customerId, (tx) =>
    tx.execute<Row>(sql`
      select r.number::text as number, r.kind, r.status, to_json(r.created_at)#>>'{}' as "createdAt",
        to_json(r.completed_at)#>>'{}' as "completedAt", to_json(c.expires_at)#>>'{}' as "expiresAt"
      from request_receipts c
      join requests r on r.customer_id = c.customer_id and r.id = c.request_id
      where c.customer_id = ${customerId} and c.token_hash = ${hashOf(token)} and c.revoked_at is null
        and c.expires_at > now()`),
  )
  return row && shown(row)
}

function shown({ number, kind, status, createdAt, completedAt, expiresAt }: Row): ShownReceipt {
  return {
    number: Number(number),
    kind: kind as RequestKind,
    status: status as RequestStatus,
    createdAt: new Date(createdAt!),
    completedAt: completedAt === null ? null : new Date(completedAt),
    expiresAt: new Date(expiresAt!),
  }
}
