import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { findCustomerOf, holdsOf } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { Invalid } from '../errors.ts'
import { people } from '../schema.ts'
import { labelled } from '../web/field-labels.ts'
import { Forged, isOwnForm } from '../web/forgery.ts'
import { formTokenOf } from '../web/form-token.ts'
import { formerSession } from '../web/former-session.ts'
import { type Problem, readForm, text } from '../web/forms.ts'
import { open, signedIn } from '../web/guard.ts'
import { findKeptForm, keptPath } from '../web/kept-forms.ts'
import { localPath } from '../web/local-path.ts'
import { codeLimitsFor, limitsFor } from './browser.ts'
import { PasswordField } from './chosen-password.ts'
import { findExclusiveIssuer, issuersOf } from './oidc/issuers.ts'
import { verifyPassword } from './password.ts'
import { acceptForm, findAccepted } from './same-form.ts'
import { takeCode } from './second-factor/queries.ts'
import { useRecoveryCode } from './second-factor/use-recovery-code.ts'
import { finishSignIn } from './steps.ts'
import { forgetTries, refuseTooMany } from './throttle.ts'

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

  // Its second click comes after the session that the form was made for: the handler looks at its token.
  const again = { ...open, ownToken: true, redisplay: showAgain } as const
  app.post('/sign-in/again', { config: again }, async (request, reply) => {
    const { db } = app.database
    if (!isOfThisSession(app, request)) return arriveLate(app, request, reply)
    const { password, code, to } = readForm(request.body, AgainForm)
    const [person] = await db.select().from(people).where(eq(people.id, request.person!.id))
    const limits = [limitsFor(request, person!.email), codeLimitsFor(request, person!.email)]
    await refuseTooMany(request, limits.flat())
    const isOff = await findExclusiveIssuer(db, person!.email)
    if (!(await verifyPassword(password, isOff ? null : person!.passwordHash)))
      throw new Invalid([{ field: 'password', key: 'again.wrong' }])
    const { hasSecondFactor } = request.access!
    const isRepeated = await accept(request, hasSecondFactor ? code : undefined, to)
    for (const [own] of limits) await forgetTries(db, own!.key)
    return finishSignIn(request, reply, { person: person!, to, way: 'password', isRepeated })
  })

  app.get(`${keptPath}:id`, { config }, async (request, reply) => {
    const { id } = request.params as { id: string }
    const form = await findKeptForm(app, request.person!.id, id)
    if (!form) {
      request.flash('again.keptGone', {}, 'important')
      return reply.redirect('/', 303)
    }
    await reachCompany(app, request, form.action)
    const fields = labelled(form.fields, request.t)
    return reply.page('errors/expired', {
      title: request.t('again.keptTitle'),
      said: request.t(fields.some(({ shown }) => shown) ? 'again.keptText' : 'again.keptEmpty'),
      action: form.action,
      fields,
    })
  })
}

/** The page of a company's form is that company's, as the form's own was (R12). */
async function reachCompany(app: App, request: FastifyRequest, action: string): Promise<void> {
  const number = /^\/c\/([^/?]+)/.exec(action)?.[1]?.toUpperCase()
  const person = request.person!
  const found = number && (await findCustomerOf(app.database, person.id, number, app.today()))
  if (found) request.customer = { ...found, ...holdsOf(found, person, app.publisher()) }
}

function isOfThisSession(app: App, request: FastifyRequest): boolean {
  if (!request.person) return false
  return isOwnForm(app, request, formTokenOf(app.config, request.session.sessionId))
}

/**
 * A form made for an earlier session. Who has signed in again since, by the first of two clicks, goes where that one
 * went; where the browser did not wait for its answer, the same form opens a session once more. Others sign in.
 */
async function arriveLate(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const to = localPath(text((request.body as { to?: unknown } | undefined)?.to))
  if (request.person) {
    if (!request.access!.isFresh) throw new Forged(false)
    return reply.redirect(to, 303)
  }
  const { db } = app.database
  const former = formerSession(request)
  if (!former || !isOwnForm(app, request, former.token)) return reply.leadTo('/sign-in')
  const [person] = await db.select().from(people).where(eq(people.id, former.personId))
  const isAccepted = person && !person.deletedAt && (await findAccepted(db, request, person.id)) !== undefined
  // Of a password that was changed since, it opens nothing.
  if (isAccepted && (await verifyPassword(passwordOf(request), person.passwordHash))) {
    return finishSignIn(request, reply, { person, to, way: 'password', isRepeated: true })
  }
  return reply.leadTo(to === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`)
}

function passwordOf({ body }: FastifyRequest): string {
  return String((body as { password?: unknown }).password ?? '')
}

/**
 * Takes the code of the second factor, if there is one: of the app, or where the device is not at hand one of the
 * recovery codes. A form whose code was taken by its first click is as good as that one, and gives true. Throws
 * Invalid where the code is wrong.
 */
async function accept(request: FastifyRequest, code: string | undefined, to: string): Promise<boolean> {
  const { server, person, locale } = request
  const { database, config } = server
  const { id: personId } = person!
  const taken = await database.transaction(async (tx) => {
    const isGood =
      code === undefined ||
      (await takeCode(tx, config, personId, code)) ||
      (await useRecoveryCode(tx, config, { personId, code, locale })) !== undefined
    return isGood ? { isRepeated: await acceptForm(tx, request, personId, to) } : undefined
  })
  if (taken) return taken.isRepeated
  if (await findAccepted(database.db, request, personId)) return true
  throw new Invalid([{ field: 'code', key: 'second-factor.wrongCode' }])
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
