import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { isLastSupervisor, leaveCompany } from '../privileges/leave.ts'
import { privilegeList } from '../privileges/list.ts'
import { countDrafts } from '../privileges/people.ts'
import { type Problem, text } from '../web/forms.ts'
import { associated, signedIn } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { countCompanies, listCompanies } from './queries.ts'

/** R11: one's associations; which is the primary one, and how to end one. */
export function companyRoutes(app: App): void {
  app.get('/account/companies', { config: signedIn }, (request, reply) =>
    showCompanies(request, reply, 'companies'),
  )
  app.post('/c/:customer/primary', { config: associated }, postPrimary)
  app.get('/c/:customer/departure', { config: associated }, (request, reply) => showDeparture(request, reply))
  app.post('/c/:customer/departure', { config: { ...associated, redisplay: showDeparture } }, postDeparture)
}

const views = {
  switch: { path: '/switch', title: 'customers.switchTitle' },
  companies: { path: '/account/companies', title: 'customers.companiesTitle' },
} as const

/** A person's companies, to search and to page through: to switch to one, or to decide about them. */
export async function showCompanies(request: FastifyRequest, reply: FastifyReply, view: keyof typeof views) {
  const { person, access } = request
  const { path, title } = views[view]
  const given = request.query as { find?: string; after?: string }
  const [find, after] = [text(given.find).slice(0, 100), text(given.after)]
  const today = request.server.today()
  const [page, count, fitting] = await request.server.database.forPerson(person!.id, (tx) =>
    Promise.all([
      listCompanies(tx, person!.id, today, { find, after }),
      countCompanies(tx, person!.id, ''),
      countCompanies(tx, person!.id, find),
    ]),
  )
  const href = (place?: string) => {
    const query = new URLSearchParams({ ...(find ? { find } : {}), ...(place ? { after: place } : {}) })
    return query.size > 0 ? `${path}?${query}` : path
  }
  return reply.page(`customers/${view}`, {
    title: request.t(title),
    companies: page.rows,
    count,
    fitting,
    find,
    activeId: access?.active?.id,
    next: page.next ? href(page.next) : null,
    first: after ? href() : null,
  })
}

/** R11: the company of the address becomes the person's primary one. */
async function postPrimary(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person } = request
  return actOnce(request, reply, async (tx) => {
    await tx.execute(sql`update people set primary_customer_id = ${customer.id} where id = ${person!.id}`)
    request.flash('customers.isPrimary', { number: customer.number, name: customer.name })
    return '/account/companies'
  })
}

/** What leaving the company of the address would end, or why it cannot be left. */
async function showDeparture(request: FastifyRequest, reply: FastifyReply, problems: Problem[] = []) {
  const { customer, person, t } = request
  const { database, today } = request.server
  const [isLast, drafts] = await database.readCustomer(customer.id, (tx) =>
    Promise.all([
      isLastSupervisor(tx, customer.id, person!.id, today()),
      countDrafts(tx, customer.id, person!.id),
    ]),
  )
  return reply.page('customers/departure', {
    title: t('customers.leave.title', { name: customer.name }),
    isLast,
    drafts,
    held: privilegeList.filter((privilege) => customer.privileges.includes(privilege)),
    isOnly: request.access?.associations === 1,
    isPrimary: request.access?.primary?.id === customer.id,
    problems,
  })
}

async function postDeparture(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person, server } = request
  return actOnce(request, reply, async (tx) => {
    await leaveCompany(tx, { customerId: customer.id, personId: person!.id, today: server.today() })
    request.flash('customers.left', { number: customer.number, name: customer.name })
    return '/account/companies'
  })
}
