import { type PublisherEntry, recordPublisherActivity } from '../activity/publisher.ts'
import { operatorOf } from '../config.ts'
import type { Db } from '../db.ts'

/** What a command has done to the counter itself goes into its record, with the name of who ran it on this machine. */
export async function recordCommand(
  tx: Db,
  { particulars, ...entry }: Omit<PublisherEntry, 'personId'>,
): Promise<void> {
  const operator = operatorOf()
  const names = { ...particulars, ...(operator ? { operator } : {}) }
  await recordPublisherActivity(tx, { ...entry, personId: null, particulars: names })
}
