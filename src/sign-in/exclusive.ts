import type { FastifyReply, FastifyRequest } from 'fastify'
import { findExclusiveIssuer } from './oidc/issuers.ts'

/**
 * To the sign-in page, where people of this address sign in by their company's issuer alone: no password is set for
 * them. Nothing for all others.
 */
export async function leadToIssuer(
  request: FastifyRequest,
  reply: FastifyReply,
  email: string,
): Promise<FastifyReply | undefined> {
  const issuer = await findExclusiveIssuer(request.server.database.db, email)
  if (!issuer) return undefined
  request.flash('sign-in.byIssuerOnly', { issuer: issuer.name }, 'important')
  return reply.redirect('/sign-in', 303)
}
