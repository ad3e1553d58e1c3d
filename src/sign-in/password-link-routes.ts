import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { checkChosenPassword, chosenPasswordFields, shortestPassword } from './chosen-password.ts'
import { leadToIssuer } from './exclusive.ts'
import { answerAgain } from './link-form.ts'
import { hashPassword } from './password.ts'
import { findLinkedPerson, findOwnerOfLink, takePasswordLink } from './password-links.ts'
import { acceptForm } from './same-form.ts'
import { setPassword } from './set-password.ts'
import { passFirst } from './steps.ts'

const PasswordForm = Type.Object(chosenPasswordFields)
const flash: [string] = ['sign-in.passwordSet']

/** Where the links of `guichet invite`, `guichet staff add` and of a forgotten password lead: choose a password. */
export function passwordLinkRoutes(app: App): void {
  app.get('/password/:token', { config: open, logLevel: 'warn' }, (request, reply) =>
    showForm(request, reply, [], {}),
  )

  // A second click on it may come when the first has signed in.
  const config = { ...open, ofVisitors: true, redisplay: showForm } as const
  app.post('/password/:token', { config, logLevel: 'warn' }, async (request, reply) => {
    const form = readForm(request.body, PasswordForm)
    return finish(request, reply, form).catch(async (error: unknown) => {
      if (!(error instanceof NotFound)) throw error
      const owner = await findOwnerOfLink(app.database.db, tokenOf(request))
      const { password } = form
      const again = await answerAgain(request, reply, { owner, password, flash })
      return again ?? showDead(request, reply, { isUsed: owner !== undefined })
    })
  })
}

type Form = Static<typeof PasswordForm>

async function finish(request: FastifyRequest, reply: FastifyReply, form: Form): Promise<FastifyReply> {
  const { server } = request
  const { database } = server
  const token = tokenOf(request)
  const { name: publisher } = server.publisher()
  const { email, name } = await findLinkedPerson(database.db, token)
  const elsewhere = await leadToIssuer(request, reply, email)
  if (elsewhere) return elsewhere
  checkChosenPassword(form, [email, name, publisher])
  const passwordHash = await hashPassword(form.password)
  const { personId, isRepeated } = await database.transaction(async (tx) => {
    const id = await takePasswordLink(tx, token)
    await setPassword(tx, { personId: id, passwordHash, publisher, locale: request.locale })
    return { personId: id, isRepeated: await acceptForm(tx, request, id, '/') }
  })
  request.flash(...flash)
  return passFirst(request, reply, { personId, to: '/', way: 'password', isRepeated })
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  _values: Record<string, unknown>,
): Promise<FastifyReply> {
  const token = tokenOf(request)
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
    return showDead(request, reply)
  }
}

/** `isUsed`: another form was faster, or another link, with another password. */
function showDead(request: FastifyRequest, reply: FastifyReply, { isUsed = false } = {}): FastifyReply {
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
  return reply.code(404).page('sign-in/dead-link', { title: request.t('sign-in.deadLink'), isUsed })
}

function tokenOf(request: FastifyRequest): string {
  return (request.params as { token: string }).token
}
