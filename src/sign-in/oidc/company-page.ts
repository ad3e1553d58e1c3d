import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../../app.ts'
import { Invalid } from '../../errors.ts'
import { type Problem, readForm, text } from '../../web/forms.ts'
import { open } from '../../web/guard.ts'
import { localPath } from '../../web/local-path.ts'
import { networkOf } from '../../web/network.ts'
import { countTry } from '../throttle.ts'
import { findIssuerFor } from './issuers.ts'
import { leaveFor } from './routes.ts'

const CompanyForm = Type.Object({
  email: Type.String({ minLength: 1, maxLength: 254 }),
  to: Type.String({ maxLength: 4000 }),
})
const place = '/sign-in/company'

/**
 * Where there are too many issuers for a button each: asks for an address and goes on to the issuer of its domain. The
 * answer depends on the domain alone, and says nothing of whether there is such an account.
 */
export function companySignInRoutes(app: App): void {
  app.get(place, { config: open }, (request, reply) => {
    const to = text((request.query as { to?: string }).to)
    if (request.person) return reply.redirect(localPath(to), 303)
    return show(request, reply, [], { to })
  })

  app.post(place, { config: { ...open, redisplay: show } }, async (request, reply) => {
    const { email, to } = readForm(request.body, CompanyForm)
    const { db } = app.database
    const limit = { key: `company ${networkOf(request.ip)}`, tries: 100, minutes: 15 }
    const minutes = await countTry(db, [limit])
    if (minutes) {
      reply.code(429).header('retry-after', String(minutes * 60))
      return show(request, reply, [{ message: request.t('sign-in.tooMany', { minutes }) }], { email, to })
    }
    const issuer = await findIssuerFor(db, email)
    if (!issuer) throw new Invalid([{ field: 'email', key: 'single-sign-on.noIssuer' }])
    return leaveFor(request, reply, issuer.id, 'sign-in', localPath(to))
  })
}

function show(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): FastifyReply {
  const to = text(values.to)
  return reply.page('sign-in/company', {
    title: request.t('single-sign-on.company'),
    problems,
    values: { email: values.email, to },
    back: to ? `/sign-in?to=${encodeURIComponent(to)}` : '/sign-in',
  })
}
