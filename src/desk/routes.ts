import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { confirmNewcomer } from '../accounts/upgrade/newcomers.ts'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { statusTag } from '../requests/status.ts'
import { type Problem, readForm, text } from '../web/forms.ts'
import { staff } from '../web/guard.ts'
import { actAtDesk } from './act.ts'
import {
  countOverPlaced,
  customersHref,
  findDeskCustomer,
  listDeskContacts,
  listDeskCustomers,
  readCustomerFilter,
  supervisorFilters,
} from './customers.ts'
import { nameSupervisor } from './name-supervisor.ts'
import {
  countQueue,
  listQueue,
  queueAges,
  queueHref,
  queueKinds,
  queueStates,
  queueStatuses,
  readQueueFilter,
} from './queue.ts'
import { actFor } from './scope.ts'

const SupervisorForm = Type.Object({ email: Type.String({ minLength: 1, maxLength: 254 }) })
const NewcomerForm = Type.Object({ person: Type.String({ minLength: 36, maxLength: 36 }) })

/** The publisher's own screens: what waits, and the customers. To everyone else they are not there. */
export function deskRoutes(app: App): void {
  app.get('/desk', { config: staff }, showQueue)
  app.get('/desk/customers', { config: staff }, showCustomers)
  app.get('/desk/customers/:customer', { config: staff }, (request, reply) =>
    showCustomer(request, reply, [], {}),
  )

  app.post(
    '/desk/customers/:customer/supervisors',
    { config: { ...staff, fresh: true, redisplay: showCustomer } },
    (request, reply) =>
      actAtDesk(request, reply, async (tx) => {
        const customer = await reach(tx, request)
        const { email } = readForm(request.body, SupervisorForm)
        await nameSupervisor(tx, { customerId: customer.id, email, by: request.person!.id })
        request.flash('desk.name.done', { name: customer.name })
        return `/desk/customers/${customer.number}`
      }),
  )

  app.post(
    '/desk/customers/:customer/confirmed-contacts',
    { config: { ...staff, fresh: true } },
    (request, reply) =>
      actAtDesk(request, reply, async (tx) => {
        const customer = await reach(tx, request)
        const { person } = readForm(request.body, NewcomerForm)
        if (!isId(person)) throw new NotFound()
        await confirmNewcomer(tx, { customerId: customer.id, personId: person, by: request.person!.id })
        request.flash('accounts.newcomers.confirmed')
        return `/desk/customers/${customer.number}`
      }),
  )
}

/** The customer in the address, which this transaction acts for from here on; throws NotFound. */
async function reach(tx: Db, request: FastifyRequest) {
  const found = await findDeskCustomer(tx, (request.params as { customer: string }).customer)
  if (!found) throw new NotFound()
  await actFor(tx, found.id)
  return found
}

async function showQueue(request: FastifyRequest, reply: FastifyReply) {
  const filter = readQueueFilter(request.query)
  const { page, waiting } = await request.server.database.forDesk(request.person!.id, async (tx) => {
    const [listed, count] = await Promise.all([listQueue(tx, filter), countQueue(tx)])
    return { page: listed, waiting: count }
  })
  return reply.page('desk/queue', {
    title: request.t('desk.queue.title'),
    requests: page.rows.map((row) => ({ ...row, tag: statusTag(row.status) })),
    waiting,
    filter,
    states: queueStates,
    kinds: queueKinds,
    statuses: queueStatuses,
    ages: queueAges,
    isFiltered: Boolean(filter.kind || filter.status || filter.days),
    next: page.next ? queueHref(filter, page.next) : null,
    first: filter.after ? queueHref(filter) : null,
  })
}

async function showCustomers(request: FastifyRequest, reply: FastifyReply) {
  const filter = readCustomerFilter(request.query)
  const page = await request.server.database.forDesk(request.person!.id, (tx) =>
    listDeskCustomers(tx, filter),
  )
  return reply.page('desk/customers', {
    title: request.t('desk.customers.title'),
    companies: page.rows,
    filter,
    supervisorFilters,
    isFiltered: Boolean(filter.text || filter.supervisors),
    next: page.next ? customersHref(filter, page.next) : null,
    first: filter.after ? customersHref(filter) : null,
  })
}

async function showCustomer(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { server, t } = request
  const find = text((request.query as { q?: string }).q).slice(0, 100)
  const { company, contacts, overPlaced } = await server.database.forDesk(request.person!.id, async (tx) => {
    const found = await reach(tx, request)
    const [contacts, overPlaced] = await Promise.all([
      listDeskContacts(tx, found.id, find, server.today()),
      countOverPlaced(tx, found.id),
    ])
    return { company: found, contacts, overPlaced }
  })
  return reply.page('desk/customer', {
    title: t('desk.customer.title', { number: company.number, name: company.name }),
    problems,
    values,
    company,
    contacts,
    overPlaced,
    find,
  })
}
