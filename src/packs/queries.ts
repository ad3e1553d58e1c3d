import { and, eq, inArray } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { hosts, packs } from '../schema.ts'

/** The pack that is current on each of these hosts, as it was issued; none of a host that has no pack yet. */
export async function listCurrentPacks(
  tx: Db,
  customerId: string,
  hostIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .select({ hostId: packs.hostId, text: packs.text })
    .from(packs)
    .innerJoin(hosts, and(eq(hosts.customerId, packs.customerId), eq(hosts.id, packs.hostId)))
    .where(
      and(
        eq(packs.customerId, customerId),
        inArray(packs.hostId, [...hostIds]),
        eq(packs.issue, hosts.packIssue),
      ),
    )
  return new Map(rows.map(({ hostId, text }) => [hostId, text]))
}

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
