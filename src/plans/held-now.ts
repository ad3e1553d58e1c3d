import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { sayProblem } from '../web/say-problem.ts'
import { type Checked, type CheckedLine, checkPlan, type Policies } from './check-plan.ts'
import type { PlanProblem } from './problems.ts'
import type { Tool } from './queries.ts'
import { listSinceFiled, markOfLines } from './replace/since-filed.ts'
import { sayHolds } from './words.ts'

export type HeldNow = {
  checked: Pick<Checked, 'lines' | 'hosts' | 'problems' | 'isDoable'>
  /** What changed since it was filed and does not stand in its way. */
  since: PlanProblem[]
  /** What it would do; approving sends it back. '' where that cannot change. */
  seen: string
}

/** How a plan that waits for a decision stands at this moment: approving it now would find the same. */
export async function findHeldNow(
  tx: Db,
  {
    tool,
    today,
    publisher,
    ...of
  }: {
    customerId: string
    planId: string
    requestId: string
    tool: Tool
    today: string
    publisher: Policies
  },
): Promise<HeldNow> {
  const isReplacement = tool === 'replace'
  const [checked, since] = await Promise.all([
    checkPlan(tx, { ...of, today, publisher, isAhead: isReplacement }),
    isReplacement ? listSinceFiled(tx, of) : [],
  ])
  return { checked, since, seen: isReplacement ? markOfLines(checked.lines) : '' }
}

/** The same for views/plans/_held-now: what changed, and why it cannot be approved. */
export function sayHeldNow(request: FastifyRequest, { checked, since, seen }: HeldNow) {
  return { seen, since: sayHolds(request, since), refusals: sayRefusals(request, checked) }
}

/** Refused lines that are said one by one; of a long plan there may be thousands. */
const shown = 20

function sayRefusals(request: FastifyRequest, { lines, hosts, problems }: HeldNow['checked']): string[] {
  const { t } = request
  const labels = new Map(hosts.map(({ id, label }) => [id, label]))
  const refused = lines.filter((line) => line.problems.length > 0)
  const ofHosts = refused.flatMap((line) => line.problems.filter(({ about }) => about === 'host'))
  const ofLine = (line: CheckedLine) => {
    const own = line.problems.filter(({ about }) => about !== 'host')
    const host = labels.get((line.toHostId ?? line.fromHostId)!) ?? ''
    const { quantity, productName: product } = line
    return own.length === 0
      ? []
      : [
          [
            t('plans.check.lineIs', { quantity, product, host }),
            ...own.map((one) => sayProblem(request, one)),
          ],
        ]
  }
  const said = [
    ...new Set([...problems, ...ofHosts].map((one) => sayProblem(request, one))),
    ...refused.flatMap(ofLine).map((words) => words.join(' ')),
  ]
  const more = said.length - shown
  return more > 0 ? [...said.slice(0, shown), t('plans.holds.more', { count: more })] : said
}
