import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { seal, unseal } from '../seal.ts'
import type { Provider } from './discovery.ts'
import { callbackOf } from './exchange.ts'
import type { Issuer } from './issuers.ts'
import { SingleSignOnRefused } from './refused.ts'

/** What somebody goes to an issuer for: to sign in, to sign in again before a risky act, to link their account. */
export type Purpose = 'sign-in' | 'again' | 'link'

/** One way there and back; in a sealed cookie, so that nothing is stored and no other browser can end it. */
export type Flow = {
  issuerId: string
  purpose: Purpose
  /** Who went; null for a sign-in. */
  personId: string | null
  to: string
  state: string
  nonce: string
  verifier: string
  at: number
}

const cookieName = 'guichet_issuer'
const minutes = 15
const random = () => randomBytes(32).toString('base64url')

/** Begins a flow on this browser; gives the issuer's address to go to. */
export function beginFlow(
  request: FastifyRequest,
  reply: FastifyReply,
  { issuer, provider, purpose, to }: { issuer: Issuer; provider: Provider; purpose: Purpose; to: string },
): string {
  const { server, person } = request
  const personId = purpose === 'sign-in' ? null : person!.id
  const secrets = { state: random(), nonce: random(), verifier: random() }
  const flow: Flow = { issuerId: issuer.id, purpose, personId, to, ...secrets, at: Date.now() }
  reply.setCookie(cookieName, seal(server.config, 'seal', 'issuer', JSON.stringify(flow)), {
    httpOnly: true,
    // The issuer's answer is a link from its page to ours.
    sameSite: 'lax',
    path: '/sign-in/at',
    secure: 'auto',
    maxAge: minutes * 60,
  })
  const url = new URL(provider.authorizationEndpoint)
  const asked: Record<string, string> = {
    response_type: 'code',
    client_id: issuer.clientId,
    redirect_uri: callbackOf(server, issuer),
    scope: 'openid email profile',
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: createHash('sha256').update(flow.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ui_locales: request.locale,
    ...(purpose === 'again' ? { prompt: 'login', max_age: '0' } : {}),
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  return url.href
}

/** The flow that this browser began with this issuer, once. Throws SingleSignOnRefused('expired'). */
export function endFlow(request: FastifyRequest, reply: FastifyReply, issuerId: string): Flow {
  const sent = request.cookies[cookieName]
  reply.clearCookie(cookieName, { path: '/sign-in/at' })
  const text = sent && unseal(request.server.config, 'seal', 'issuer', sent)
  if (!text) throw new SingleSignOnRefused('expired', 'no flow')
  const flow = JSON.parse(text) as Flow
  const { state } = request.query as { state?: unknown }
  if (typeof state !== 'string' || !isSame(state, flow.state) || flow.issuerId !== issuerId) {
    throw new SingleSignOnRefused('expired', 'another flow')
  }
  if (Date.now() - flow.at > minutes * 60_000) throw new SingleSignOnRefused('expired', 'too late')
  return flow
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(one!, other!)
}
