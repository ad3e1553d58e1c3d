import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { formatRequestNumber } from '../requests/number.ts'
import type { FoundRequest } from '../requests/queries.ts'
import type { PlanDetails } from '../schema.ts'
import type { Policies } from './check-plan.ts'
import { findHeldNow, type HeldNow, sayHeldNow } from './held-now.ts'
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
  /** While it waits for a decision. */
  now: HeldNow | null
}

/** What the page of a request that a plan made shows beside its lines; null for any other request. */
export async function planPart(
  tx: Db,
  customerId: string,
  about: Pick<FoundRequest, 'id' | 'planId' | 'requestedBy' | 'status'>,
  { publisher, today }: { publisher: Policies & { undoHours: number }; today: string },
): Promise<PlanPart | null> {
  const { planId } = about
  if (!planId) return null
  const ofRequest = { customerId, requestId: about.id }
  const [plan, undo] = await Promise.all([
    findPlanOf(tx, customerId, about.id),
    undoStateOf(tx, ofRequest, publisher.undoHours),
  ])
  if (!plan) return null
  const [colleagues, now] = await Promise.all([
    plan.waitsForColleague ? listColleagues(tx, customerId, about.requestedBy) : [],
    isHeld(about) ? findHeldNow(tx, { ...ofRequest, planId, tool: plan.tool, publisher, today }) : null,
  ])
  return { ...plan, colleagues, undo, now }
}

function isHeld({ status }: Pick<FoundRequest, 'status'>): boolean {
  return status === 'in-review' || status === 'needs-information'
}

/** Colleagues named as those who could approve. */
const namedColleagues = 5

/** The same in the reader's words, with what this person may do about it. */
export function sayPlanPart(request: FastifyRequest, about: FoundRequest, part: PlanPart | null) {
  if (!part) return null
  const { customer, t, format, person } = request
  const isOpen = isHeld(about)
  const holds = (about.details['holds'] ?? []) as PlanProblem[]
  const mayWork = customer.holds.licensing
  const isOwn = about.requestedBy === person!.id
  const now = part.now && sayHeldNow(request, part.now)
  const mayDecide = isOpen && part.waitsForColleague && mayWork && !isOwn
  return {
    reason: part.details.reason ? t(`plans.reason.${part.details.reason}`) : '',
    declaration: part.details.declaration ?? '',
    undoes: part.undoes,
    holds: isOpen ? sayHolds(request, holds) : [],
    waitsFor: !isOpen ? null : part.waitsForColleague ? ('colleague' as const) : ('desk' as const),
    now,
    wayOut: t(`plans.refused.${isOwn ? 'own' : mayDecide ? 'colleague' : 'others'}`, {
      name: about.personName,
    }),
    mayDecide,
    mayApprove: mayDecide && now?.refusals.length === 0,
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
    note:
      mayWork && state.anyMoved ? t(state.anyFetched ? 'plans.undo.fetched' : 'plans.undo.notFetched') : '',
  }
}
