import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../../app.ts'
import { asPerson } from '../../desk/scope.ts'
import { NotFound } from '../../errors.ts'
import { type Problem, readForm } from '../../web/forms.ts'
import { signedIn } from '../../web/guard.ts'
import { actOnce } from '../../web/once.ts'
import { countMessage } from '../limits.ts'
import { parseRequestNumber } from '../number.ts'
import { accountRequestPage } from './page.ts'
import { findAccountRequest, listAccountEvents } from './queries.ts'
import { cancelAccountRequest, writeToDesk } from './settle.ts'

/** Longest text of a message. */
export const longestText = 4000

export const MessageForm = Type.Object({ text: Type.String({ minLength: 1, maxLength: longestText }) })

/** R2: what a person asked for before any customer, by its number: to them alone. */
export function accountRequestRoutes(app: App): void {
  app.get('/requests/:number', { config: signedIn }, (request, reply) => show(request, reply, [], {}))

  app.post('/requests/:number/messages', { config: { ...signedIn, redisplay: show } }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const personId = request.person!.id
      await asPerson(tx, personId)
      const found = await findAccountRequest(tx, numberOf(request), { personId })
      const { text } = readForm(request.body, MessageForm)
      await countMessage(tx, personId)
      await writeToDesk(tx, { requestId: found.id, personId, text })
      request.flash('requests.messageSent')
      return `/requests/${found.number}`
    }),
  )

  app.post('/requests/:number/cancellation', { config: signedIn }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const personId = request.person!.id
      await asPerson(tx, personId)
      const found = await findAccountRequest(tx, numberOf(request), { personId })
      await cancelAccountRequest(tx, found.id, personId)
      request.flash('requests.isCancelled')
      return `/requests/${found.number}`
    }),
  )
}

async function show(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const number = numberOf(request)
  const typed = (request.params as { number: string }).number
  if (request.method === 'GET' && typed !== String(number)) return reply.redirect(`/requests/${number}`, 308)
  const personId = request.person!.id
  const { about, events } = await request.server.database.forPerson(personId, async (tx) => {
    const found = await findAccountRequest(tx, number, { personId })
    return { about: found, events: await listAccountEvents(tx, found.id) }
  })
  return reply.page('requests/account', {
    ...accountRequestPage(request, about, events, 'person'),
    problems,
    values: { text: values['text'] },
  })
}

/** The number in the address, in any spelling; what is none is not there. */
export function numberOf(request: FastifyRequest): number {
  const read = parseRequestNumber((request.params as { number: string }).number)
  if ('problem' in read) throw new NotFound()
  return read.number
}
