import type { FastifyRequest } from 'fastify'
import { networkOf } from '../web/network.ts'
import type { Limit } from './throttle.ts'

/** However often anyone asks: nobody's mailbox is filled from here, and no network sounds out addresses. */
export function mailLimits(request: FastifyRequest, email: string): Limit[] {
  const network = networkOf(request.ip)
  return [
    { key: `mail ${email} ${network}`, tries: 5, minutes: 60 },
    { key: `mail ${email}`, tries: 20, minutes: 24 * 60 },
    { key: `mail network ${network}`, tries: 100, minutes: 60 },
  ]
}
