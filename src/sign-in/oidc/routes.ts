import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../../app.ts'
import { NotFound } from '../../errors.ts'
import { text } from '../../web/forms.ts'
import { open, signedIn } from '../../web/guard.ts'
import { localPath } from '../../web/local-path.ts'
import { networkOf } from '../../web/network.ts'
import { actOnce } from '../../web/once.ts'
import { passFirst } from '../steps.ts'
import { countTry } from '../throttle.ts'
import { checkClaims, findLink, findOrMake, linkOwn, useLink } from './accounts.ts'
import { discover } from './discovery.ts'
import { type Claims, exchange } from './exchange.ts'
import { beginFlow, endFlow, type Flow, type Purpose } from './flow.ts'
import { findIdentity, findIssuer, type Issuer } from './issuers.ts'
import { linkHours } from './link-hours.ts'
import { isReason, SingleSignOnRefused, statusOf } from './refused.ts'

const Params = Type.Object({ issuer: Type.String() })
const TokenParams = Type.Object({ token: Type.String() })

/** Single sign-on: to an issuer and back (domain.md section 7). */
export function oidcRoutes(app: App): void {
  app.post('/sign-in/at/:issuer', { config: open, schema: { params: Params } }, (request, reply) =>
    leaveFor(request, reply, request.params.issuer, 'sign-in', toOf(request)),
  )

  app.post(
    '/sign-in/at/:issuer/again',
    { config: { ...signedIn, beforeSecondFactor: true }, schema: { params: Params } },
    (request, reply) => leaveFor(request, reply, request.params.issuer, 'again', toOf(request)),
  )

  app.get(
    '/sign-in/at/:issuer/callback',
    // The address holds a code: it does not stand in the log.
    { config: open, schema: { params: Params }, logLevel: 'warn' },
    async (request, reply) => {
      let flow: Flow | undefined
      try {
        const issuer = await findIssuer(app.database.db, request.params.issuer)
        if (!issuer) throw new SingleSignOnRefused('expired', 'no such issuer')
        flow = endFlow(request, reply, issuer.id)
        const claims = await hear(app, request, issuer, flow)
        return await arrive(app, request, reply, { issuer, flow, claims })
      } catch (error) {
        return refuse(request, reply, error, flow)
      }
    },
  )

  app.get('/sign-in/refused/:reason', { config: open }, showRefused)

  app.get('/sign-in/link-sent', { config: open }, (request, reply) =>
    reply.page('sign-in/link-sent', { title: request.t('single-sign-on.sentTitle'), hours: linkHours }),
  )

  const quiet = { schema: { params: TokenParams }, logLevel: 'warn' } as const
  app.get('/sign-in/link/:token', { config: open, ...quiet }, async (request, reply) => {
    const { token } = request.params
    reply.headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    const link = await findLink(app.database.db, token)
    if (!link) return showDeadLink(request, reply)
    const title = request.t('single-sign-on.linkTitle', { issuer: link.issuer })
    return reply.page('sign-in/link', { title, ...link, action: `/sign-in/link/${token}` })
  })

  app.post('/sign-in/link/:token', { config: open, ...quiet }, async (request, reply) => {
    try {
      return await actOnce(request, reply, async (tx) => {
        const issuer = await useLink(tx, request.params.token, request.locale)
        if (!issuer) throw new NotFound()
        // Not signed in here: this browser has shown that it reads the mail, not that it is known at the issuer.
        request.flash('single-sign-on.linked', { issuer: issuer.name })
        return request.person ? '/account/single-sign-on' : '/sign-in'
      })
    } catch (error) {
      if (error instanceof NotFound) return showDeadLink(request, reply)
      return refuse(request, reply, error, undefined)
    }
  })
}

function toOf(request: FastifyRequest): string {
  return localPath(text((request.body as { to?: unknown } | undefined)?.to))
}

/**
 * Sends the browser to an issuer. By a page with a `Refresh`, since a redirect after a form may lead nowhere but to
 * us (form-action in the content security policy); without it there is a link on the page.
 */
export async function leaveFor(
  request: FastifyRequest,
  reply: FastifyReply,
  issuerId: string,
  purpose: Purpose,
  to: string,
): Promise<FastifyReply> {
  const { db } = request.server.database
  const limit = { key: `issuer ${networkOf(request.ip)}`, tries: 100, minutes: 15 }
  const minutes = await countTry(db, [limit])
  if (minutes) return showTooMany(request, reply, minutes)
  const issuer = await findIssuer(db, issuerId)
  if (!issuer) throw new NotFound()
  try {
    const provider = await discover(issuer.issuer)
    const href = beginFlow(request, reply, { issuer, provider, purpose, to })
    reply.headers({ refresh: `0;url=${href}`, 'cache-control': 'no-store' })
    const title = request.t('single-sign-on.leaveTitle', { issuer: issuer.name })
    return reply.page('sign-in/leave', { title, issuer, href })
  } catch (error) {
    return refuse(request, reply, error, { to, purpose })
  }
}

