import { createHash, randomBytes } from 'node:crypto'
import fastifySession from '@fastify/session'
import { sql } from 'drizzle-orm'
import type { FastifyRequest, Session } from 'fastify'
import { baseOf, type CustomerRef, type Person, type Reached, reachedColumns } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { keyFor } from '../config.ts'
import type { Database, Db } from '../db.ts'
import { networkOf } from './network.ts'

/** What one round trip at the start of a request tells: the person, the active company and the primary one. */
export interface Access {
  person: Person
  associations: number
  active: Reached | undefined
  primary: CustomerRef | undefined
}

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

export async function registerSession(app: App): Promise<void> {
  await app.register(fastifySession, {
    secret: keyFor(app.config, 'session'),
    cookieName: 'guichet',
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
    idGenerator: (request) => `${request?.signingIn ?? 'anyone'}.${randomBytes(24).toString('base64url')}`,
  })
  app.decorateRequest('signingIn', null)
  app.addHook('onRequest', async (request, reply) => {
    request.access = request.session?.access ?? null
    request.person = request.access?.person ?? null
    // Whatever kind of answer it becomes, files to download too. What visitors get has a token of theirs in it.
    reply.header('cache-control', request.person ? 'no-store' : 'private, no-cache')
  })
}

/** Signs the person in on this browser: a new session ID, the old one dead. At first the primary company is active. */
export async function startSession(
  request: FastifyRequest,
  person: { id: string; primaryCustomerId: string | null },
): Promise<void> {
  request.signingIn = person.id
  await request.session.regenerate()
  Object.assign(request.session, {
    personId: person.id,
    activeCustomerId: person.primaryCustomerId,
    userAgent: String(request.headers['user-agent'] ?? '').slice(0, 300),
    network: networkOf(request.ip),
  })
  await request.session.save()
}

type Callback = (error: unknown, session?: Session | null) => void

/** Sessions in Postgres by SHA-256 of their ID, so that a person's can be listed and ended. */
class SessionStore {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  get(id: string, done: Callback): void {
    const personId = /^([0-9a-f-]{36})\./.exec(id)?.[1]
    if (!personId) {
      done(null, null)
      return
    }
    findSession(this.#app, hash(id), personId).then((session) => done(null, session), done)
  }

  /** A session that was loaded is updated while it lives, a new one inserted: a revoked one never comes back. */
  set(id: string, session: Session, done: (error?: unknown) => void): void {
    if (!session.personId) {
      done()
      return
    }
    write(this.#app, hash(id), session).then(() => done(), done)
  }

  destroy(id: string, done: (error?: unknown) => void): void {
    if (id.startsWith('anyone.')) {
      done()
      return
    }
    revokeSession(this.#app.database, hash(id)).then(() => done(), done)
  }
}

export async function revokeSession(database: Database, idHash: string): Promise<void> {
  await database.db.execute(
    sql`update sessions set revoked_at = now() where id_hash = ${idHash} and revoked_at is null`,
  )
}

export function hash(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}

type Row = {
  activeCustomerId: string | null
  data: { stay?: string[]; cookie: { originalMaxAge: number; expires: string } }
  isStale: boolean
  person: Person
  associations: number
  primary: { id: string; number: string; name: string } | null
} & Omit<Reached, 'base' | 'id'> & { id: string | null }

async function findSession(app: App, idHash: string, personId: string): Promise<Session | null> {
  const { sessionIdleMinutes } = app.config
  const query = sql`
    select s.active_customer_id as "activeCustomerId", s.data,
           s.last_seen_at < now() - interval '1 minute' as "isStale",
           json_build_object('id', p.id, 'name', p.name, 'email', p.email, 'language', p.language,
             'timeZone', p.time_zone, 'isStaff', p.is_staff, 'isConfirmed', p.confirmed_at is not null) as person,
           (select count(*)::int from associations n where n.person_id = p.id) as associations,
           (select json_build_object('id', pc.id, 'number', pc.customer_number, 'name', pc.name)
              from customers pc where pc.id = p.primary_customer_id) as "primary",
           ${reachedColumns(app.today())}
    from sessions s
    join people p on p.id = s.person_id
    left join associations a on a.customer_id = coalesce(s.active_customer_id, p.primary_customer_id)
                            and a.person_id = p.id
    left join customers c on c.id = a.customer_id
    where s.id_hash = ${idHash} and s.person_id = ${personId} and s.revoked_at is null
      and s.expires_at > now() and s.last_seen_at > now() - make_interval(mins => ${sessionIdleMinutes}::int)`
  const read = (tx: Db) => tx.execute<Row & Record<string, unknown>>(query)
  const [row] = await app.database.forPerson(personId, read, { atOnce: true })
  if (!row) return null
  if (row.isStale) touch(app, idHash)
  return {
    ...row.data,
    personId,
    activeCustomerId: row.activeCustomerId,
    access: accessOf(row),
  } as unknown as Session
}

function accessOf(row: Row): Access {
  const { id, number, name, firstSupervisedAt, countedOn, privileges, primary } = row
  const active = id
    ? { id, number, name, base: baseOf(number), firstSupervisedAt, countedOn, privileges }
    : undefined
  return {
    person: row.person,
    associations: row.associations,
    active,
    primary: primary ? { ...primary, base: baseOf(primary.number) } : undefined,
  }
}

/** Last-seen is written at most once a minute and not waited for. */
function touch(app: App, idHash: string): void {
  app.database.db
    .execute(sql`update sessions set last_seen_at = now() where id_hash = ${idHash} and revoked_at is null`)
    .catch((error: unknown) => app.log.warn({ err: error }, 'last-seen not written'))
}

async function write(app: App, idHash: string, session: Session): Promise<void> {
  const data = JSON.stringify({ stay: session.stay, cookie: session.cookie })
  const active = session.activeCustomerId ?? null
  if (session.access) {
    await app.database.db.execute(sql`
      update sessions set data = ${data}::jsonb, active_customer_id = ${active}::uuid
      where id_hash = ${idHash} and revoked_at is null`)
    return
  }
  await app.database.db.execute(sql`
    insert into sessions (id_hash, person_id, active_customer_id, data, user_agent, network, expires_at)
    values (${idHash}, ${session.personId}::uuid, ${active}::uuid, ${data}::jsonb, ${session.userAgent ?? ''},
            ${session.network ?? ''}, now() + make_interval(hours => ${app.config.sessionHours}::int))
    on conflict (id_hash) do update set data = excluded.data, active_customer_id = excluded.active_customer_id
      where sessions.revoked_at is null`)
}
