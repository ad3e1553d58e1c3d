import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { Conflict } from '../errors.ts'
import { text } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { sayProblem } from '../web/say-problem.ts'
import { type Checked, confirmDraft, previewDraft } from './drafts.ts'
import { privilegeList } from './list.ts'

/** Rows of a preview on one page. */
const rowsShown = 100
const kinds = ['refused', 'changed', 'unchanged'] as const

const draftIn = (request: FastifyRequest) => (request.params as { draft: string }).draft
const isRisky = (request: FastifyRequest) => request.url.split('?')[0]!.endsWith('/supervisor')

/**
 * What a change would do to each person, before and after, and every reason why not. One that makes somebody a
 * supervisor has an address of its own, which asks for a fresh sign-in.
 */
export async function showPreview(request: FastifyRequest, reply: FastifyReply, isStale = false) {
  const { customer, t } = request
  const { database, today } = request.server
  const preview = await database.readCustomer(customer.id, (tx) =>
    previewDraft(tx, customer.id, draftIn(request), today()),
  )
  if (preview.doneBy) return reply.redirect(`${customer.base}/requests/${preview.doneBy}`, 303)
  const path = `${customer.base}/people/changes/${preview.id}`
  if (preview.givesSupervisor !== isRisky(request)) {
    return reply.redirect(preview.givesSupervisor ? `${path}/supervisor` : path, 303)
  }
  const given = request.query as Record<string, unknown>
  const shown =
    kinds.find((kind) => kind === given.show) ?? kinds.find((kind) => preview.counts[kind] > 0) ?? 'changed'
  const from = Math.max(0, Math.floor(Number(given.from)) || 0)
  const rows = preview.rows.filter(({ outcome }) => outcome.kind === shown)
  const action = preview.givesSupervisor ? `${path}/supervisor` : path
  const pageHref = (start: number) => `${action}?show=${shown}&from=${start}`
  return reply.page('privileges/preview', {
    title: t('privileges.preview.title'),
    preview,
    isStale,
    action,
    shown,
    views: kinds
      .filter((kind) => preview.counts[kind] > 0)
      .map((kind) => ({ kind, count: preview.counts[kind], href: `${action}?show=${kind}` })),
    rows: rows.slice(from, from + rowsShown).map((row) => inWords(row, request)),
    total: rows.length,
    from,
    next: from + rowsShown < rows.length ? pageHref(from + rowsShown) : null,
    first: from > 0 ? pageHref(0) : null,
    back: preview.isFile ? `${customer.base}/people/file` : `${customer.base}/people`,
  })
}

/** Does what the preview showed; where it no longer is what would happen, 409 with what would happen now. */
export async function postConfirmation(request: FastifyRequest, reply: FastifyReply) {
  try {
    return await actOnce(request, reply, (tx) => confirm(tx, request))
  } catch (error) {
    if (!(error instanceof Conflict) || error.key !== 'privileges.preview.stale') throw error
    return showPreview(request, reply.code(409), true)
  }
}

async function confirm(tx: Db, request: FastifyRequest): Promise<string> {
  const { customer } = request
  const draftId = draftIn(request)
  const today = request.server.today()
  const { givesSupervisor, doneBy } = await previewDraft(tx, customer.id, draftId, today)
  const path = `${customer.base}/people/changes/${draftId}`
  // Asks for the fresh sign-in that this address does not ask for.
  if (givesSupervisor && !doneBy && !isRisky(request)) return `${path}/supervisor`
  const seen = text((request.body as { seen?: string }).seen)
  const by = request.person!.id
  const number = await confirmDraft(tx, { customerId: customer.id, draftId, by, seen, today })
  return `${customer.base}/requests/${number}`
}

function inWords(row: Checked, request: FastifyRequest) {
  const { outcome } = row
  return {
    line: row.line ?? null,
    name: row.name || row.email,
    email: row.email,
    reasons: outcome.reasons.map((reason) => sayProblem(request, reason)),
    leaves: outcome.after === null,
    privileges: privilegeList.map((privilege) => ({
      privilege,
      before: outcome.before[privilege] ?? null,
      after: outcome.after?.[privilege] ?? null,
      change: changeOf(outcome.before[privilege], outcome.after?.[privilege]),
    })),
  }
}

function changeOf(before: { until: string | null } | undefined, after: { until: string | null } | undefined) {
  if (!before && !after) return 'none'
  if (!before) return 'given'
  if (!after) return 'taken'
  return before.until === after.until ? 'same' : 'moved'
}