/** What the issuer says of who came back. Throws SingleSignOnRefused. */
async function hear(app: App, request: FastifyRequest, issuer: Issuer, flow: Flow): Promise<Claims> {
  const query = request.query as Record<string, unknown>
  const provider = await discover(issuer.issuer)
  if ((provider.saysIssuer || query.iss !== undefined) && query.iss !== issuer.issuer) {
    throw new SingleSignOnRefused('untrue', 'iss of the answer')
  }
  if (query.error !== undefined) throw new SingleSignOnRefused('denied', String(query.error).slice(0, 60))
  if (typeof query.code !== 'string') throw new SingleSignOnRefused('untrue', 'no code')
  const claims = await exchange(app, { issuer, provider, flow, code: query.code })
  checkClaims(issuer, claims)
  return claims
}

type Arrival = { issuer: Issuer; flow: Flow; claims: Claims }

async function arrive(app: App, request: FastifyRequest, reply: FastifyReply, arrival: Arrival) {
  const { issuer, flow, claims } = arrival
  const { to } = flow
  if (flow.purpose !== 'sign-in' && request.person?.id !== flow.personId) {
    throw new SingleSignOnRefused('otherPerson')
  }
  if (flow.purpose === 'link') {
    const { person, locale } = request
    await app.database.transaction((tx) => linkOwn(tx, issuer, claims, { personId: person!.id, locale }))
    request.flash('single-sign-on.linked', { issuer: issuer.name })
    return reply.redirect('/account/single-sign-on', 303)
  }
  if (flow.purpose === 'again') {
    checkAgain(flow, claims, await findIdentity(app.database.db, issuer.id, claims.subject))
    return passFirst(request, reply, { personId: request.person!.id, to, way: 'issuer' })
  }
  const minutes = await countTry(app.database.db, [
    { key: `issuer ${issuer.id} ${claims.subject}`, tries: 20, minutes: 60 },
  ])
  if (minutes) return showTooMany(request, reply, minutes)
  const person = await app.database.transaction((tx) => findOrMake(tx, issuer, claims, request.locale))
  if (!person) return reply.redirect('/sign-in/link-sent', 303)
  return passFirst(request, reply, { personId: person.id, to, way: 'issuer' })
}

/** The issuer must really have asked again: a session that was still open there shows nothing. */
function checkAgain(flow: Flow, { authenticatedAt }: Claims, linked: string | undefined): void {
  if (linked !== flow.personId) throw new SingleSignOnRefused('otherPerson')
  const since = flow.at - 60_000
  if (!authenticatedAt || authenticatedAt.getTime() < since) throw new SingleSignOnRefused('notFresh')
}

/**
 * To a page with words and a way on: what came with the answer, the code among it, does not stay in the address. What
 * exactly was wrong is for the log. Other errors are not ours to answer.
 */
function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  flow: Pick<Flow, 'to' | 'purpose'> | undefined,
): FastifyReply {
  if (!(error instanceof SingleSignOnRefused)) throw error
  request.log.warn({ err: error }, 'single sign-on refused')
  const query = new URLSearchParams(flow ? { from: flow.purpose, to: flow.to } : {})
  return reply.redirect(`/sign-in/refused/${error.reason}${flow ? `?${query}` : ''}`, 303)
}

function showRefused(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { reason } = request.params as { reason: string }
  if (!isReason(reason)) throw new NotFound()
  return reply.code(statusOf(reason)).page('sign-in/refused', {
    title: request.t('single-sign-on.refusedTitle'),
    text: request.t(`single-sign-on.refused.${reason}`),
    back: wayBack(request),
  })
}

function wayBack(request: FastifyRequest): { href: string; key: string } {
  const query = request.query as { from?: unknown; to?: unknown }
  if (query.from === 'link') return { href: '/account/single-sign-on', key: 'single-sign-on.toAccount' }
  const place = request.person && query.from === 'again' ? '/sign-in/again' : '/sign-in'
  const to = localPath(text(query.to))
  return {
    href: to === '/' ? place : `${place}?to=${encodeURIComponent(to)}`,
    key: 'single-sign-on.toSignIn',
  }
}

function showTooMany(request: FastifyRequest, reply: FastifyReply, minutes: number): FastifyReply {
  reply.code(429).header('retry-after', String(minutes * 60))
  return reply.page('sign-in/refused', {
    title: request.t('single-sign-on.refusedTitle'),
    text: request.t('sign-in.tooMany', { minutes }),
    back: { href: '/sign-in', key: 'single-sign-on.toSignIn' },
  })
}

function showDeadLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(404).page('sign-in/refused', {
    title: request.t('sign-in.deadLink'),
    text: request.t('single-sign-on.deadLink'),
    back: { href: '/sign-in', key: 'single-sign-on.toSignIn' },
  })
}
