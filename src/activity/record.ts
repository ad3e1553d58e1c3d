import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { activity } from '../schema.ts'

export type ActivityEntry = {
  customerId: string
  /** Null: the counter itself. */
  personId: string | null
  /** Noun and past participle: 'plan.submitted', 'privilege.granted'. */
  verb: string
  objectKind: string
  objectId: string
  requestId?: string | null
  details?: Record<string, unknown>
}

/** Writes who did what to what, in the transaction of the act. The row can never be changed afterwards. */
export async function recordActivity(tx: Db, entry: ActivityEntry): Promise<void> {
  await tx.insert(activity).values({ id: newId(), ...entry, details: entry.details ?? {} })
}
