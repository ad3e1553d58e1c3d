import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { NameField } from '../accounts/profile-fields.ts'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { checkChosenPassword, chosenPasswordFields, shortestPassword } from './chosen-password.ts'
import { leadToIssuer } from './exclusive.ts'
import { hashPassword } from './password.ts'
import { findRegistration, register } from './registrations.ts'
import { passFirst } from './steps.ts'

const RegistrationForm = Type.Object({ name: NameField, ...chosenPasswordFields })

/** Where the mailed link of a registration leads: a name and a password, then the account is there. */
export function registerRoutes(app: App): void {
  app.get('/register/:token', { config: open, logLevel: 'warn' }, (request, reply) =>
    showForm(request, reply, [], {}),
  )

  const config = { ...open, redisplay: showForm }
  app.post('/register/:token', { config, logLevel: 'warn' }, (request, reply) =>
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
  const form = readForm(request.body, RegistrationForm)
  const { email } = await findRegistration(database.db, token)
  const elsewhere = await leadToIssuer(request, reply, email)
  if (elsewhere) return elsewhere
  checkChosenPassword(form, [email, form.name, server.publisher().name])
  const passwordHash = await hashPassword(form.password)
  const { name } = form
  const person = await database.transaction((tx) =>
    register(tx, token, { name, passwordHash, language: request.locale }),
  )
  request.flash('sign-in.registered')
  return passFirst(request, reply, { personId: person.id, to: '/', way: 'password' })
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): Promise<FastifyReply> {
  const { token } = request.params as { token: string }
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
  try {
    const { email, name } = await findRegistration(request.server.database.db, token)
    const elsewhere = await leadToIssuer(request, reply, email)
    if (elsewhere) return elsewhere
    return reply.page('sign-in/registration', {
      title: request.t('sign-in.registration.title'),
      problems,
      values: { name: values.name ?? name },
      email,
      shortest: shortestPassword,
      action: `/register/${token}`,
    })
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return reply.code(404).page('sign-in/dead-registration', {
      title: request.t('sign-in.deadRegistration.title'),
    })
  }
}
