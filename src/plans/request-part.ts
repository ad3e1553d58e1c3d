import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { formatRequestNumber } from '../requests/number.ts'
import type { FoundRequest } from '../requests/queries.ts'
import type { PlanDetails } from '../schema.ts'
import { isRepeatable } from './keep/do-again.ts'
import { type Colleague, listColleagues } from './keep/queries.ts'
import type { PlanProblem } from './problems.ts'
import { findPlanOf, type Tool } from './queries.ts'
import { type UndoState, undoStateOf } from './undone.ts'
import { sayHolds } from './words.ts'

export type PlanPart = {
  tool: Tool
  details: PlanDetails
  waitsForColleague: boolean
  /** Who could approve it, where it waits for one of them. */
  colleagues: Colleague[]
  /** The request it undoes. */
  undoes: number | null
  undo: UndoState
}

/** What the page of a request that a plan made shows beside its lines; null for any other request. */
export async function planPart(
  tx: Db,
  customerId: string,
  about: Pick<FoundRequest, 'id' | 'planId' | 'requestedBy'>,
  undoHours: number,
): Promise<PlanPart | null> {
  if (!about.planId) return null
  const [plan, undo] = await Promise.all([
    findPlanOf(tx, customerId, about.id),
    undoStateOf(tx, { customerId, requestId: about.id }, undoHours),
  ])
  if (!plan) return null
  const colleagues = plan.waitsForColleague ? await listColleagues(tx, customerId, about.requestedBy) : []
  return { ...plan, colleagues, undo }
}

/** Colleagues named as those who could approve. */
const namedColleagues = 5

/** The same in the reader's words, with what this person may do about it. */
export function sayPlanPart(request: FastifyRequest, about: FoundRequest, part: PlanPart | null) {
  if (!part) return null
  const { customer, t, format, person } = request
  const isOpen = about.status === 'in-review' || about.status === 'needs-information'
  const holds = (about.details['holds'] ?? []) as PlanProblem[]
  const mayWork = customer.holds.licensing
  const isOwn = about.requestedBy === person!.id
  return {
    reason: part.details.reason ? t(`plans.reason.${part.details.reason}`) : '',
    declaration: part.details.declaration ?? '',
    undoes: part.undoes,
    holds: isOpen ? sayHolds(request, holds) : [],
    waitsFor: !isOpen ? null : part.waitsForColleague ? ('colleague' as const) : ('desk' as const),
    mayApprove: isOpen && part.waitsForColleague && mayWork && !isOwn,
    whyNotApprove: !(isOpen && part.waitsForColleague)
      ? null
      : sayWhyNotApprove(part, { isOwn, mayWork }, request),
    mayWork,
    againKey: mayWork && isRepeatable(about.status, part.tool) ? randomUUID() : null,
    undo: sayUndo(part.undo, mayWork, { t, format }),
  }
}

/** Why this person does not approve, and who could; null for who may. */
function sayWhyNotApprove(
  { colleagues }: PlanPart,
  { isOwn, mayWork }: { isOwn: boolean; mayWork: boolean },
  { t, format }: FastifyRequest,
): string | null {
  if (mayWork && !isOwn) return null
  const names = colleagues.slice(0, namedColleagues).map(({ name }) => name)
  return t(isOwn ? 'plans.approval.own' : 'plans.approval.takes', {
    count: colleagues.length,
    names: format.list(names),
    more: colleagues.length - names.length,
  })
}

function sayUndo(state: UndoState, mayWork: boolean, { t, format }: Pick<FastifyRequest, 't' | 'format'>) {
  if (!state) return null
  if ('reason' in state) {
    const { key, params = {} } = state.reason
    const number = params['number']
    return {
      isOffered: false,
      takesLicensing: false,
      words: t(
        key,
        number === undefined ? params : { ...params, number: formatRequestNumber(Number(number)) },
      ),
      note: '',
    }
  }
  const minutes = Math.max(1, Math.floor((state.until.getTime() - Date.now()) / 60_000))
  const left = { hours: Math.floor(minutes / 60), minutes: minutes % 60, until: format.time(state.until) }
  return {
    isOffered: mayWork,
    takesLicensing: !mayWork,
    words: t(mayWork ? 'plans.undo.offered' : 'plans.undo.left', left),
    note: mayWork ? t(state.anyFetched ? 'plans.undo.fetched' : 'plans.undo.notFetched') : '',
  }
}
