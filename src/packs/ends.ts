import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { uuidArray } from '../sql.ts'
import { dayOfFlexnetDate } from './formats/flexnet.ts'
import { readLicenseFile } from './formats/flexnet-reader.ts'

/** Days before the end of one of its licenses from which a pack says so. */
export const packEndDays = 30

/**
 * Of each of these hosts the soonest day on which a license placed there ends, from `today` to 30 days on; none where
 * none does. Also where a renewal is known: the pack on the host has the old end in it until the next issue.
 */
export async function listPackEnds(
  tx: Db,
  customerId: string,
  hostIds: readonly string[],
  today: string,
): Promise<Map<string, string>> {
  const rows = await tx.execute<{ hostId: string; endsOn: string }>(sql`
    select l.host_id as "hostId", min(e.ends_on)::text as "endsOn"
    from placements l
    join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
    where l.customer_id = ${customerId} and l.host_id = any(${uuidArray(hostIds)})
      and e.ends_on between ${today}::date and ${today}::date + ${packEndDays}::int
    group by l.host_id`)
  return new Map(rows.map(({ hostId, endsOn }) => [hostId, endsOn]))
}

/** The same of a pack as it was issued, read from its license lines; null where none of them ends so soon. */
export function endInPack(text: string, today: string): string | null {
  const last = new Date(Date.parse(today) + packEndDays * 86_400_000).toISOString().slice(0, 10)
  const ends = readLicenseFile(text)
    .lines.filter(({ words }) => words[0] === 'INCREMENT')
    .map(({ words }) => dayOfFlexnetDate(words[4] ?? ''))
    .filter((day): day is string => typeof day === 'string' && day >= today && day <= last)
  return ends.sort()[0] ?? null
}
