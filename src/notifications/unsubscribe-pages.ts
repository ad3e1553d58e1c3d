import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { text } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { readUnsubscribeToken, type Unsubscription } from './unsubscribe.ts'
import { type Scope, scopes, unsubscribe } from './unsubscribing.ts'

type Asked = FastifyRequest<{ Params: { token: string }; Querystring: { done?: string } }>

/**
 * The link in each mail that may be turned off: a page that asks, and a POST that acts, whoever sends it. Mail
 * programs send it themselves (RFC 8058): without a session, a form's token or a redirect.
 */
export function unsubscribePages(app: App): void {
  app.get('/unsubscribe/:token', { config: open }, async (request: Asked, reply) => {
    const what = readToken(request)
    return show(
      request,
      reply,
      what,
      scopes.find((scope) => scope === request.query.done),
    )
  })

  app.post('/unsubscribe/:token', { config: { ...open, ownToken: true } }, async (request: Asked, reply) => {
    const what = readToken(request)
    const asked = text((request.body as { scope?: unknown } | undefined)?.scope)
    const scope = scopes.find((one) => one === asked) ?? (what.customerId ? 'company' : 'all')
    await unsubscribe(app.database, what, scope)
    if (asked) return reply.redirect(`/unsubscribe/${request.params.token}?done=${scope}`, 303)
    return show(request, reply, what, scope)
  })
}

function readToken(request: Asked): Unsubscription {
  const what = readUnsubscribeToken(request.server.config, request.params.token)
  if (!what) throw new NotFound()
  return what
}

function show(
  request: Asked,
  reply: FastifyReply,
  what: Unsubscription,
  done: Scope | undefined,
): FastifyReply {
  const { t } = request
  return reply.header('x-robots-tag', 'noindex').page('notifications/unsubscribe', {
    title: t(done ? 'notifications.unsubscribe.doneTitle' : 'notifications.unsubscribe.title'),
    what,
    done,
    action: `/unsubscribe/${request.params.token}`,
  })
}
