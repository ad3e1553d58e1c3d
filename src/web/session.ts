import { randomBytes } from 'node:crypto'
import fastifySession from '@fastify/session'
import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { keyFor } from '../config.ts'
import type { Db } from '../db.ts'
import { forgetFormer, rememberFormer } from './former-session.ts'
import { networkOf } from './network.ts'
import { type Access, hash, SessionStore } from './session-store.ts'

declare module 'fastify' {
  interface Session {
    personId?: string
    activeCustomerId?: string | null
    /** Companies for which "stay with the current one" was chosen in this session (R11). */
    stay?: string[]
    /** Set by the store on what it loaded; never written back. */
    access?: Access
    userAgent?: string
    network?: string
  }
}

const cookieName = 'guichet'

export async function registerSession(app: App): Promise<void> {
  await app.register(fastifySession, {
    secret: keyFor(app.config, 'session'),
    cookieName,
    cookie: {
      secure: 'auto',
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      maxAge: app.config.sessionHours * 3_600_000,
    },
    saveUninitialized: false,
    rolling: false,
    store: new SessionStore(app),
    // The person's ID stands before the random part: row-level security can be set before the first query.
    idGenerator: (request) => idOf(request?.signingIn ?? { personId: 'anyone', secret: newSecret() }),
  })
  app.decorateRequest('signingIn', null)
  app.addHook('onRequest', async (request, reply) => {
    request.access = request.session?.access ?? null
    request.person = request.access?.person ?? null
    // Whatever kind of answer it becomes, files to download too. What visitors get has a token of theirs in it.
    reply.header('cache-control', request.person ? 'no-store' : 'private, no-cache')
  })
  app.addHook('onSend', async (request, reply) => {
    if (request.signingIn) rememberFormer(request, reply, request.signingIn.personId)
  })
}

/** Of a session: whose, and the part of its ID that nobody can guess. */
export type SessionKey = { personId: string; secret: string }

const newSecret = () => randomBytes(24).toString('base64url')
const idOf = ({ personId, secret }: SessionKey) => `${personId}.${secret}`

/**
 * Signs the person in on this browser: a new session ID, the old one dead. At first the primary company is active; who
 * was signed in already stays where they were. With the `secret` of a session that was begun within a minute and lives
 * it is that session again, and with that of one that ended a new one all the same: then it gives true.
 */
export async function startSession(
  request: FastifyRequest,
  person: { id: string; primaryCustomerId: string | null },
  secret?: string,
): Promise<boolean> {
  const { activeCustomerId, stay } = request.person?.id === person.id ? request.session : {}
  const key = { personId: person.id, secret: secret ?? newSecret() }
  const hasEnded = secret !== undefined && (await isOver(request.server.database.db, hash(idOf(key))))
  request.signingIn = hasEnded ? { ...key, secret: newSecret() } : key
  await request.session.regenerate()
  Object.assign(request.session, {
    personId: person.id,
    activeCustomerId: activeCustomerId ?? person.primaryCustomerId,
    ...(stay ? { stay } : {}),
    userAgent: String(request.headers['user-agent'] ?? '').slice(0, 300),
    network: networkOf(request.ip),
  })
  await Promise.all([
    request.session.save(),
    request.server.database.db.execute(
      sql`update people set last_signed_in_at = now() where id = ${person.id}`,
    ),
  ])
  return hasEnded
}

async function isOver(db: Db, idHash: string): Promise<boolean> {
  const found = await db.execute(sql`
    select from sessions where id_hash = ${idHash}
      and (revoked_at is not null or authenticated_at < now() - interval '1 minute')`)
  return found.length > 0
}

/** Signed out: nothing on this browser tells any more who was here. */
export function forgetSession(reply: FastifyReply): void {
  reply.clearCookie(cookieName, { path: '/' })
  forgetFormer(reply)
}
