import type { FastifyReply, FastifyRequest } from 'fastify'
import type { people } from '../schema.ts'
import { findAnswered, weekInSeconds } from '../web/once.ts'
import { isSessionAlive } from '../web/session-store.ts'
import { verifyPassword } from './password.ts'
import { findAccepted } from './same-form.ts'
import { passFirst } from './steps.ts'

type Used = {
  /** Whose account the link has made, or set the password of; undefined where it is dead for another reason. */
  owner: typeof people.$inferSelect | undefined
  password: string
  /** What is said on the next page. */
  flash: [key: string, params?: Record<string, unknown>]
}

/**
 * The answer to a form whose mailed link is used up, where the form is the very one that used it: the same as the first
 * time (quality.md 12). Undefined for every other form, and for whoever has no more than the link.
 *
 * Whoever is signed in to that account by now is led on. Else the form opens the session of its first arrival, or one
 * more where that has ended, for a minute and only while its password is still the account's: it is no way in that
 * signing in would not be.
 */
export async function answerAgain(
  request: FastifyRequest,
  reply: FastifyReply,
  { owner, password, flash }: Used,
): Promise<FastifyReply | undefined> {
  if (!owner) return undefined
  const { db } = request.server.database
  if (await isIn(request, owner.id)) {
    const to = await findAnswered(db, request, owner.id, weekInSeconds)
    return to === undefined ? undefined : reply.redirect(to, 303)
  }
  const to = await findAccepted(db, request, owner.id)
  if (to === undefined || !(await verifyPassword(password, owner.passwordHash))) return undefined
  request.flash(...flash)
  return passFirst(request, reply, { personId: owner.id, to, way: 'password', isRepeated: true })
}

// A session of before may have been ended by the form's first arrival, after this request came.
async function isIn(request: FastifyRequest, personId: string): Promise<boolean> {
  return request.person?.id === personId && (await isSessionAlive(request))
}
