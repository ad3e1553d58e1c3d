import type { FastifyRequest } from 'fastify'
import { networkOf } from '../web/network.ts'
import { knownBrowser } from './browser.ts'
import type { Limit } from './throttle.ts'

/**
 * However often anyone asks: nobody's mailbox is filled from here, and no network sounds out addresses. A browser on
 * which that account signed in before has its own count, so that nobody keeps somebody else from a new password.
 */
export function mailLimits(request: FastifyRequest, email: string): Limit[] {
  const network = networkOf(request.ip)
  const known = knownBrowser(request, email)
  return [
    ...(known
      ? [{ key: `mail browser ${known}`, tries: 5, minutes: 60 }]
      : [
          { key: `mail ${email} ${network}`, tries: 5, minutes: 60 },
          { key: `mail ${email}`, tries: 20, minutes: 24 * 60 },
        ]),
    { key: `mail network ${network}`, tries: 100, minutes: 60 },
  ]
}
