import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { demonstrationAccounts } from '../demonstration/accounts.ts'
import { Invalid } from '../errors.ts'
import { people } from '../schema.ts'
import { type Problem, readForm, text } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { localPath } from '../web/local-path.ts'
import { networkOf } from '../web/network.ts'
import { startSession } from '../web/session.ts'
import { verifyPassword } from './password.ts'
import { passwordLinkRoutes } from './password-link-routes.ts'
import { countTry, forgetTries, type Limit } from './throttle.ts'

const SignInForm = Type.Object({
  email: Type.String({ minLength: 1, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 1000 }),
  to: Type.String({ maxLength: 4000 }),
})

/** A browser on which somebody signed in before: others' wrong tries do not lock it out. */
const knownCookie = 'guichet_known'

export function signInRoutes(app: App): void {
  app.decorateReply('toSignIn', function (this: FastifyReply) {
    const { request } = this
    const to = request.method === 'GET' && request.url !== '/' ? `?to=${encodeURIComponent(request.url)}` : ''
    if (request.headers['hx-request'] === 'true') {
      return this.code(401).header('hx-redirect', `/sign-in${to}`).send('')
    }
    return this.redirect(`/sign-in${to}`, 303)
  })

  app.get('/sign-in', { config: open }, async (request, reply) => {
    const to = text((request.query as { to?: string }).to)
    if (request.person) return reply.redirect(localPath(to), 303)
    return showSignIn(request, reply, [], { to })
  })

  app.post('/sign-in', { config: { ...open, redisplay: showSignIn } }, async (request, reply) => {
    const { email, password, to } = readForm(request.body, SignInForm)
    const address = email.toLowerCase()
    const limits = limitsFor(request, address)
    const wait = await countTry(app.database.db, limits)
    if (wait) {
      reply.header('retry-after', String(wait * 60))
      const problems = [{ message: request.t('sign-in.tooMany', { minutes: wait }) }]
      return showSignIn(request, reply.code(429), problems, { email, to })
    }
    const [person] = await app.database.db.select().from(people).where(eq(people.email, address))
    if (!(await verifyPassword(password, person?.passwordHash)) || !person) {
      throw new Invalid([{ field: 'email', key: 'sign-in.wrong' }])
    }
    await forgetTries(app.database.db, limits[0]!.key)
    await startSession(request, person)
    rememberBrowser(request, reply, address)
    return reply.redirect(localPath(to), 303)
  })

  app.post('/sign-out', { config: open }, async (request, reply) => {
    if (request.person) await request.session.destroy()
    reply.clearCookie('guichet', { path: '/' })
    request.flash('sign-in.signedOut')
    return reply.redirect('/sign-in', 303)
  })

  passwordLinkRoutes(app)
}

function showSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): FastifyReply {
  const { publisher } = request.server
  const accounts = publisher().isDemonstration ? demonstrationAccounts : []
  return reply.page('sign-in/new', {
    title: request.t('sign-in.title'),
    problems,
    values: { email: values.email, to: values.to },
    accounts,
  })
}

/**
 * By account from one network first (a success forgets it), by network, and by account from everywhere: but a browser
 * known for the account has its own count instead of that last one, so that nobody can lock somebody else out.
 */
function limitsFor(request: FastifyRequest, email: string): Limit[] {
  const network = networkOf(request.ip)
  const sent = request.cookies[knownCookie]
  const known = sent ? request.unsignCookie(sent) : undefined
  const isKnown = known?.valid && known.value === email
  return [
    isKnown
      ? { key: `browser ${sent}`, tries: 10, minutes: 15 }
      : { key: `account ${email} ${network}`, tries: 10, minutes: 15 },
    { key: `network ${network}`, tries: 200, minutes: 15 },
    ...(isKnown ? [] : [{ key: `account ${email}`, tries: 100, minutes: 60 }]),
  ]
}

function rememberBrowser(request: FastifyRequest, reply: FastifyReply, email: string): void {
  const maxAge = 365 * 24 * 3600
  reply.setCookie(knownCookie, email, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/sign-in',
    maxAge,
    secure: 'auto',
  })
  request.log.info({ personId: request.session.personId }, 'signed in')
}
