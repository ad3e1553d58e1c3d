import type { FastifyRequest } from 'fastify'
import { NotFound } from '../errors.ts'
import { isId } from '../ids.ts'

/** The host's ID in the address. Throws NotFound where it is none. */
export function hostIdOf(request: FastifyRequest): string {
  const { host } = request.params as { host: string }
  if (!isId(host)) throw new NotFound()
  return host
}

/** Address of a host's page. */
export function hostPath({ customer }: FastifyRequest, hostId: string): string {
  return `${customer.base}/hosts/${hostId}`
}
