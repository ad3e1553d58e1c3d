import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { parseRequestNumber } from '../requests/number.ts'
import { findRequest } from '../requests/queries.ts'
import { list, type Problem } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { privilegeList } from './list.ts'
import { readFilter, signInDays, withFilter } from './people-filter.ts'
import { countReviewLines, listReviewLines } from './review-lines.ts'
import { countLines, countUndecided, finishReview, keepAsIs, openReview } from './reviews.ts'

/** A supervisor begins the review before its time; one that is open is gone on with. */
export async function postReview(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  return actOnce(request, reply, async (tx) => {
    const number = await openReview(tx, { customerId: customer.id, by: request.person!.id })
    return `${customer.base}/people/reviews/${number}`
  })
}

/** Everyone of a review, those not yet decided first; each is kept here, or changed or removed on their own page. */
export async function showReview(request: FastifyRequest, reply: FastifyReply, problems: Problem[] = []) {
  const { customer, t } = request
  const { database, today } = request.server
  const show = (request.query as { show?: string }).show === 'decided' ? 'decided' : 'open'
  const filter = { ...readFilter(request.query), show } as const
  const { about, lines, fitting, left, total } = await database.readCustomer(customer.id, async (tx) => {
    const found = await findReview(tx, request)
    const [page, fits, undecided, counted] = await Promise.all([
      listReviewLines(tx, customer.id, found.id, filter, today()),
      countReviewLines(tx, customer.id, found.id, filter, today()),
      countUndecided(tx, customer.id, found.id),
      countLines(tx, customer.id, found.id),
    ])
    return { about: found, lines: page, fitting: fits, left: undecided, total: counted }
  })
  const path = `${customer.base}/people/reviews/${about.number}`
  const place = (which: string, after?: string) => {
    const address = withFilter(path, filter, after)
    return which === 'open' ? address : `${address}${address.includes('?') ? '&' : '?'}show=${which}`
  }
  return reply.page('privileges/review', {
    title: t('privileges.review.title'),
    about,
    isOpen: about.status !== 'completed' && about.status !== 'cancelled' && about.status !== 'declined',
    lines: lines.rows,
    fitting,
    left,
    total,
    show,
    filter,
    privilegeList,
    signInDays,
    isFiltered: Boolean(filter.text || filter.privilege || filter.signedIn),
    path,
    // What is kept leads back to the same filter.
    action: withFilter(path, filter),
    views: { open: place('open'), decided: place('decided') },
    next: lines.next ? place(show, lines.next) : null,
    first: filter.after ? place(show) : null,
    problems,
  })
}

/** The ticked people keep what they hold. Saved at once; the next page of those left comes. */
export async function postKept(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const personIds = list((request.body as { person?: unknown }).person).filter(isId)
  if (personIds.length === 0) throw new Invalid([{ field: 'person', key: 'privileges.review.nobody' }])
  return actOnce(request, reply, async (tx) => {
    const about = await findReview(tx, request)
    if (about.status === 'completed') throw new Conflict('privileges.review.ended')
    const by = request.person!.id
    const count = await keepAsIs(tx, { customerId: customer.id, requestId: about.id, by, personIds })
    request.flash('privileges.review.saved', { count })
    return withFilter(`${customer.base}/people/reviews/${about.number}`, readFilter(request.query))
  })
}

export async function postFinish(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  return actOnce(request, reply, async (tx) => {
    const about = await findReview(tx, request)
    await finishReview(tx, { customerId: customer.id, requestId: about.id, by: request.person!.id })
    return `${customer.base}/requests/${about.number}`
  })
}

async function findReview(tx: Db, { params, customer }: FastifyRequest) {
  const read = parseRequestNumber((params as { number: string }).number)
  if ('problem' in read) throw new NotFound()
  const about = await findRequest(tx, customer.id, read.number)
  if (about.kind !== 'yearly-review') throw new NotFound()
  return about
}
