import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordPersonActivity } from '../activity/record.ts'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { people } from '../schema.ts'
import { localPath } from '../web/local-path.ts'
import { startSession } from '../web/session.ts'
import { rememberBrowser } from './browser.ts'
import { acceptForm, sessionSecretOf } from './same-form.ts'
import { seal, unseal } from './seal.ts'
import { findSecondFactor } from './second-factor/queries.ts'

type Account = typeof people.$inferSelect
/** How somebody showed who they are. */
export type Way = 'password' | 'issuer'

const pendingCookie = 'guichet_second'
const pendingMinutes = 10
const cookie = { httpOnly: true, sameSite: 'lax', path: '/sign-in', secure: 'auto' } as const

/**
 * After the password or the issuer: signed in, or to the page that asks for the code of the second factor.
 * `isRepeated`: whether it is the second of two clicks, where that is known already.
 */
export async function passFirst(
  request: FastifyRequest,
  reply: FastifyReply,
  { personId, to, way, ...known }: { personId: string; to: string; way: Way; isRepeated?: boolean },
): Promise<FastifyReply> {
  const { db } = request.server.database
  const [[person], { isOn }] = await Promise.all([
    db.select().from(people).where(eq(people.id, personId)),
    findSecondFactor(db, personId),
  ])
  if (!person) throw new NotFound()
  if (!isOn) {
    const isRepeated = known.isRepeated ?? (await acceptForm(db, request, personId, to))
    return finishSignIn(request, reply, { person, to, way, isRepeated })
  }
  const pending: Pending = { personId: person.id, stamp: stampOf(person), to, way, at: Date.now() }
  const sealed = seal(request.server.config, 'seal', 'second step', JSON.stringify(pending))
  reply.setCookie(pendingCookie, sealed, { ...cookie, maxAge: pendingMinutes * 60 })
  return reply.redirect('/sign-in/second-factor', 303)
}

/**
 * Signed in: a new session ID, the old one dead. The second of two clicks on a form (`isRepeated`) comes into the
 * session of the first, and is recorded only where that one has ended meanwhile.
 */
export async function finishSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { person, to, way, isRepeated }: { person: Account; to: string; way: Way; isRepeated: boolean },
): Promise<FastifyReply> {
  const hasEnded = await startSession(request, person, sessionSecretOf(request, person.id))
  if (!isRepeated || hasEnded) {
    await recordPersonActivity(request.server.database.db, {
      personId: person.id,
      verb: 'account.signed-in',
      details: { way },
    })
  }
  rememberBrowser(reply, person.email)
  request.log.info({ personId: person.id, way }, 'signed in')
  return reply.redirect(localPath(to), 303)
}

type Pending = { personId: string; stamp: string; to: string; way: Way; at: number }

/** Who passed the first step on this browser within ten minutes, and has not changed the password since. */
export async function findPending(
  app: App,
  request: FastifyRequest,
): Promise<{ person: Account; to: string; way: Way } | undefined> {
  const sent = request.cookies[pendingCookie]
  const text = sent && unseal(app.config, 'seal', 'second step', sent)
  if (!text) return undefined
  const { personId, stamp, to, way, at } = JSON.parse(text) as Pending
  if (Date.now() - at > pendingMinutes * 60_000) return undefined
  const [person] = await app.database.db.select().from(people).where(eq(people.id, personId))
  return person && stampOf(person) === stamp ? { person, to, way } : undefined
}

export function forgetPending(reply: FastifyReply): void {
  reply.clearCookie(pendingCookie, { path: cookie.path })
}

// Not the hash itself: it would leave the house, though sealed.
function stampOf({ passwordHash, email }: Account): string {
  return createHash('sha256').update(`${passwordHash} ${email}`).digest('base64url').slice(0, 16)
}
