import type { FastifyReply, FastifyRequest } from 'fastify'
import { countWaitingPeople } from '../accounts/upgrade/company-queries.ts'
import { list } from '../web/forms.ts'
import { countAsked } from './asked.ts'
import { countInvitations } from './invitations.ts'
import { privilegeList } from './list.ts'
import { countPeople, listPeople } from './people.ts'
import { readFilter, signInDays, withFilter } from './people-filter.ts'
import { findOpenReview } from './reviews.ts'

/** People that one printed table holds: some 300 sheets. */
const mostPrinted = 10_000

/** R4: what a supervisor sees: everyone of the company, what they hold, since when, until when and by whom. */
export async function showPeople(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const { database, today } = request.server
  const filter = readFilter(request.query)
  const path = `${customer.base}/people`
  const [page, counts, invited, { upgrades }, review, asked] = await database.readCustomer(
    customer.id,
    (tx) =>
      Promise.all([
        listPeople(tx, customer.id, filter, today()),
        countPeople(tx, customer.id, filter, today()),
        countInvitations(tx, customer.id),
        countWaitingPeople(tx, customer.id),
        findOpenReview(tx, customer.id),
        countAsked(tx, customer.id, request.person!.id),
      ]),
  )
  const isFiltered = Boolean(filter.text || filter.privilege || filter.signedIn)
  return reply.page('privileges/people', {
    title: t('privileges.title'),
    people: page.rows,
    counts,
    invited,
    upgrades,
    asked,
    review,
    filter,
    isFiltered,
    privilegeList,
    signInDays,
    chosen: list((request.query as { person?: string }).person),
    all: path,
    // Everyone who fits, also those on other pages.
    changeAll: withFilter(`${path}/change`, filter).replace(/\?|$/, '?all=1&').replace(/&$/, ''),
    csv: withFilter(`${path}/people.csv`, filter),
    print: withFilter(`${path}/print`, filter),
    next: page.next ? withFilter(path, filter, page.next) : null,
    first: filter.after ? withFilter(path, filter) : null,
  })
}

/** Who may do what, on paper: a table of people and privileges. */
export async function printPeople(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const { database, today } = request.server
  const filter = { ...readFilter(request.query), after: '' }
  const [{ rows, next }, counts] = await database.readCustomer(customer.id, (tx) =>
    Promise.all([
      listPeople(tx, customer.id, filter, today(), mostPrinted),
      countPeople(tx, customer.id, filter, today()),
    ]),
  )
  const heldBy = (row: (typeof rows)[number]) =>
    Object.fromEntries(row.privileges.map((h) => [h.privilege, h]))
  return reply.page('privileges/print', {
    title: t('privileges.print.title'),
    people: rows.map((row) => ({ ...row, held: heldBy(row) })),
    counts,
    isCut: Boolean(next),
    privilegeList,
    today: today(),
    back: withFilter(`${customer.base}/people`, filter),
  })
}
