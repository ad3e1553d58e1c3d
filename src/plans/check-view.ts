import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Checked, CheckedLine } from './check-plan.ts'
import { planPath } from './open-draft.ts'
import { type HostPreview, shownHosts } from './preview-plan.ts'
import { sayProblem } from './words.ts'

/** Lines listed on one page; those that cannot be done come first. */
const shownLines = 200

/** What views/plans/check shows of a checked plan. */
export function checkView(request: FastifyRequest, checked: Checked, hosts: HostPreview[]) {
  const path = planPath(request, request.plan.id)
  const labels = new Map(checked.hosts.map(({ id, label }) => [id, label]))
  const refused = checked.lines.filter(({ problems }) => problems.length > 0)
  const ordered = [...refused, ...checked.lines.filter(({ problems }) => problems.length === 0)]
  const lines = ordered.slice(0, shownLines).map((line) => lineView(request, line, labels, path))
  return {
    lines,
    moreLines: checked.lines.length - lines.length,
    lineCount: checked.lines.length,
    refused: lines.filter(({ reasons }) => reasons.length > 0),
    refusedCount: refused.length,
    hosts: hosts.map((host) => hostView(request, host, checked.lines, path)),
    moreHosts: Math.max(0, checked.hosts.length - shownHosts),
    changed: hosts.filter(({ isChanged }) => isChanged).length,
    isEmpty: checked.lines.length === 0,
    isDoable: checked.isDoable,
    planName: request.plan.name,
    path,
    keys: [randomUUID(), randomUUID()],
    tool: `${request.customer.base}/configure`,
  }
}

function lineView(request: FastifyRequest, line: CheckedLine, labels: Map<string, string>, path: string) {
  return {
    id: line.id,
    quantity: line.quantity,
    product: line.productName,
    partNumber: line.partNumber,
    contract: line.contractNumber,
    host: (line.toHostId && labels.get(line.toHostId)) ?? '',
    // A host's own problem stands beside the host; here it only says that there is one.
    reasons: line.problems.map((one) => sayProblem(request, one)),
    change:
      line.fromHostId === null && line.toHostId !== null && line.licenseType !== 'node-locked'
        ? `${path}/entitlement/${line.entitlementId}/host/${line.toHostId}`
        : null,
    removal: `${path}/lines/${line.id}/removal`,
    // The page has many forms; each is acted on once by a key of its own.
    keys: [randomUUID(), randomUUID()],
  }
}

function hostView(
  request: FastifyRequest,
  preview: HostPreview,
  lines: readonly CheckedLine[],
  path: string,
) {
  const { host, rows } = preview
  const ours = lines.filter(({ toHostId }) => toHostId === host.id).flatMap(({ problems }) => problems)
  const reasons = new Set(ours.filter(({ about }) => about === 'host').map((one) => sayProblem(request, one)))
  return {
    ...preview,
    ids: host.members.map(({ idKind, idValue }) => request.format.hostId(idKind, idValue)),
    reasons: [...reasons],
    change: host.status === 'planned' ? `${path}/hosts/${host.id}` : null,
    before: rows.filter(({ before }) => before > 0),
    after: rows.map((row) => ({ ...row, ...markOf(row) })),
  }
}

/** How a row of "after" differs from now: its class, and a sign for those who do not see colour. */
function markOf({ before, after }: { before: number; after: number }) {
  if (before === after) return { mark: '', sign: null, change: 0 }
  if (after === 0) return { mark: 'g-gone', sign: 'gone', change: -before }
  const change = after - before
  return { mark: change > 0 ? 'g-plus' : 'g-minus', sign: before === 0 ? 'new' : 'by', change }
}
