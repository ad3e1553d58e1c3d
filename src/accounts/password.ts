import { createHmac } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { type Config, keyFor } from '../config.ts'
import { Conflict, Invalid, TooMany } from '../errors.ts'
import { people } from '../schema.ts'
import { limitsFor } from '../sign-in/browser.ts'
import {
  checkChosenPassword,
  chosenPasswordFields,
  PasswordField,
  shortestPassword,
} from '../sign-in/chosen-password.ts'
import { findExclusiveIssuer } from '../sign-in/oidc/issuers.ts'
import { hashPassword, verifyPassword } from '../sign-in/password.ts'
import { setPassword } from '../sign-in/set-password.ts'
import { countForm, forgetTries } from '../sign-in/throttle.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { hash } from '../web/session-store.ts'

const PasswordForm = Type.Object({
  currentPassword: PasswordField,
  ...chosenPasswordFields,
  /** What `markOf` gave for the password that was the current one when the form was shown. */
  seen: Type.Optional(Type.String({ maxLength: 100 })),
})

/** Change of the password: the current one is asked, every other session ends, and the person is told by mail. */
export function passwordRoutes(app: App): void {
  const config = { ...signedIn, fresh: true }

  app.get('/account/password', { config }, (request, reply) => showForm(request, reply, []))

  app.post('/account/password', { config: { ...config, redisplay: showForm } }, async (request, reply) => {
    const { id, email, name } = request.person!
    const { db } = app.database
    if (await findExclusiveIssuer(db, email)) return reply.redirect('/account/password', 303)
    const form = readForm(request.body, PasswordForm)
    const limits = limitsFor(request, email)
    const minutes = await countForm(request, limits)
    const { name: publisher } = app.publisher()
    if (!minutes) checkChosenPassword(form, [email, name, publisher])
    const [person] = await db.select({ hash: people.passwordHash }).from(people).where(eq(people.id, id))
    const isRight = !minutes && (await verifyPassword(form.currentPassword, person?.hash))
    const passwordHash = isRight ? await hashPassword(form.password) : ''
    const answer = await actOnce(request, reply, async (tx) => {
      // Here, so that the same form a second time answers as the first did: by then the current password is another.
      if (minutes) throw new TooMany(minutes, 'sign-in.tooMany')
      if (!isRight) {
        if (form.seen && form.seen !== markOf(app.config, person?.hash)) {
          throw new Conflict('accounts.passwordMeanwhile')
        }
        throw new Invalid([{ field: 'currentPassword', key: 'accounts.password.wrong' }])
      }
      const keep = hash(request.session.sessionId)
      const { locale } = request
      await setPassword(tx, { personId: id, passwordHash, keep, instead: person!.hash!, publisher, locale })
      request.flash('accounts.password.changed')
      return '/account'
    })
    await forgetTries(db, limits[0]!.key)
    return answer
  })
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
): Promise<FastifyReply> {
  const { id, email } = request.person!
  const { db } = request.server.database
  const [[person], issuer] = await Promise.all([
    db.select({ hash: people.passwordHash }).from(people).where(eq(people.id, id)),
    findExclusiveIssuer(db, email),
  ])
  return reply.page('accounts/password', {
    title: request.t('accounts.section.password'),
    problems,
    email,
    hasPassword: Boolean(person?.hash),
    seen: markOf(request.server.config, person?.hash),
    issuer,
    shortest: shortestPassword,
  })
}

/** Tells whether the password is still the one a form was shown for, and nothing else about it. */
function markOf(config: Config, passwordHash: string | null | undefined): string {
  return createHmac('sha256', keyFor(config, 'form')).update(`password ${passwordHash}`).digest('base64url')
}
