import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { Invalid } from '../errors.ts'
import { people } from '../schema.ts'
import { type Problem, readForm, text } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import { findKeptForm, keptPath } from '../web/kept-forms.ts'
import { localPath } from '../web/local-path.ts'
import { codeLimitsFor, limitsFor } from './browser.ts'
import { PasswordField } from './chosen-password.ts'
import { findExclusiveIssuer, issuersOf } from './oidc/issuers.ts'
import { verifyPassword } from './password.ts'
import { takeCode, takeRecoveryCode } from './second-factor/queries.ts'
import { finishSignIn } from './steps.ts'
import { countTry, forgetTries } from './throttle.ts'

const AgainForm = Type.Object({
  password: PasswordField,
  code: Type.String({ maxLength: 40 }),
  to: Type.String({ maxLength: 4000 }),
})

/** Signing in again before a risky act, and getting back the form that was sent meanwhile. */
export function freshRoutes(app: App): void {
  // Also for who must set up a second factor first: setting it up is a risky act itself.
  const config = { ...signedIn, beforeSecondFactor: true }

  app.get('/sign-in/again', { config }, async (request, reply) => {
    const to = text((request.query as { to?: string }).to)
    if (request.access!.isFresh) return reply.redirect(localPath(to), 303)
    return showAgain(request, reply, [], { to })
  })

  app.post('/sign-in/again', { config: { ...config, redisplay: showAgain } }, async (request, reply) => {
    const { password, code, to } = readForm(request.body, AgainForm)
    const { db } = app.database
    const [person] = await db.select().from(people).where(eq(people.id, request.person!.id))
    const limits = [limitsFor(request, person!.email), codeLimitsFor(request, person!.email)]
    const minutes = await countTry(db, limits.flat())
    if (minutes) {
      reply.code(429).header('retry-after', String(minutes * 60))
      return showAgain(request, reply, [{ message: request.t('sign-in.tooMany', { minutes }) }], { to })
    }
    const isOff = await findExclusiveIssuer(db, person!.email)
    if (!(await verifyPassword(password, isOff ? null : person!.passwordHash)))
      throw new Invalid([{ field: 'password', key: 'again.wrong' }])
    if (request.access!.hasSecondFactor && !(await takeEither(app, person!.id, code)))
      throw new Invalid([{ field: 'code', key: 'second-factor.wrongCode' }])
    for (const [own] of limits) await forgetTries(db, own!.key)
    return finishSignIn(request, reply, { person: person!, to, way: 'password' })
  })

  app.get(`${keptPath}:id`, { config }, async (request, reply) => {
    const { id } = request.params as { id: string }
    const form = await findKeptForm(app, request.person!.id, id)
    if (!form) {
      request.flash('again.keptGone')
      return reply.redirect('/', 303)
    }
    return reply.page('errors/expired', {
      title: request.t('again.keptTitle'),
      said: request.t(form.fields.length ? 'again.keptText' : 'again.keptEmpty'),
      ...form,
    })
  })
}

/** A code of the app, or where the device is not at hand, one of the recovery codes. */
async function takeEither(app: App, personId: string, code: string): Promise<boolean> {
  const { database, config } = app
  if (await takeCode(database.db, config, personId, code)) return true
  return database.transaction(
    async (tx) => (await takeRecoveryCode(tx, config, personId, code)) !== undefined,
  )
}

async function showAgain(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): Promise<FastifyReply> {
  const { db } = request.server.database
  const { id, email } = request.person!
  const [[person], issuers, exclusive] = await Promise.all([
    db.select({ passwordHash: people.passwordHash }).from(people).where(eq(people.id, id)),
    issuersOf(db, id),
    findExclusiveIssuer(db, email),
  ])
  const to = text(values.to)
  return reply.page('sign-in/again', {
    title: request.t('again.title'),
    problems,
    values: { to },
    email,
    hasPassword: Boolean(person?.passwordHash) && !exclusive,
    hasSecondFactor: request.access!.hasSecondFactor,
    issuers,
    isForm: to.startsWith(keptPath),
  })
}
