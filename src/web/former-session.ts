import type { FastifyReply, FastifyRequest } from 'fastify'
import { formTokenOf } from './form-token.ts'

const formerCookie = 'guichet_former'
const formerDays = 30

/** A session that may have ended, by the token that its forms carry. */
export type FormerSession = { personId: string; token: Buffer }

/**
 * Leaves a mark of this session that outlives it, so that a form sent after its end is known for its person's. It
 * opens nothing: it holds what stands in every form of the session, never its ID.
 */
export function rememberFormer(request: FastifyRequest, reply: FastifyReply, personId: string): void {
  const token = formTokenOf(request.server.config, request.session.sessionId).toString('base64url')
  reply.setCookie(formerCookie, `${personId}.${token}`, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: 'auto',
    maxAge: formerDays * 24 * 3600,
  })
}

/** The last session on this browser; undefined where nobody was signed in, or who was has signed out. */
export function formerSession(request: FastifyRequest): FormerSession | undefined {
  const sent = request.cookies[formerCookie]
  const { valid, value } = sent ? request.unsignCookie(sent) : { valid: false, value: null }
  const personId = valid && value ? /^([0-9a-f-]{36})\./.exec(value)?.[1] : undefined
  return personId
    ? { personId, token: Buffer.from(value!.slice(personId.length + 1), 'base64url') }
    : undefined
}

export function forgetFormer(reply: FastifyReply): void {
  reply.clearCookie(formerCookie, { path: '/' })
}
