import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Forbidden } from '../errors.ts'
import { requestEvents } from '../schema.ts'
import { findRequestPack, type RequestPack } from './detail.ts'
import { type FoundRequest, findRequest } from './queries.ts'
import { recordEvent } from './record.ts'
import { isAboutPrivileges, maySee, type Scope } from './scope.ts'

/** The request of that number, if the person may see it. Throws NotFound, or Forbidden with what it takes. */
export async function reachRequest(tx: Db, customerId: string, number: number, scope: Scope) {
  const request = await findRequest(tx, customerId, number)
  if (!maySee(scope, request)) {
    throw new Forbidden(isAboutPrivileges(request.kind) ? ['supervisor'] : ['licensing', 'reporting'])
  }
  return request
}

/** Who asked may have the packs the request produced; every other pack takes Reporting (domain.md section 4). */
export function mayFetch(
  scope: Scope,
  request: FoundRequest,
  pack: Pick<RequestPack, 'isProduced'>,
): boolean {
  return scope.holds.reporting || (pack.isProduced && request.requestedBy === scope.personId)
}

/** A pack of a request with its text, to read. Throws NotFound or Forbidden. */
export async function readPack(tx: Db, customerId: string, number: number, hostId: string, scope: Scope) {
  const request = await reachRequest(tx, customerId, number, scope)
  const pack = await findRequestPack(tx, customerId, request, hostId)
  if (!mayFetch(scope, request, pack)) throw new Forbidden(['reporting'])
  return { request, pack }
}

/**
 * The same to keep: the first time a person takes a pack is noted in the request's timeline (undo asks whether any
 * pack of a plan was fetched).
 */
export async function fetchPack(tx: Db, customerId: string, number: number, hostId: string, scope: Scope) {
  const found = await readPack(tx, customerId, number, hostId, scope)
  const { request, pack } = found
  const of = { customerId, requestId: request.id, personId: scope.personId, kind: 'pack-fetched' as const }
  if (!(await wasFetched(tx, of, hostId))) {
    await recordEvent(tx, { ...of, details: { hostId, issue: pack.issue } })
  }
  return found
}

async function wasFetched(
  tx: Db,
  { customerId, requestId, personId }: { customerId: string; requestId: string; personId: string },
  hostId: string,
): Promise<boolean> {
  const [found] = await tx
    .select({ id: requestEvents.id })
    .from(requestEvents)
    .where(
      and(
        eq(requestEvents.customerId, customerId),
        eq(requestEvents.requestId, requestId),
        eq(requestEvents.personId, personId),
        eq(requestEvents.kind, 'pack-fetched'),
        sql`${requestEvents.details}->>'hostId' = ${hostId}`,
      ),
    )
    .limit(1)
  return found !== undefined
}
