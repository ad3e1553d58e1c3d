import { and, eq, sql } from 'drizzle-orm'
import { recordActivity } from '../activity/record.ts'
import { violated } from '../database/failures.ts'
import type { Db } from '../db.ts'
import { countIfStale } from '../entitlements/count.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { configurationKey, numberConfigurations } from '../hosts/configurations.ts'
import { newId } from '../ids.ts'
import type { Cutter } from '../packs/cutters/built-in.ts'
import { issuePacks } from '../packs/issue.ts'
import { tellCompleted } from '../requests/completed.ts'
import { type RequestKind, recordRequest } from '../requests/record.ts'
import { plans, requests } from '../schema.ts'
import { activateHosts, dropPlannedHosts } from './activate-hosts.ts'
import { type Checked, type CheckedLine, checkPlan, hostsOf, type Policies } from './check-plan.ts'
import type { Tool } from './queries.ts'
import { lockForTransfers, type TransferLine, writeTransfers } from './write-transfers.ts'

export type SubmitOptions = {
  customerId: string
  planId: string
  person: { id: string }
  /** Day in the publisher's zone, 'YYYY-MM-DD', and the instant. */
  today: string
  now?: Date
  publisher: Policies & { name: string }
  cut: Cutter
}

const kinds: Record<Tool, RequestKind> = {
  configure: 'configure',
  move: 'move',
  return: 'return',
  replace: 'replace-hardware',
  undo: 'undo',
}

/**
 * Does what a plan says, in the transaction `tx`: request, transfers, placements, the next issue of each touched
 * host's pack, activity and mail, or nothing of it. A plan that was submitted answers its request again.
 *
 * Locks in one order: plan, customer, entitlements by ID, hosts by ID, sums by product. So of two who ask for the
 * last license at once one gets it, and the other's check sees what is left.
 * Throws Invalid where a line cannot be done (the check page says which and why), NotFound, Conflict (discarded).
 */
export async function submitPlan(
  tx: Db,
  options: SubmitOptions,
): Promise<{ requestId: string; requestNumber: number }> {
  const { customerId, planId, today, publisher } = options
  const plan = await lockPlan(tx, customerId, planId)
  if (plan.status === 'submitted') return findRequestOf(tx, customerId, plan.requestId!)
  if (plan.status === 'discarded') throw new Conflict('plans.alreadyDiscarded')
  await countIfStale(tx, customerId, today)
  await lockTouched(tx, customerId, planId)
  const checked = await checkPlan(tx, { customerId, planId, today, publisher })
  refuseUnlessDoable(checked)
  return execute(tx, options, plan.tool, checked)
}

async function execute(tx: Db, options: SubmitOptions, tool: Tool, checked: Checked) {
  const { customerId, planId, person, today, publisher, cut, now = new Date() } = options
  const kind = kinds[tool]
  const request = await recordRequest(tx, {
    customerId,
    kind,
    status: 'completed',
    personId: person.id,
    planId,
  })
  const hostIds = checked.hosts.map(({ id }) => id)
  await activate(tx, customerId, planId)
  const lines = await numberLines(tx, customerId, checked.lines)
  await writeTransfers(tx, { customerId, requestId: request.id, loadId: null, personId: person.id, lines })
  await dropPlannedHosts(tx, { customerId, planId })
  await tx
    .update(plans)
    .set({ status: 'submitted', requestId: request.id, updatedAt: sql`now()` })
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
  await issuePacks(tx, { customerId, hostIds, publisher, today, now, cut, request })
  await recordActivity(tx, {
    customerId,
    personId: person.id,
    verb: 'plan.submitted',
    objectKind: 'plan',
    objectId: planId,
    requestId: request.id,
    details: { tool, lines: lines.length, number: request.number },
  })
  await tellCompleted(tx, { customerId, personId: person.id, number: request.number, kind })
  return { requestId: request.id, requestNumber: request.number }
}

async function lockPlan(tx: Db, customerId: string, planId: string) {
  const [plan] = await tx
    .select({ tool: plans.tool, status: plans.status, requestId: plans.requestId })
    .from(plans)
    .where(and(eq(plans.customerId, customerId), eq(plans.id, planId)))
    .for('update')
  if (!plan) throw new NotFound()
  return plan
}

async function findRequestOf(tx: Db, customerId: string, requestId: string) {
  const [request] = await tx
    .select({ requestId: requests.id, requestNumber: requests.number })
    .from(requests)
    .where(and(eq(requests.customerId, customerId), eq(requests.id, requestId)))
  return request!
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

/** The form that comes back checks again, so it shows what is left after whoever was faster. */
function refuseUnlessDoable({ lines, problems, isDoable }: Checked): void {
  if (isDoable) return
  const count = lines.filter((line) => line.problems.length > 0).length
  throw new Invalid(
    problems.length > 0 ? problems : [{ field: 'lines', key: 'plans.cannotSubmit', params: { count } }],
  )
}

/** Someone may have used the same label or ID between the check and here: the schema lets only one of them. */
async function activate(tx: Db, customerId: string, planId: string): Promise<void> {
  try {
    await activateHosts(tx, { customerId, planId })
  } catch (error) {
    const constraint = violated(error)
    if (constraint !== 'hosts_active_label' && constraint !== 'host_members_active_id') throw error
    throw new Invalid([{ field: 'lines', key: 'plans.hostTakenMeanwhile' }])
  }
}

async function numberLines(
  tx: Db,
  customerId: string,
  lines: readonly CheckedLine[],
): Promise<TransferLine[]> {
  const of = (line: CheckedLine) => ({
    hostId: (line.toHostId ?? line.fromHostId)!,
    familyId: line.familyId,
    isMaintained: line.isMaintained,
  })
  const configurations = await numberConfigurations(tx, customerId, lines.map(of))
  return lines.map((line) => ({
    id: newId(),
    entitlementId: line.entitlementId,
    fromHostId: line.fromHostId,
    toHostId: line.toHostId,
    quantity: line.quantity,
    configurationId: configurations.get(configurationKey(of(line)))!.id,
  }))
}
