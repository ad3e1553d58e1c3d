import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { Forbidden, Invalid } from '../errors.ts'
import { listAbleSupervisors } from '../privileges/asked.ts'
import { listSupervisors } from '../privileges/queries.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { associated } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { askSupervisor, findOpen } from './name-supervisor.ts'

const AskForm = Type.Object({
  nominee: Type.String({ minLength: 1, maxLength: 254 }),
  word: Type.String({ maxLength: 1000 }),
})

/** How a company without supervisor gets one: a person of it asks the desk. */
export function askSupervisorRoutes(app: App): void {
  app.get('/c/:customer/supervisor-request', { config: associated }, (request, reply) =>
    show(request, reply, [], {}),
  )

  app.post(
    '/c/:customer/supervisor-request',
    { config: { ...associated, redisplay: show } },
    (request, reply) =>
      actOnce(request, reply, async (tx) => {
        const { customer, person, locale } = request
        if (customer.awaitsConfirmation || !person!.isConfirmed) throw new Forbidden()
        const { nominee, word } = readForm(request.body, AskForm)
        if (!/^\S+@\S+$/.test(nominee))
          throw new Invalid([{ field: 'nominee', key: 'desk.ask.notAnAddress' }])
        const asked = { customer, person: person!, nominee: nominee.toLowerCase(), word, language: locale }
        const number = await askSupervisor(tx, asked)
        request.flash('desk.ask.received')
        return `/requests/${number}`
      }),
  )
}

async function show(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, person, t } = request
  const [supervisors, open] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([listUsable(tx, customer.id), findOpen(tx, customer.id, person!.id)]),
  )
  return reply.page('desk/ask-supervisor', {
    title: t('desk.ask.title'),
    problems,
    values: { nominee: person!.email, ...values },
    supervisors,
    open,
    mayAsk: !customer.awaitsConfirmation && person!.isConfirmed,
  })
}

/** Supervisors who can sign in: others manage nothing. */
async function listUsable(tx: Db, customerId: string) {
  const [all, able] = await Promise.all([
    listSupervisors(tx, customerId),
    listAbleSupervisors(tx, customerId),
  ])
  return all.filter(({ id }) => able.includes(id))
}
