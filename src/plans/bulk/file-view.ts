import { randomUUID } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../../errors.ts'
import type { FileRemark, PlanDetails } from '../../schema.ts'
import { textOf } from '../../web/csv.ts'
import { planPath } from '../open-draft.ts'
import { columns } from './columns.ts'
import { kept } from './kept.ts'
import { sendRows } from './placed-file.ts'

/** Refused lines, and remarks, that the page of a plan lists; the file of them has all. */
const shown = 50

/** What the page of a bulk plan says of its file: when it was made, what was refused, what has changed since. */
export function fileView(request: FastifyRequest, details: PlanDetails) {
  const { refused = [], remarks = [], remarkCount = 0, madeAt = null } = details
  const lines = byLine(refused)
  const path = planPath(request, request.plan.id)
  const say = ({ key, params }: FileRemark) => request.t(key, params)
  return {
    madeAt: madeAt && request.format.time(new Date(madeAt)),
    fileRefused: lines
      .slice(0, shown)
      .map(({ line, text, reasons }) => ({ line, text, reasons: reasons.map(say) })),
    fileRefusedCount: lines.length,
    moreFileRefused: Math.max(0, lines.length - shown),
    fileRemarks: remarks.slice(0, shown).map((one) => ({ line: one.line, says: say(one) })),
    moreFileRemarks: remarkCount - Math.min(remarks.length, shown),
    refusedCsv: `${path}/refused.csv`,
    refill: `${path}/file`,
    renewKey: randomUUID(),
  }
}

/** The refused lines as a file to correct and give back; a last column says why. */
export function sendRefused(request: FastifyRequest, reply: FastifyReply) {
  const { plan, customer, t } = request
  if (plan.tool !== 'bulk') throw new NotFound()
  const records = byLine(plan.details.refused ?? []).map(({ text, reasons }) => [
    ...cellsOf(text).map((cell) => (textOf(cell) === undefined ? kept(cell) : cell)),
    reasons.map(({ key, params }) => t(key, params)).join(' '),
  ])
  const name = `${t('bulk.refused.name')}-${customer.number}.csv`
  return sendRows(request, reply, name, [...columns, 'reason'], records)
}

function byLine(refused: readonly FileRemark[]) {
  return [...Map.groupBy(refused, ({ line }) => line)].map(([line, reasons]) => ({
    line,
    text: reasons[0]!.text,
    reasons,
  }))
}

function cellsOf(text: string): string[] {
  const [cells = []] = parse(text, { relax_quotes: true }) as string[][]
  return columns.map((_, index) => cells[index] ?? '')
}
