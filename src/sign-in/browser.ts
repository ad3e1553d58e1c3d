import { createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Config, keyFor } from '../config.ts'
import { networkOf } from '../web/network.ts'
import type { Limit } from './throttle.ts'

/** A browser on which somebody signed in before: others' wrong tries do not lock it out. */
const knownCookie = 'guichet_browser'

/**
 * By account from one network first (a success forgets it), by network, and by account from everywhere: but a browser
 * known for the account has its own count instead of that last one, so that nobody can lock somebody else out.
 */
export function limitsFor(request: FastifyRequest, email: string): Limit[] {
  return limitsOf(request, 'account', email, { here: 10, everywhere: { tries: 100, minutes: 60 } })
}

/**
 * The same for the second step. Three codes are good at any time: thirty tries a day find one of them once in thirty
 * years, on the account of somebody whose password is known.
 */
export function codeLimitsFor(request: FastifyRequest, email: string): Limit[] {
  return limitsOf(request, 'code', email, { here: 5, everywhere: { tries: 30, minutes: 24 * 60 } })
}

function limitsOf(
  request: FastifyRequest,
  kind: 'account' | 'code',
  email: string,
  { here, everywhere }: { here: number; everywhere: Omit<Limit, 'key'> },
): Limit[] {
  const network = networkOf(request.ip)
  const known = knownBrowser(request, email)
  const own = kind === 'account' ? '' : `${kind} `
  return [
    known
      ? { key: `${own}browser ${known}`, tries: here, minutes: 15 }
      : { key: `${kind} ${email} ${network}`, tries: here, minutes: 15 },
    { key: `${own}network ${network}`, tries: 200, minutes: 15, isOfNetwork: true },
    ...(known ? [] : [{ key: `${kind} ${email}`, ...everywhere }]),
  ]
}

/** What stands for an account on a browser that is known for it; undefined on all others. */
export function knownBrowser(request: FastifyRequest, email: string): string | undefined {
  const sent = request.cookies[knownCookie]
  const known = sent ? request.unsignCookie(sent) : undefined
  return known?.valid && known.value === markOf(request.server.config, email) ? known.value : undefined
}

export function rememberBrowser(reply: FastifyReply, email: string): void {
  reply.setCookie(knownCookie, markOf(reply.server.config, email), {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: 365 * 24 * 3600,
    secure: 'auto',
  })
}

/** Not the address itself: whoever uses the browser next reads no name from it. */
function markOf(config: Config, email: string): string {
  return createHmac('sha256', keyFor(config, 'form')).update(`known browser ${email}`).digest('base64url')
}
