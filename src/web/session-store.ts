import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { FastifyRequest, Session } from 'fastify'
import { baseOf, type CustomerRef, type Person, type Reached, reachedColumns } from '../accounts/access.ts'
import type { App } from '../app.ts'
import type { Database, Db } from '../db.ts'

/** What one round trip at the start of a request tells: the person, the active company and the primary one. */
export interface Access {
  person: Person
  associations: number
  active: Reached | undefined
  primary: CustomerRef | undefined
  /** For the switcher of the frame; empty where there is nothing to switch, or too much for a list. */
  companies: { number: string; name: string }[]
  /** Password and second factor were given within the last quarter of an hour. */
  isFresh: boolean
  hasSecondFactor: boolean
  /** By a company of theirs, by the publisher, or of staff; of nobody in the demonstration. */
  requiresSecondFactor: boolean
  lacksSecondFactor: boolean
}

/** How long after signing in risky acts are open without signing in again. */
export const freshMinutes = 15

const ownId = /^([0-9a-f-]{36})\./

/** Companies that the switcher of the frame lists; more have a page to search. */
const mostInSwitcher = 10

type Callback = (error: unknown, session?: Session | null) => void

/** Sessions in Postgres by SHA-256 of their ID, so that a person's can be listed and ended. */
export class SessionStore {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  get(id: string, done: Callback): void {
    const personId = ownId.exec(id)?.[1]
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

/** Whether the session that this request came with is still alive: it may have been ended meanwhile. */
export async function isSessionAlive({ session, server }: FastifyRequest): Promise<boolean> {
  const found = await server.database.db.execute(
    sql`select from sessions where id_hash = ${hash(session.sessionId)} and revoked_at is null`,
  )
  return found.length > 0
}

async function revokeSession(database: Database, idHash: string): Promise<void> {
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
  isFresh: boolean
  hasSecondFactor: boolean
  requiresSecondFactor: boolean
  person: Person
  associations: number
  primary: { id: string; number: string; name: string } | null
  companies: { number: string; name: string }[] | null
} & Omit<Reached, 'base' | 'id'> & { id: string | null }

async function findSession(app: App, idHash: string, personId: string): Promise<Session | null> {
  const { sessionIdleMinutes } = app.config
  const query = sql`
    select s.active_customer_id as "activeCustomerId", s.data,
           s.last_seen_at < now() - interval '1 minute' as "isStale",
           s.authenticated_at > now() - make_interval(mins => ${freshMinutes}::int) as "isFresh",
           exists (select from second_factors f
                   where f.person_id = p.id and f.confirmed_at is not null) as "hasSecondFactor",
           coalesce(mine.asks, false) as "requiresSecondFactor", mine.associations, mine."primary", mine.companies,
           json_build_object('id', p.id, 'name', p.name, 'email', p.email, 'language', p.language,
             'timeZone', p.time_zone, 'isStaff', p.is_staff, 'isConfirmed', p.confirmed_at is not null) as person,
           ${reachedColumns(app.today())}
    from sessions s
    join people p on p.id = s.person_id
    left join associations a on a.customer_id = coalesce(s.active_customer_id, p.primary_customer_id)
                            and a.person_id = p.id
    left join customers c on c.id = a.customer_id
    cross join lateral (
      select count(*)::int as associations, bool_or(n.asks) as asks,
             json_agg(json_build_object('number', n.number, 'name', n.name) order by n.number)
               filter (where n.place <= ${mostInSwitcher}::int) as companies,
             json_agg(json_build_object('id', n.id, 'number', n.number, 'name', n.name))
               filter (where n.id = p.primary_customer_id) -> 0 as "primary"
      from (
        select nc.id, nc.customer_number as number, nc.name, nc.requires_second_factor as asks,
               row_number() over (order by nc.customer_number) as place
        from associations na join customers nc on nc.id = na.customer_id
        where na.person_id = p.id
      ) n
    ) mine
    where s.id_hash = ${idHash} and s.person_id = ${personId} and s.revoked_at is null and p.deleted_at is null
      and s.expires_at > now() and s.last_seen_at > now() - make_interval(mins => ${sessionIdleMinutes}::int)`
  const read = (tx: Db) => tx.execute<Row & Record<string, unknown>>(query)
  const [row] = await app.database.forPerson(personId, read, { atOnce: true })
  if (!row) return null
  if (row.isStale) touch(app, idHash)
  return {
    ...row.data,
    personId,
    activeCustomerId: row.activeCustomerId,
    access: accessOf(row, app),
  } as unknown as Session
}

function accessOf(row: Row, app: App): Access {
  const { id, number, name, firstSupervisedAt, countedOn, awaitsConfirmation, privileges, primary } = row
  const active = id
    ? { id, number, name, base: baseOf(number), firstSupervisedAt, countedOn, awaitsConfirmation, privileges }
    : undefined
  const { isFresh, hasSecondFactor, person } = row
  const publisher = app.publisher()
  const isAsked = row.requiresSecondFactor || person.isStaff || publisher.requiresSecondFactor
  // The demonstration's accounts are everybody's.
  const requiresSecondFactor = isAsked && !publisher.isDemonstration
  return {
    person,
    associations: row.associations,
    active,
    primary: primary ? { ...primary, base: baseOf(primary.number) } : undefined,
    companies: row.associations > 1 && row.associations <= mostInSwitcher ? (row.companies ?? []) : [],
    isFresh,
    hasSecondFactor,
    requiresSecondFactor,
    lacksSecondFactor: requiresSecondFactor && !hasSecondFactor,
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
