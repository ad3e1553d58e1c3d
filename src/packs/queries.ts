import { and, eq } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { hosts, packs } from '../schema.ts'

/** A pack as it was issued, and the issue that is current on its host; undefined where there is none. */
export async function findIssue(tx: Db, customerId: string, hostId: string, issue: number) {
  const [row] = await tx
    .select({
      text: packs.text,
      digest: packs.digest,
      currentIssue: hosts.packIssue,
      isCurrent: hosts.isPackCurrent,
      status: hosts.status,
    })
    .from(packs)
    .innerJoin(hosts, and(eq(hosts.customerId, packs.customerId), eq(hosts.id, packs.hostId)))
    .where(and(eq(packs.customerId, customerId), eq(packs.hostId, hostId), eq(packs.issue, issue)))
  return row
}
