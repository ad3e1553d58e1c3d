import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { Invalid, NotFound } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { startSession } from '../web/session.ts'
import { hashPassword, shortestPassword } from './password.ts'
import { findLinkedPerson, usePasswordLink } from './password-links.ts'

const PasswordForm = Type.Object({
  password: Type.String({ minLength: shortestPassword, maxLength: 1000 }),
  passwordAgain: Type.String({ maxLength: 1000 }),
})

/** Where the link of `guichet invite` and `guichet staff add` leads: choose a password, then you are signed in. */
export function passwordLinkRoutes(app: App): void {
  app.get('/password/:token', { config: open, logLevel: 'warn' }, (request, reply) =>
    showForm(request, reply, [], {}),
  )

  app.post(
    '/password/:token',
    { config: { ...open, redisplay: showForm }, logLevel: 'warn' },
    async (request, reply) => {
      const { token } = request.params as { token: string }
      const { password, passwordAgain } = readForm(request.body, PasswordForm)
      if (password !== passwordAgain)
        throw new Invalid([{ field: 'passwordAgain', key: 'sign-in.different' }])
      await findLinkedPerson(app.database.db, token)
      const hash = await hashPassword(password)
      const person = await app.database.transaction((tx) => usePasswordLink(tx, token, hash))
      await startSession(request, person)
      request.flash('sign-in.passwordSet')
      return reply.redirect('/', 303)
    },
  )
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
