import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { demonstrationAccounts } from '../demonstration/accounts.ts'
import { Invalid } from '../errors.ts'
import { people } from '../schema.ts'
import { Forged, isOwnForm } from '../web/forgery.ts'
import { formTokenOf } from '../web/form-token.ts'
import { formerSession } from '../web/former-session.ts'
import { type Problem, readForm, text } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { keptPath } from '../web/kept-forms.ts'
import { localPath } from '../web/local-path.ts'
import { forgetSession } from '../web/session.ts'
import { limitsFor } from './browser.ts'
import { PasswordField } from './chosen-password.ts'
import { freshRoutes } from './fresh.ts'
import { singleSignOnRoutes } from './oidc/account-page.ts'
import { companySignInRoutes } from './oidc/company-page.ts'
import { findExclusiveIssuer, hasManyIssuers, listIssuers } from './oidc/issuers.ts'
import { oidcRoutes } from './oidc/routes.ts'
import { verifyPassword } from './password.ts'
import { passwordLinkRoutes } from './password-link-routes.ts'
import { findAccepted } from './same-form.ts'
import { companyFactorRoutes } from './second-factor/company-page.ts'
import { secondFactorRoutes } from './second-factor/routes.ts'
import { secondStepRoutes } from './second-step.ts'
import { passFirst } from './steps.ts'
import { forgetTries, refuseTooMany } from './throttle.ts'

const SignInForm = Type.Object({
  email: Type.String({ minLength: 1, maxLength: 254 }),
  password: PasswordField,
  to: Type.String({ maxLength: 4000 }),
})

export function signInRoutes(app: App): void {
  app.decorateReply('toSignIn', function (this: FastifyReply) {
    const { request } = this
    if (request.method === 'POST') request.flash('again.notSignedIn', {}, 'important')
    const to = request.method === 'GET' && request.url !== '/' ? `?to=${encodeURIComponent(request.url)}` : ''
    return this.leadTo(`/sign-in${to}`)
  })
  app.decorateReply('leadTo', function (this: FastifyReply, location: string) {
    if (this.request.headers['hx-request'] !== 'true') return this.redirect(location, 303)
    return this.code(401).header('hx-redirect', location).send('')
  })

  app.get('/sign-in', { config: open }, async (request, reply) => {
    const to = text((request.query as { to?: string }).to)
    if (request.person) return reply.redirect(localPath(to), 303)
    return showSignIn(request, reply, [], { to })
  })

  // Its second click may come when the first has signed in.
  const config = { ...open, ofVisitors: true, redisplay: showSignIn } as const
  app.post('/sign-in', { config }, async (request, reply) => {
    const { email, password, to } = readForm(request.body, SignInForm)
    const address = email.toLowerCase()
    const accepted = request.person && (await findAccepted(app.database.db, request, request.person.id))
    if (accepted) return reply.redirect(accepted, 303)
    const exclusive = await findExclusiveIssuer(app.database.db, address)
    if (exclusive) {
      const isMany = hasManyIssuers(await listIssuers(app.database.db))
      const key = isMany ? 'single-sign-on.onlyByCompany' : 'single-sign-on.only'
      throw new Invalid([{ field: 'email', key, params: { name: exclusive.name } }])
    }
    const limits = limitsFor(request, address)
    await refuseTooMany(request, limits)
    const [person] = await app.database.db.select().from(people).where(eq(people.email, address))
    if (!(await verifyPassword(password, person?.passwordHash)) || !person) {
      throw new Invalid([{ field: 'email', key: 'sign-in.wrong' }])
    }
    await forgetTries(app.database.db, limits[0]!.key)
    return passFirst(request, reply, { personId: person.id, to, way: 'password' })
  })

  // Its second click comes when the session that the form was made for has ended: then it is led on, and only a form
  // of that session clears what this browser holds of it.
  app.post('/sign-out', { config: { ...open, ownToken: true } }, async (request, reply) => {
    const { person, session } = request
    const token = person ? formTokenOf(app.config, session.sessionId) : formerSession(request)?.token
    const isOwn = token !== undefined && isOwnForm(app, request, token)
    if (person && !isOwn) throw new Forged(false)
    if (person) await session.destroy()
    if (isOwn) {
      forgetSession(reply)
      request.flash('sign-in.signedOut')
    }
    return reply.redirect('/sign-in', 303)
  })

  passwordLinkRoutes(app)
  secondStepRoutes(app)
  freshRoutes(app)
  oidcRoutes(app)
  companySignInRoutes(app)
  secondFactorRoutes(app)
  companyFactorRoutes(app)
  singleSignOnRoutes(app)
}

async function showSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): Promise<FastifyReply> {
  const { publisher, database } = request.server
  const to = text(values.to)
  const accounts = publisher().isDemonstration ? demonstrationAccounts : []
  const issuers = await listIssuers(database.db)
  const company = to ? `/sign-in/company?to=${encodeURIComponent(to)}` : '/sign-in/company'
  return reply.page('sign-in/new', {
    title: request.t('sign-in.title'),
    problems,
    values: { email: values.email, to },
    accounts,
    issuers,
    byCompany: hasManyIssuers(issuers) ? company : undefined,
    isForm: to.startsWith(keptPath),
  })
}
