import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { checkChosenPassword, chosenPasswordFields, shortestPassword } from './chosen-password.ts'
import { leadToIssuer } from './exclusive.ts'
import { hashPassword } from './password.ts'
import { findLinkedPerson, takePasswordLink } from './password-links.ts'
import { setPassword } from './set-password.ts'
import { passFirst } from './steps.ts'

const PasswordForm = Type.Object(chosenPasswordFields)

/** Where the links of `guichet invite`, `guichet staff add` and of a forgotten password lead: choose a password. */
export function passwordLinkRoutes(app: App): void {
  app.get('/password/:token', { config: open, logLevel: 'warn' }, (request, reply) =>
    showForm(request, reply, [], {}),
  )

  const config = { ...open, redisplay: showForm }
  app.post('/password/:token', { config, logLevel: 'warn' }, (request, reply) =>
    finish(request, reply).catch((error: unknown) => {
      if (error instanceof NotFound) return showForm(request, reply, [], {})
      throw error
    }),
  )
}

async function finish(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { server } = request
  const { database } = server
  const { token } = request.params as { token: string }
  const form = readForm(request.body, PasswordForm)
  const { name: publisher } = server.publisher()
  const { email, name } = await findLinkedPerson(database.db, token)
  const elsewhere = await leadToIssuer(request, reply, email)
  if (elsewhere) return elsewhere
  checkChosenPassword(form, [email, name, publisher])
  const passwordHash = await hashPassword(form.password)
  const person = await database.transaction(async (tx) => {
    const personId = await takePasswordLink(tx, token)
    return setPassword(tx, { personId, passwordHash, publisher, locale: request.locale })
  })
  request.flash('sign-in.passwordSet')
  return passFirst(request, reply, { personId: person.id, to: '/', way: 'password' })
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  _values: Record<string, unknown>,
): Promise<FastifyReply> {
  const { token } = request.params as { token: string }
  const title = request.t('sign-in.choosePassword')
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
  try {
    const { email } = await findLinkedPerson(request.server.database.db, token)
    const elsewhere = await leadToIssuer(request, reply, email)
    if (elsewhere) return elsewhere
    return reply.page('sign-in/password', {
      title,
      problems,
      email,
      shortest: shortestPassword,
      action: `/password/${token}`,
    })
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return reply.code(404).page('sign-in/dead-link', { title: request.t('sign-in.deadLink') })
  }
}
