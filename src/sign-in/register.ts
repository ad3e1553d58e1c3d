import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { NameField } from '../accounts/profile-fields.ts'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { checkChosenPassword, chosenPasswordFields, shortestPassword } from './chosen-password.ts'
import { leadToIssuer } from './exclusive.ts'
import { answerAgain } from './link-form.ts'
import { hashPassword } from './password.ts'
import { findRegistered, findRegistration, register } from './registrations.ts'
import { acceptForm } from './same-form.ts'
import { passFirst } from './steps.ts'

const RegistrationForm = Type.Object({ name: NameField, ...chosenPasswordFields })
const flash: [string] = ['sign-in.registered']

/** Where the mailed link of a registration leads: a name and a password, then the account is there. */
export function registerRoutes(app: App): void {
  app.get('/register/:token', { config: open, logLevel: 'warn' }, (request, reply) =>
    showForm(request, reply, [], {}),
  )

  // A second click on it may come when the first has signed in.
  const config = { ...open, ofVisitors: true, redisplay: showForm } as const
  app.post('/register/:token', { config, logLevel: 'warn' }, async (request, reply) => {
    const form = readForm(request.body, RegistrationForm)
    return finish(request, reply, form).catch(async (error: unknown) => {
      if (!(error instanceof NotFound)) throw error
      const owner = await findRegistered(app.database.db, tokenOf(request))
      const { password } = form
      const again = await answerAgain(request, reply, { owner, password, flash })
      return again ?? showDead(request, reply, { isUsed: owner !== undefined })
    })
  })
}

type Form = Static<typeof RegistrationForm>

async function finish(request: FastifyRequest, reply: FastifyReply, form: Form): Promise<FastifyReply> {
  const { server } = request
  const { database } = server
  const token = tokenOf(request)
  const { email } = await findRegistration(database.db, token)
  const elsewhere = await leadToIssuer(request, reply, email)
  if (elsewhere) return elsewhere
  checkChosenPassword(form, [email, form.name, server.publisher().name])
  const passwordHash = await hashPassword(form.password)
  const { name } = form
  const { personId, isRepeated } = await database.transaction(async (tx) => {
    const { id } = await register(tx, token, { name, passwordHash, language: request.locale })
    return { personId: id, isRepeated: await acceptForm(tx, request, id, '/') }
  })
  request.flash(...flash)
  return passFirst(request, reply, { personId, to: '/', way: 'password', isRepeated })
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): Promise<FastifyReply> {
  const token = tokenOf(request)
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
    return showDead(request, reply)
  }
}

/** `isUsed`: another form was faster, which knew another password or name. */
function showDead(request: FastifyRequest, reply: FastifyReply, { isUsed = false } = {}): FastifyReply {
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
  return reply.code(404).page('sign-in/dead-registration', {
    title: request.t('sign-in.deadRegistration.title'),
    isUsed,
  })
}

function tokenOf(request: FastifyRequest): string {
  return (request.params as { token: string }).token
}
