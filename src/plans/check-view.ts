import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { formatRequestNumber } from '../requests/number.ts'
import { sayProblem } from '../web/say-problem.ts'
import { type Asked, askedOf } from './asked.ts'
import { fileView } from './bulk/file-view.ts'
import { partOf } from './check-parts.ts'
import { type Checked, type CheckedLine, hostsOf } from './check-plan.ts'
import { planPath } from './open-draft.ts'
import { countChanged, type HostPreview } from './preview-plan.ts'
import type { Tool } from './queries.ts'
import { lastDay } from './temporary.ts'
import { lineHref, newHostHref, toolPages } from './tool-pages.ts'
import { sayHolds, sayMovesLeft } from './words.ts'

/** What views/plans/check shows of a checked plan: a part of its lines, those that cannot be done first, and of its hosts. */
export function checkView(
  request: FastifyRequest,
  checked: Checked,
  hosts: HostPreview[],
  asked: ReadonlyMap<string, Asked>,
) {
  const path = planPath(request, request.plan.id)
  const labels = new Map(checked.hosts.map(({ id, label }) => [id, label]))
  const retired = new Set(checked.hosts.filter(({ status }) => status === 'retired').map(({ id }) => id))
  const refused = checked.lines.filter(({ problems }) => problems.length > 0)
  const ordered = [...refused, ...checked.lines.filter(({ problems }) => problems.length === 0)]
  const linePart = partOf(request, 'lines', ordered.length)
  const lines = ordered
    .slice(linePart.from - 1, linePart.to)
    .map((line) => lineView(request, line, labels, path, { ...checked, retired }, asked))
  return {
    lines,
    linePart,
    lineCount: checked.lines.length,
    refused: lines.filter(({ reasons }) => reasons.length > 0),
    refusedCount: refused.length,
    hosts: hosts.map((host) => hostView(request, host, checked, path)),
    hostPart: partOf(request, 'hosts', checked.hosts.length),
    changed: countChanged(checked),
    changedSince: refused.filter(({ problems }) =>
      problems.some(({ key }) => key === 'plans.problem.changedSince'),
    ).length,
    whyEmpty: checked.lines.length === 0 ? sayProblem(request, checked.problems[0]!) : null,
    ofPlan: checked.lines.length === 0 ? [] : checked.problems.map((one) => sayProblem(request, one)),
    isDoable: checked.isDoable,
    planName: request.plan.name,
    path,
    keys: [randomUUID(), randomUUID()],
    holds: sayHolds(request, checked.holds),
    waitsFor: checked.holds.some(({ waitsFor }) => waitsFor === 'colleague') ? 'colleague' : 'desk',
    hasFixedLines: hasFixedLines(request.plan.tool),
    ...(request.plan.tool === 'bulk' ? fileView(request, checked.plan.details) : {}),
    ...toolPages(request, request.plan),
  }
}

/** Tools whose lines come from elsewhere: they are not taken out one by one. */
export function hasFixedLines(tool: Tool): boolean {
  return tool === 'replace' || tool === 'undo'
}

function lineView(
  request: FastifyRequest,
  line: CheckedLine,
  labels: Map<string, string>,
  path: string,
  { moved, retired }: Pick<Checked, 'moved'> & { retired: ReadonlySet<string> },
  asked: ReadonlyMap<string, Asked>,
) {
  const { t, format, server } = request
  const label = (id: string | null) => (id === null ? '' : (labels.get(id) ?? ''))
  const [from, to] = [label(line.fromHostId), label(line.toHostId)]
  const waiting = asked.get(askedOf(line.entitlementId, line.fromHostId))
  return {
    id: line.id,
    quantity: line.quantity,
    product: line.productName,
    partNumber: line.partNumber,
    contract: line.contractNumber,
    host: to || from,
    ends: from === '' ? to : t(waysOf(from, to, request.plan.tool), { from, to }),
    remarks: [
      ...(line.kind === 'temporary' && line.startsOn === null
        ? [
            t('plans.check.lent', {
              endsOn: format.date(lastDay(server.today(), server.publisher().temporaryDays)),
            }),
          ]
        : []),
      ...(waiting
        ? [
            t(from === '' ? 'plans.check.asked' : 'plans.check.askedFrom', {
              ...waiting,
              host: from,
              number: formatRequestNumber(waiting.requestNumber),
            }),
          ]
        : []),
      ...(line.fromHostId !== null && line.kind === 'sold' && request.plan.tool !== 'undo'
        ? [sayMovesLeft(request, line.owned, moved.get(line.entitlementId) ?? 0)]
        : []),
    ],
    // A host's own problem stands beside the host; here it only says that there is one.
    reasons: line.problems.map((one) => sayProblem(request, one)),
    // Of a host that has ended nothing is asked any more; why it cannot be chosen stands beside it.
    change: hostsOf(line).some((id) => retired.has(id)) ? null : lineHref(path, request.plan.tool, line),
    removal: `${path}/lines/${line.id}/removal`,
    // The page has many forms; each is acted on once by a key of its own.
    keys: [randomUUID(), randomUUID()],
  }
}

function hostView(
  request: FastifyRequest,
  preview: HostPreview,
  checked: Pick<Checked, 'lines' | 'plan'>,
  path: string,
) {
  const { host, rows } = preview
  const ours = checked.lines
    .filter(({ toHostId }) => toHostId === host.id)
    .flatMap(({ problems }) => problems)
  const reasons = new Set(ours.filter(({ about }) => about === 'host').map((one) => sayProblem(request, one)))
  return {
    ...preview,
    ids: host.members.map(({ idKind, idValue }) => request.format.hostId(idKind, idValue)),
    reasons: [...reasons],
    isEnding: checked.plan.details.retires?.includes(host.id) ?? false,
    change: host.status === 'planned' ? newHostHref(path, host.id, checked.plan.details) : null,
    before: rows.filter(({ before }) => before > 0),
    after: rows.map((row) => ({ ...row, ...markOf(row) })),
  }
}

function waysOf(from: string, to: string, tool: Tool): string {
  if (to === '') return 'plans.check.toPool'
  if (to !== from) return 'plans.check.fromTo'
  return tool === 'undo' ? 'plans.check.toFormer' : 'plans.check.toSuccessor'
}

/** How a row of "after" differs from now: its class, and a sign for those who do not see colour. */
function markOf({ before, after }: { before: number; after: number }) {
  if (before === after) return { mark: '', sign: null, change: 0 }
  if (after === 0) return { mark: 'g-gone', sign: 'gone', change: -before }
  const change = after - before
  return { mark: change > 0 ? 'g-plus' : 'g-minus', sign: before === 0 ? 'new' : 'by', change }
}
