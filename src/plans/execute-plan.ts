import { sql } from 'drizzle-orm'
import { violated } from '../database/failures.ts'
import type { Db } from '../db.ts'
import { countIfStale } from '../entitlements/count.ts'
import { Invalid } from '../errors.ts'
import { configurationKey, numberConfigurations } from '../hosts/configurations.ts'
import { retireHosts, returnHosts } from '../hosts/retire.ts'
import { newId } from '../ids.ts'
import type { Cutter } from '../packs/cutters/built-in.ts'
import { issuePacks } from '../packs/issue.ts'
import { tellCompleted } from '../requests/completed.ts'
import { type RequestKind, recordRequest } from '../requests/record.ts'
import { activateHosts, dropPlannedHosts } from './activate-hosts.ts'
import {
  type Checked,
  type CheckedLine,
  checkPlan,
  entitlementOn,
  hostsOf,
  type Policies,
} from './check-plan.ts'
import { beginTemporary, endReturned, resumeReturned } from './temporary.ts'
import { settleUndone } from './undone.ts'
import { lockForTransfers, type TransferLine, writeTransfers } from './write-transfers.ts'

export type ExecuteOptions = {
  customerId: string
  planId: string
  /** Day in the publisher's zone, 'YYYY-MM-DD', and the instant. */
  today: string
  now?: Date
  publisher: Policies & { name: string }
  cut: Cutter
}

/** Whose request it is. A request that was held is there already. */
type For = { personId: string; kind: RequestKind; request?: { id: string; number: number } }

/** Counts, locks what the plan touches, and checks it: what it finds holds until the transaction ends. */
export async function checkAndLock(tx: Db, options: ExecuteOptions): Promise<Checked> {
  const { customerId, planId, today, publisher } = options
  await countIfStale(tx, customerId, today)
  await lockTouched(tx, customerId, planId)
  return checkPlan(tx, { customerId, planId, today, publisher })
}

/**
 * Does a plan that was found doable under its locks: files its request unless it has one, makes and ends hosts, writes
 * the transfers, cuts the packs, and tells who asked. Returns the request.
 */
export async function executePlan(tx: Db, options: ExecuteOptions, checked: Checked, whose: For) {
  const { customerId, planId, today, publisher, cut, now = new Date() } = options
  const { personId, kind } = whose
  const { undoes, retires = [], revives = [] } = checked.plan.details
  const request =
    whose.request ?? (await recordRequest(tx, { customerId, kind, status: 'completed', personId, planId }))
  if (undoes) await settleUndone(tx, { customerId, requestId: request.id, undoes })
  const hostIds = checked.hosts.map(({ id }) => id)
  await changeHosts(tx, { customerId, planId, retires, revives, requestId: request.id })
  await beginTemporary(tx, { customerId, planId, today, days: publisher.temporaryDays })
  if (undoes) await resumeReturned(tx, { customerId, today, lines: checked.lines })
  const lines = await numberLines(tx, customerId, checked)
  await writeTransfers(tx, { customerId, requestId: request.id, loadId: null, personId, lines })
  await endReturned(tx, customerId, checked.lines)
  await dropPlannedHosts(tx, { customerId, planId })
  await issuePacks(tx, { customerId, hostIds, publisher, today, now, cut, request })
  await tellCompleted(tx, { customerId, personId, number: request.number, kind })
  return request
}

/** The form that comes back checks again, so it shows what is left after whoever was faster. */
export function refuseUnlessDoable({ lines, problems, isDoable }: Checked): void {
  if (isDoable) return
  const count = lines.filter((line) => line.problems.length > 0).length
  throw new Invalid(
    problems.length > 0 ? problems : [{ field: 'lines', key: 'plans.cannotSubmit', params: { count } }],
  )
}

async function lockTouched(tx: Db, customerId: string, planId: string): Promise<void> {
  const lines = await tx.execute<{
    entitlementId: string
    fromHostId: string | null
    toHostId: string | null
  }>(sql`
    select entitlement_id as "entitlementId", from_host_id as "fromHostId", to_host_id as "toHostId"
    from plan_lines where customer_id = ${customerId} and plan_id = ${planId}`)
  await lockForTransfers(tx, customerId, {
    entitlementIds: [...new Set(lines.map((line) => line.entitlementId))],
    hostIds: [...new Set(lines.flatMap(hostsOf))],
  })
}

/** Someone may have used the same label or ID between the check and here: the schema lets only one of them. */
async function changeHosts(
  tx: Db,
  {
    retires,
    revives,
    requestId,
    ...plan
  }: { customerId: string; planId: string; requestId: string; retires: string[]; revives: string[] },
): Promise<void> {
  try {
    await retireHosts(tx, { customerId: plan.customerId, hostIds: retires, requestId })
    await returnHosts(tx, { customerId: plan.customerId, hostIds: revives, requestId })
    await activateHosts(tx, plan)
  } catch (error) {
    const constraint = violated(error)
    if (constraint !== 'hosts_active_label' && constraint !== 'host_members_active_id') throw error
    throw new Invalid([{ field: 'lines', key: 'plans.hostTakenMeanwhile' }])
  }
}

/** What arrives on a host is of its configuration of today; what goes back to the pool, of the one it was placed under. */
async function numberLines(
  tx: Db,
  customerId: string,
  { lines, placements }: Checked,
): Promise<TransferLine[]> {
  const placedAs = new Map(
    placements.map((one) => [entitlementOn(one.hostId, one.entitlementId), one.configurationId]),
  )
  const arrives = ({ toHostId: hostId, familyId, isMaintained }: CheckedLine) =>
    hostId === null ? [] : [{ hostId, familyId, isMaintained }]
  const numbered = await numberConfigurations(tx, customerId, lines.flatMap(arrives))
  return lines.map((line) => {
    const { entitlementId, fromHostId, toHostId, quantity } = line
    const [arrival] = arrives(line)
    const configurationId = arrival
      ? numbered.get(configurationKey(arrival))!.id
      : placedAs.get(entitlementOn(fromHostId!, entitlementId))!
    return { id: newId(), entitlementId, fromHostId, toHostId, quantity, configurationId }
  })
}
